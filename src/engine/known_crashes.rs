//! Steps that are known to end the process. A search that [isolates](crate::Explorer::isolate) its program
//! has come to them in another process. Here they are not taken, and the execution ends as a failure.

use std::fmt;
use std::sync::Arc;

use super::ending::Phase;
use crate::failure::Crash;
use crate::operation::{Event, ThreadId};
use crate::schedule::{Schedule, Step};

/// The first line and the last of what a process leaves that has died.
pub(super) const FIRST: &str = "interlace: a crash, version 1";
pub(super) const LAST: &str = "complete";

/// A crash that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownCrash {
    /// All steps of the execution; the last one ends the process. If there are none, it is ended where the
    /// thread starts.
    steps: Schedule,
    pub(crate) crash: Crash,
    pub(crate) phase: Phase,
}

impl KnownCrash {
    /// Parses what a process has left; nothing if that is not whole.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let is_whole = lines.next() == Some(FIRST) && lines.next_back() == Some(LAST);
        let field = |name: &str| {
            let mut lines = lines.clone();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
        };
        if !is_whole {
            return None;
        }
        let at: Step = field("at")?.parse().ok()?;
        let address = match field("address") {
            Some(address) => Some(address.parse().ok()?),
            None => None,
        };
        Some(KnownCrash {
            steps: field("steps")?.parse().ok()?,
            crash: Crash {
                thread: Arc::from(at.thread()),
                by: field("by")?.to_owned(),
                address,
            },
            phase: Phase::of_number(field("phase")?.parse().ok()?)?,
        })
    }

    /// Whether the process ends at the same place.
    pub(crate) fn is_same(&self, other: &KnownCrash) -> bool {
        self.steps == other.steps && self.crash.thread == other.crash.thread
    }

    /// Whether the last of these steps, or the start of `thread` if there are none, is what ends the process.
    fn is_at(&self, thread: ThreadId, steps: &[Event], names: &[Arc<str>]) -> bool {
        let name = |thread: ThreadId| &*names[thread.index()];
        let is_same = |(step, event): (&Step, &Event)| {
            let operation = event.operation;
            step.thread() == name(event.thread)
                && step.marker() == operation.name().site().name()
                && *step == Step::of_kind(operation.step_kind(), step.thread(), step.marker())
        };
        // The last differ first.
        let mut pairs = self.steps.steps().iter().zip(steps).rev();
        self.steps.len() == steps.len() && *self.crash.thread == *name(thread) && pairs.all(is_same)
    }
}

/// As it is [parsed](KnownCrash::parse).
impl fmt::Display for KnownCrash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Crash {
            thread,
            by,
            address,
        } = &self.crash;
        writeln!(f, "{FIRST}\nby {by}")?;
        if let Some(address) = address {
            writeln!(f, "address {address}")?;
        }
        let at = Step::new(&**thread, "start");
        let (phase, steps) = (self.phase as u8, self.steps.versioned());
        writeln!(f, "phase {phase}\nat {at}\nsteps {steps}\n{LAST}")
    }
}

/// The crashes that a search knows.
#[derive(Debug, Default)]
pub(crate) struct KnownCrashes(pub(crate) Vec<KnownCrash>);

impl KnownCrashes {
    /// The crash to which `thread` goes on, by the last of these steps.
    pub(super) fn at(
        &self,
        thread: ThreadId,
        steps: &[Event],
        names: &[Arc<str>],
    ) -> Option<&Crash> {
        let known = self.0.iter().find(|it| it.is_at(thread, steps, names));
        known.map(|it| &it.crash)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schedule;

    fn known() -> KnownCrash {
        KnownCrash {
            steps: schedule![a: x, "b c": y],
            crash: Crash {
                thread: "b c".into(),
                by: "SIGSEGV".to_owned(),
                address: Some(16),
            },
            phase: Phase::Threads,
        }
    }

    #[test]
    fn what_is_left_is_read_and_half_of_it_is_not() {
        let text = known().to_string();
        assert_eq!(KnownCrash::parse(&text), Some(known()));
        for end in 0..text.len() - 1 {
            assert_eq!(KnownCrash::parse(&text[..end]), None, "{end}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_is_too_much(text in ".*", at in 0..100_usize) {
            let mut whole = known().to_string();
            let _ = KnownCrash::parse(&text);
            let at = at.min(whole.len());
            whole.replace_range(at..at, &text);
            let _ = KnownCrash::parse(&whole);
        }
    }
}
