//! [`Strategy`]: which schedules an explorer runs, in which order; and its text.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};
use crate::named::{Named as _, named};
use crate::schedule::Schedule;
use crate::search::{Method, SearchPlan};

/// Which schedules an explorer runs.
///
/// | when | use |
/// |---|---|
/// | there are not too many schedules | [`Exhaustive`](Self::Exhaustive) |
/// | there are too many, and few switches are likely to show the bug | [`Preemptions`](Self::Preemptions) |
/// | there are far too many | [`Portfolio`](Self::Portfolio) |
/// | you want a statement about the share of schedules that fail | [`Uniform`](Self::Uniform) |
///
/// The other ways to sample are for those who know what they are looking for. None is best for
/// every program, so the portfolio alternates between several.
///
/// The sample depends only on the [seed](crate::Explorer::seed): the same seed gives the same
/// executions on both engines and on any number of workers. A schedule may be drawn more than once.
/// (`Surw` and `Feedback` take what is declared at one address for one object. Where markers declare
/// memory that is freed and used again in one execution, they may draw otherwise on the other engine,
/// which may use other memory again.)
///
/// ```
/// use interlace::{Explorer, StoppedBy, Strategy, marker};
///
/// // Two threads with twenty markers each: 40! / (20! 20!), about 1.4·10^11 schedules.
/// let body = |(): &()| (0..20).for_each(|_| marker!("step"));
/// let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
/// let report = explorer.strategy(Strategy::Portfolio { schedules: 300 }).explore();
/// assert_eq!(report.stopped_by(), &StoppedBy::Sampled(300));
/// assert!(!report.is_exhaustive());
/// ```
///
/// A strategy is written as its name and its numbers, separated by colons, as in the variable
/// `INTERLACE_STRATEGY`. The defaults are 2 preemptions, 1000 schedules, and a depth of 3.
///
/// ```
/// use interlace::Strategy;
///
/// assert_eq!("pct:4:500".parse(), Ok(Strategy::Pct { depth: 4, schedules: 500 }));
/// assert_eq!("portfolio".parse(), Ok(Strategy::Portfolio { schedules: 1000 }));
/// assert_eq!(Strategy::Preemptions(2).to_string(), "preemptions:2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// `Reduced` if markers declare what every step of the first execution touches, and `Exhaustive`
    /// otherwise.
    #[default]
    Automatic,
    /// One schedule of each class. Schedules are of one class if they differ only in the order of steps that
    /// do not conflict: that touch nothing in common, or only read it. They lead to the same end. Steps
    /// touch what their markers [declare](crate::marker!); a step whose marker declares nothing may touch
    /// anything, and conflicts with every other.
    ///
    /// The search ends with an error if a step begins or ends a wait that may also end otherwise than by a
    /// step of another thread: by a time-out, a cancellation, the world outside.
    ///
    /// After Abdulla, Aronis, Jonsson and Sagonas, "Source Sets: A Foundation for Optimal Dynamic Partial
    /// Order Reduction" (JACM 2017).
    Reduced,
    /// Every schedule, depth first, threads in the order in which they were added.
    Exhaustive,
    /// Every schedule with at most this many preemptions: first those with none, then those with
    /// one, and so on. So the first failure has the fewest preemptions possible.
    ///
    /// A preemption is a switch away from a thread that could have gone on, an early time-out, a
    /// spurious wake-up or a cancellation. Most bugs need one or two. To reach the schedules with n preemptions, those with fewer are run again, but counted
    /// once. After Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of
    /// Multithreaded Programs" (PLDI 2007).
    Preemptions(usize),
    /// The random walk: at each point, all threads that could go on are equally likely.
    Random {
        /// How many schedules are drawn.
        schedules: u64,
    },
    /// All complete schedules are equally likely.
    ///
    /// Each thread goes on with a probability proportional to the number of steps it has left,
    /// which is learned from the first executions. That is exact for threads that take the same
    /// number of steps under every schedule and never wait; then the report bounds the share of all
    /// schedules that may fail although none of these did. Otherwise it is an approximation. After
    /// Zhao and others, "Selectively Uniform Concurrency Testing" (ASPLOS 2025), where it is called
    /// URW.
    Uniform {
        /// How many schedules are drawn.
        schedules: u64,
    },
    /// Random priorities, of which `depth - 1` change at random steps. If a bug needs `depth`
    /// orderings between steps, each execution finds it with a probability of at least
    /// 1/(n·k^(depth-1)), for n threads and k steps in all. With depth 1, it finds only bugs that
    /// need no preemption.
    ///
    /// After Burckhardt, Kothari, Musuvathi and Nagarakatti, "A Randomized Scheduler with
    /// Probabilistic Guarantees of Finding Bugs" (ASPLOS 2010).
    Pct {
        /// How many orderings a bug may need; 3 is enough for most.
        depth: usize,
        /// How many schedules are drawn.
        schedules: u64,
    },
    /// Random priorities; after each step, new ones are drawn by the thread that took it and by
    /// those whose next step conflicts with it. Two steps conflict if they touch the same place, by what
    /// their markers declare, and at least one writes it; to acquire a lock is to write it. Where one
    /// of the two declares nothing, they are taken to conflict if they are at the same marker.
    ///
    /// After Yuan, Yang and Gu, "Partial Order Aware Concurrency Sampling" (CAV 2018).
    Pos {
        /// How many schedules are drawn.
        schedules: u64,
    },
    /// Uniform over the orders of the steps that touch one object, another with each execution; a
    /// random walk over the other steps.
    ///
    /// The object is one that several threads touched in the first executions, and at least one wrote, by
    /// what their markers declare. Markers that declare nothing are also selected, each like an
    /// object that the steps at it touch. After Zhao and others, "Selectively Uniform Concurrency
    /// Testing" (ASPLOS 2025).
    Surw {
        /// How many schedules are drawn.
        schedules: u64,
    },
    /// Schedules drawn as by `Pos`, and in turn with them mutants of some: when threads hand over to each
    /// other at shared objects as in no schedule before, the draws of that schedule are kept, and run
    /// again with up to 5 of them changed, 16 times before it is the turn of the next that is kept.
    ///
    /// A hand-over is a step, and the next one that conflicts with it, of another thread: each known by
    /// its thread and its marker. Steps that declare nothing are taken to conflict with each other.
    /// Each schedule depends on those before, so one worker runs them all, and there are no shards.
    ///
    /// After FEST, in the form that Fray has, a tester for the JVM.
    Feedback {
        /// How many schedules are drawn.
        schedules: u64,
    },
    /// Schedules with few preemptions, in order, and in turn with them schedules drawn by `Pos`,
    /// `Uniform`, `Pct` with depth 3, and `Random`.
    ///
    /// In order come up to 24 schedules without a preemption, and then those with one, until 200
    /// executions were for them. Then the rest is drawn. So a failure takes at most about twice as many
    /// executions as the better of the two ways needs: those that are rare in a sample are often among
    /// the first in order, and those that need several preemptions are not.
    Portfolio {
        /// How many schedules are run.
        schedules: u64,
    },
    /// This one schedule, as [`Explorer::replay`](crate::Explorer::replay) runs it.
    Replay(Schedule),
}

