//! The text of a report.

use std::fmt::{self, Write as _};
use std::time::Duration;

use itertools::Itertools as _;

use super::{Report, outcome_summary, plural};
use crate::engine::Engine;
use crate::look::{Ink, Look};
use crate::terminal;
use crate::verdict::Verdict;
use crate::workers::StoppedBy;

/// A search on threads with more executions than this that took longer than this has much to gain
/// from fibers.
const SLOW: (u64, Duration) = (1000, Duration::from_secs(2));

const SLOW_HINT: &str = "hint: `Engine::Fibers` runs such searches some hundred times as fast (some four times where \
    interlace is not optimized), if the code blocks nowhere that is not seen";

/// What ended the search, the counts, and the failure.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.looked_at().told(Look::PLAIN))
    }
}

/// What was run, and how it ended.
pub(super) struct Summary<'a>(pub(super) &'a Report);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        match &report.stopped_by {
            StoppedBy::Error(error) if report.schedules() == 0 => write!(f, "interlace: {error}")?,
            StoppedBy::Error(error) => write!(f, "interlace: {error}\n\n{}", report.counts())?,
            StoppedBy::SavedFailure => write!(f, "interlace: {}", report.extent())?,
            _ => write!(f, "interlace: {}; {}", report.counts(), report.extent())?,
        }
        if let (Some(sampled), 0) = (&report.sampled, report.failing()) {
            f.write_str(&sampled.bound(report.schedules()))?;
        }
        let (origin, workers, saved_runs) = (&report.origin, &report.workers, &report.saved_runs);
        let (points, waits) = (&origin.points, origin.waits);
        write!(
            f,
            "{points}{waits}{workers}{}{}{saved_runs}",
            report.no_classes, report.verified
        )?;
        if let Some(gap) = report.gap() {
            write!(f, "\n{gap}")?;
        }
        let failures = report
            .tally
            .iter()
            .filter(|(verdict, _)| *verdict != Verdict::Held);
        if failures.count() > 1 {
            let verdicts = report.tally.iter();
            let verdicts = verdicts.map(|(verdict, count)| format!("{count} {verdict}"));
            write!(f, "\nverdicts: {}", verdicts.format(", "))?;
        }
        Ok(())
    }
}

/// What can be said without the rest of the report.
impl fmt::Display for StoppedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            StoppedBy::Exhausted => "no schedule is left",
            StoppedBy::FirstFailure => "stopped at the first failure",
            StoppedBy::Sampled(_) => "this is a sample, not a proof",
            StoppedBy::Replayed => "the schedule to replay, and no other, was run",
            StoppedBy::MaxPreemptions(max) => {
                let preemptions = plural(*max as u64, "preemption");
                &format!("no schedule with at most {preemptions} is left; there are others")
            }
            StoppedBy::MaxSchedules(max) => {
                &format!("stopped by `max_schedules` ({max}): others were not run")
            }
            StoppedBy::Cases(cases) => {
                let cases = plural(*cases, "case");
                &format!("stopped after {cases}: others were not run")
            }
            StoppedBy::TimeLimit(limit) => {
                &format!("stopped by `time_limit` ({limit:?}): others were not run")
            }
            StoppedBy::SavedFailure => {
                "a schedule that was saved fails again; nothing else was run"
            }
            StoppedBy::Error(error) => return error.fmt(f),
        };
        f.write_str(text)
    }
}

impl Report {
    /// Returns the text of the report for the terminal that standard error is: no wider than it, and in colours if
    /// these are wanted. Elsewhere it is what `Display` writes, which is the same everywhere, so that programs may
    /// compare it and pass it on.
    ///
    /// So do `assert_ok` and the like tell a report. As cargo does, it goes by `NO_COLOR`, `CLICOLOR_FORCE`,
    /// `FORCE_COLOR`, `CARGO_TERM_COLOR`, `CLICOLOR` and `TERM`, the first that says something; the width is that
    /// of the terminal, or `COLUMNS`. In tests it also counts where standard output goes: that is where the text
    /// of a failed test comes out.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .thread("b", |()| marker!("y"))
    ///     .explore();
    /// eprintln!("{}", report.to_terminal());
    /// # assert!(report.to_terminal().contains("no failure in 2 schedules"));
    /// ```
    #[must_use]
    pub fn to_terminal(&self) -> String {
        self.told(terminal::look().unwrap_or(Look::PLAIN))
    }

