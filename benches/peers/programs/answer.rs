//! What one process says of one program, as a line that another reads.

use std::time::{Duration, Instant};

/// How often a search is repeated, if that takes no longer than a [part](PART) of the limit: the first one in a process
/// also reads its debug information, and starts threads.
const REPETITIONS: u32 = 10;

const PART: u32 = 10;

/// How the first execution ended that did not hold, if there was one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All executions that the tool knows of have held.
    Holds,
    /// An assertion failed.
    Panic,
    /// Nobody could go on.
    Deadlock,
    /// Nobody could go on, and somebody was in a loop; or there was no end to it.
    Livelock,
    /// Nothing ordered two accesses that are not atomic.
    DataRace,
    /// Something was not freed.
    Leak,
    /// The tool could not do it.
    Unsupported,
    /// None failed in the time that there was.
    Unfinished,
}

/// A verdict, how many executions led to it, and the seconds that took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    pub(crate) executions: u64,
    pub(crate) seconds: f64,
}

impl Verdict {
    const ALL: [(Verdict, &str); 8] = [
        (Verdict::Holds, "holds"),
        (Verdict::Panic, "panic"),
        (Verdict::Deadlock, "deadlock"),
        (Verdict::Livelock, "livelock"),
        (Verdict::DataRace, "data_race"),
        (Verdict::Leak, "leak"),
        (Verdict::Unsupported, "unsupported"),
        (Verdict::Unfinished, "unfinished"),
    ];

    fn word(self) -> &'static str {
        let named = Verdict::ALL.into_iter().find(|&(it, _)| it == self);
        named.map_or("", |(_, word)| word)
    }
}

impl Answer {
    /// Searches some times, and says the time of the fastest search.
    pub(crate) fn of(limit: Duration, search: impl Fn() -> (Verdict, u64)) -> Self {
        let began = Instant::now();
        let mut fastest: Option<Answer> = None;
        for _ in 0..REPETITIONS {
            if fastest.is_some() && began.elapsed() > limit / PART {
                break;
            }
            let since = Instant::now();
            let (verdict, executions) = search();
            let answer = Answer {
                verdict,
                executions,
                seconds: since.elapsed().as_secs_f64(),
            };
            if fastest.is_none_or(|fastest| answer.seconds < fastest.seconds) {
                fastest = Some(answer);
            }
        }
        fastest.unwrap_or_else(|| unreachable!("it searched at least once"))
    }

    pub(crate) fn encode(self) -> String {
        let Answer {
            verdict,
            executions,
            seconds,
        } = self;
        format!("{} {executions} {seconds}", verdict.word())
    }

    /// Reads what a process printed last.
    pub(crate) fn decode(output: &str) -> Option<Self> {
        let last = output.lines().last()?;
        let [verdict, executions, seconds] = last.split(' ').collect::<Vec<_>>()[..] else {
            return None;
        };
        let mut named = Verdict::ALL.into_iter();
        Some(Answer {
            verdict: named.find(|&(_, word)| word == verdict)?.0,
            executions: executions.parse().ok()?,
            seconds: seconds.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_they_were_printed() {
        for (verdict, _) in Verdict::ALL {
            let answer = Answer {
                verdict,
                executions: 12,
                seconds: 0.000_5,
            };
            assert_eq!(Answer::decode(&answer.encode()), Some(answer));
        }
        assert_eq!(Answer::decode("thread panicked"), None);
    }
}