/// The defaults for numbers left out of the text of a strategy.
const SCHEDULES: u64 = 1000;
const DEPTH: usize = 3;
const PREEMPTIONS: usize = 2;

/// The possible texts of a strategy.
pub(crate) const WANTS: &str = "`automatic`, `reduced`, `exhaustive`, `preemptions:2`, `random:1000`, \
     `uniform:1000`, `pct:3:1000`, `pos:1000`, `surw:1000`, `feedback:1000`, `portfolio:1000` or `replay:` and a \
     schedule; \
     the numbers may be left out";

impl Strategy {
    /// The plan of the search; or the schedule to replay, since plans know no names.
    pub(crate) fn plan(&self) -> Result<SearchPlan, &Schedule> {
        Ok(match *self {
            Strategy::Automatic => SearchPlan::Automatic,
            Strategy::Reduced => SearchPlan::Reduced,
            Strategy::Exhaustive => SearchPlan::Exhaustive,
            Strategy::Preemptions(max) => SearchPlan::Preemptions(max),
            Strategy::Random { schedules } => SearchPlan::Sample(Method::RandomWalk, schedules),
            Strategy::Uniform { schedules } => SearchPlan::Sample(Method::Uniform, schedules),
            Strategy::Pct { depth, schedules } => {
                SearchPlan::Sample(Method::Pct { depth }, schedules)
            }
            Strategy::Pos { schedules } => SearchPlan::Sample(Method::Pos, schedules),
            Strategy::Surw { schedules } => SearchPlan::Sample(Method::Surw, schedules),
            Strategy::Feedback { schedules } => SearchPlan::Feedback(schedules),
            Strategy::Portfolio { schedules } => SearchPlan::Portfolio(schedules),
            Strategy::Replay(ref schedule) => return Err(schedule),
        })
    }
}