    pub(super) fn told(&self, look: Look) -> String {
        let summary = Summary(self).to_string();
        let is_good = self.failure.is_none() && self.error().is_none() && self.gap().is_none();
        let ink = if is_good { Ink::Held } else { Ink::Failed };
        let mut text = look.labelled(ink, &summary);
        self.tell_outcomes(&mut text, look);
        if let Some(failure) = &self.failure {
            let _ = write!(text, "\n\n{}", failure.told(look));
            text += &look.prose(None, &self.page.to_string());
        }
        let is_slow = self.schedules() > SLOW.0 && self.elapsed > SLOW.1;
        if is_slow && self.engine == Engine::Threads {
            text += "\n";
            text += &look.prose(Some(Ink::Aside), SLOW_HINT);
        }
        text
    }

    fn counts(&self) -> String {
        let mut schedules = if self.counts_classes() {
            plural(self.schedules(), "class") + " of schedules"
        } else {
            plural(self.schedules(), "schedule")
        };
        if let Some(sampled) = &self.sampled
            && self.stopped_by != StoppedBy::Exhausted
        {
            schedules = sampled.describe(self.schedules());
        }
        if let Some(shard) = self.origin.shard {
            schedules = format!("{schedules} of shard {shard}");
        }
        match self.failing() {
            0 => format!("no failure in {schedules}"),
            failing => format!("{failing} of {schedules} failed"),
        }
    }

    /// How much of the program was explored.
    fn extent(&self) -> String {
        match &self.stopped_by {
            StoppedBy::Exhausted if self.is_complete() => match self.origin.shard {
                None if self.counts_classes() => "one schedule of each was run".to_owned(),
                None => "every schedule was run".to_owned(),
                Some(_) => "every schedule of the shard was run".to_owned(),
            },
            StoppedBy::Exhausted => {
                let cut_short = plural(self.tally.cut_short(), "execution");
                format!("every schedule was begun; {cut_short} did not reach the end")
            }
            StoppedBy::MaxPreemptions(max) => {
                let preemptions = plural(*max as u64, "preemption");
                let run = match self.tally.cut_short() {
                    0 => "run".to_owned(),
                    cut => format!(
                        "begun, and {} did not reach the end",
                        plural(cut, "execution")
                    ),
                };
                format!("every schedule with at most {preemptions} was {run}; there are others")
            }
            StoppedBy::SavedFailure => format!(
                "a schedule that was saved in {} fails again; nothing else was run",
                self.saved_runs.place
            ),
            stopped_by => stopped_by.to_string(),
        }
    }

    fn tell_outcomes(&self, text: &mut String, look: Look) {
        if !self.outcomes.is_empty() {
            let heading = look.paint(Ink::Heading, "outcomes:");
            let _ = write!(
                text,
                "\n{heading}{}",
                outcome_summary::table(&self.outcomes, look)
            );
        }
        let mut unseen = self.unseen_outcomes().peekable();
        if self.is_exhaustive() && unseen.peek().is_some() {
            let unseen = format!("allowed, and never seen: {}", unseen.format(", "));
            let _ = write!(text, "\n{}", look.prose(Some(Ink::Warning), &unseen));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Tally;

    fn report(executions: u64, seconds: u64, engine: Engine) -> String {
        let mut tally = Tally::default();
        tally.add(Verdict::Held, executions);
        let report = Report {
            tally,
            elapsed: Duration::from_secs(seconds),
            engine,
            ..Report::empty(StoppedBy::Exhausted)
        };
        report.to_string()
    }

    #[test]
    fn only_a_slow_search_on_threads_ends_with_a_hint() {
        let slow = report(1001, 3, Engine::Threads);
        let last = slow.lines().last().unwrap();
        assert!(last.starts_with("hint: `Engine::Fibers` runs "), "{slow}");
        for (executions, seconds, engine) in [
            (1000, 3, Engine::Threads),
            (1001, 2, Engine::Threads),
            (1001, 3, Engine::Fibers),
        ] {
            let text = report(executions, seconds, engine);
            assert!(!text.contains("hint"), "{text}");
        }
    }
}
