//! Steps that conflict, and on whose order a failure depends.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use itertools::Itertools as _;

use super::MarkerSite;
use crate::getters::getters;
use crate::operation::AccessKind;
use crate::schedule::{Step, StepKind};

/// Two conflicting steps of a failing execution, in the order in which they came. In the nearest execution
/// that held they came the other way round. [`Failure::conflicts`](crate::Failure::conflicts) has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub(crate) first: ConflictingStep,
    pub(crate) second: ConflictingStep,
    /// Whether the second step was taken.
    pub(crate) has_second: bool,
}

/// A step that touches something which another touches too, at least one of them by writing.
///
/// ```
/// use interlace::{Explorer, StepKind, failure::AccessKind, marker};
/// use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
///
/// let report = Explorer::new(AtomicBool::default)
///     .thread("init", |ready| { marker!("set", writes(ready)); ready.store(true, SeqCst) })
///     .thread("user", |ready| { marker!("use", reads(ready)); assert!(ready.load(SeqCst)) })
///     .explore();
/// let conflict = &report.assert_fails().conflicts()[0];
/// // It was used before it was set; the failure came before the second step.
/// let (user, init) = (conflict.first(), conflict.second());
/// assert_eq!((user.thread(), user.marker().name(), user.kind()), ("user", "use", StepKind::Marker));
/// assert_eq!((user.access(), user.place()), (AccessKind::Read, "ready"));
/// assert_eq!((init.thread(), conflict.has_second()), ("init", false));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictingStep {
    pub(crate) thread: Arc<str>,
    pub(crate) kind: StepKind,
    pub(crate) marker: MarkerSite,
    pub(crate) access: AccessKind,
    pub(crate) place: Cow<'static, str>,
}

/// The conflicts on whose order a failure depends, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Conflicts(pub(crate) Vec<Conflict>);

getters! { Conflict {
    /// Returns the step that came first.
    first: &ConflictingStep,
    /// Returns the step that came second, or had not come yet when the execution failed.
    second: &ConflictingStep,
    /// Returns whether the execution came to the second step.
    has_second: copy bool,
} }

getters! { ConflictingStep {
    /// Returns the name of the thread.
    thread: &str,
    /// Returns what the step begins with.
    kind: copy StepKind,
    /// Returns the marker; for a thread that goes on after a wait, the last that it passed.
    marker: &MarkerSite,
    /// Returns what it does with the place.
    access: copy AccessKind,
    /// Returns what it touches, as the marker calls it.
    place: &str,
} }

impl ConflictingStep {
    /// The step, and where its marker stands.
    fn at(&self) -> String {
        let MarkerSite { name, file, line } = &self.marker;
        let step = Step::of_kind(self.kind, &*self.thread, &**name);
        match &**file {
            "" => step.to_string(),
            file => format!("{step} ({file}:{line})"),
        }
    }
}

/// As in `t1:read (src/lib.rs:3) reads `x` before t2:write (src/lib.rs:5) writes it`.
impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conflict { first, second, .. } = self;
        let (access, place) = (first.access, &first.place);
        let (next, verb) = (second.at(), second.access.to_string());
        let it = match &second.place {
            other if other == place => "it",
            // Two locks are the same or have nothing to do with each other; places may overlap in part.
            other if first.access == second.access && access == AccessKind::Acquire => {
                &format!("it as `{other}`")
            }
            other => &named(other),
        };
        let verb = if self.has_second {
            verb
        } else {
            format!("can {}", verb.trim_end_matches('s'))
        };
        write!(
            f,
            "{} {access} {} before {next} {verb} {it}",
            first.at(),
            named(place)
        )
    }
}

/// A place, which the source does not always name.
fn named(place: &str) -> String {
    match place {
        "" => "a place".to_owned(),
        place => format!("`{place}`"),
    }
}

/// More than these are not shown.
const MAX_LINES: usize = 20;

/// A paragraph of a report; nothing if no conflict is known.
impl fmt::Display for Conflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let shown = self.0.iter().take(MAX_LINES).format("\n  ");
        write!(
            f,
            "\nwhy: it holds if these conflicting steps come the other way round\n  {shown}\n"
        )?;
        match self.0.len().saturating_sub(MAX_LINES) {
            0 => Ok(()),
            more => writeln!(f, "  … ({more} more)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_calls_the_place_by_its_own_name() {
        let step = |thread: &str, kind, access, place: &'static str| ConflictingStep {
            thread: thread.into(),
            kind,
            marker: MarkerSite {
                name: if kind == StepKind::Join { "join" } else { "m" }.into(),
                file: if kind == StepKind::Join {
                    ""
                } else {
                    "src/a.rs"
                }
                .into(),
                line: 3,
            },
            access,
            place: place.into(),
        };
        let first = step("a", StepKind::Marker, AccessKind::Read, "cell");
        let mut conflict = Conflict {
            second: step("b", StepKind::Resume, AccessKind::Write, "self.cell"),
            first,
            has_second: true,
        };
        let text =
            "a:m (src/a.rs:3) reads `cell` before b:resume(m) (src/a.rs:3) writes `self.cell`";
        assert_eq!(conflict.to_string(), text);
        conflict.second = step("b", StepKind::Join, AccessKind::Acquire, "cell");
        conflict.has_second = false;
        let text = "a:m (src/a.rs:3) reads `cell` before b:join can acquire it";
        assert_eq!(conflict.to_string(), text);
        assert_eq!(Conflicts::default().to_string(), "");
        let many = Conflicts(vec![conflict; MAX_LINES + 2]).to_string();
        assert!(
            many.ends_with(&format!("\n  {text}\n  … (2 more)\n")),
            "{many}"
        );
        assert_eq!(many.matches(text).count(), MAX_LINES);
    }
}