named! {
    /// What strategies are called in text.
    #[derive(Debug, Clone, Copy)]
    enum Name {
        Automatic = "automatic",
        Reduced = "reduced",
        Exhaustive = "exhaustive",
        Preemptions = "preemptions",
        Random = "random",
        Uniform = "uniform",
        Pct = "pct",
        Pos = "pos",
        Surw = "surw",
        Feedback = "feedback",
        Portfolio = "portfolio",
        Replay = "replay",
    }
}

impl Strategy {
    fn name(&self) -> &'static str {
        let name = match self {
            Strategy::Automatic => Name::Automatic,
            Strategy::Reduced => Name::Reduced,
            Strategy::Exhaustive => Name::Exhaustive,
            Strategy::Preemptions(_) => Name::Preemptions,
            Strategy::Random { .. } => Name::Random,
            Strategy::Uniform { .. } => Name::Uniform,
            Strategy::Pct { .. } => Name::Pct,
            Strategy::Pos { .. } => Name::Pos,
            Strategy::Surw { .. } => Name::Surw,
            Strategy::Feedback { .. } => Name::Feedback,
            Strategy::Portfolio { .. } => Name::Portfolio,
            Strategy::Replay(_) => Name::Replay,
        };
        name.name()
    }
}

/// The text that parses to the strategy.
impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Strategy::Automatic | Strategy::Reduced | Strategy::Exhaustive => f.write_str(name),
            Strategy::Preemptions(max) => write!(f, "{name}:{max}"),
            Strategy::Pct { depth, schedules } => write!(f, "{name}:{depth}:{schedules}"),
            Strategy::Random { schedules }
            | Strategy::Uniform { schedules }
            | Strategy::Pos { schedules }
            | Strategy::Surw { schedules }
            | Strategy::Feedback { schedules }
            | Strategy::Portfolio { schedules } => write!(f, "{name}:{schedules}"),
            Strategy::Replay(schedule) => write!(f, "{name}:{schedule}"),
        }
    }
}

impl FromStr for Strategy {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::BadStrategy`] if the text is not a strategy; [`ErrorKind::BadSchedule`] if it
    /// is `replay:` and not a schedule.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, numbers) = match text.split_once(':') {
            Some((name, numbers)) => (name, Some(numbers)),
            None => (text, None),
        };
        match (Name::of_name(name), numbers) {
            (Some(Name::Replay), Some(schedule)) => schedule.parse().map(Strategy::Replay),
            (Some(name), numbers) => known(name, numbers).ok_or_else(|| bad(text)),
            (None, _) => Err(bad(text)),
        }
    }
}

/// The strategy of this name, other than `replay`, with these numbers.
fn known(name: Name, numbers: Option<&str>) -> Option<Strategy> {
    let mut words = numbers.into_iter().flat_map(|it| it.split(':'));
    let schedules = |words: &mut dyn Iterator<Item = &str>| number(words.next(), SCHEDULES);
    let strategy = match name {
        Name::Automatic => Strategy::Automatic,
        Name::Reduced => Strategy::Reduced,
        Name::Exhaustive => Strategy::Exhaustive,
        Name::Preemptions => Strategy::Preemptions(number(words.next(), PREEMPTIONS)?),
        Name::Pct => Strategy::Pct {
            depth: number(words.next(), DEPTH).filter(|&depth| depth > 0)?,
            schedules: schedules(&mut words)?,
        },
        Name::Random => Strategy::Random {
            schedules: schedules(&mut words)?,
        },
        Name::Uniform => Strategy::Uniform {
            schedules: schedules(&mut words)?,
        },
        Name::Pos => Strategy::Pos {
            schedules: schedules(&mut words)?,
        },
        Name::Surw => Strategy::Surw {
            schedules: schedules(&mut words)?,
        },
        Name::Feedback => Strategy::Feedback {
            schedules: schedules(&mut words)?,
        },
        Name::Portfolio => Strategy::Portfolio {
            schedules: schedules(&mut words)?,
        },
        Name::Replay => return None,
    };
    words.next().is_none().then_some(strategy)
}

fn number<N: FromStr>(word: Option<&str>, otherwise: N) -> Option<N> {
    word.map_or(Some(otherwise), |word| word.parse().ok())
}

#[cold]
fn bad(text: &str) -> Error {
    let text = format!("`{text}` is no strategy: it must be {WANTS}");
    Error::new(ErrorKind::BadStrategy, text)
}

#[cfg(test)]
mod tests;
