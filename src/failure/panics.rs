//! Panics of threads, and of the user's code around them.

use std::fmt;
use std::sync::Arc;

use super::Panic;
use crate::getters::getters;
use crate::named::displayed;

/// A thread or task that panicked.
///
/// ```
/// use interlace::{Explorer, FailureKind, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("t", |()| { marker!("x"); panic!("out of luck") })
///     .explore();
/// let FailureKind::Panic(failure) = report.assert_fails().kind() else {
///     panic!("not a panic");
/// };
/// assert_eq!((failure.thread(), failure.panic().message()), ("t", "out of luck"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadPanic {
    pub(crate) thread: Arc<str>,
    pub(crate) panic: Panic,
}

getters! { ThreadPanic {
    /// Returns the name of the thread.
    thread: &str,
    /// Returns the panic: its message and place.
    panic: &Panic,
} }

impl fmt::Display for ThreadPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread `{}` panicked: {}", self.thread, self.panic)
    }
}

/// The panics of threads that the program has started, in the order in which they came: of each thread the last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct EarlierPanics(pub(crate) Vec<ThreadPanic>);

impl EarlierPanics {
    /// Adds a panic of `thread`. One that it has caught before is of no interest any more.
    #[cold]
    pub(crate) fn add(&mut self, thread: Arc<str>, panic: Panic) {
        self.forget(&thread);
        self.0.push(ThreadPanic { thread, panic });
    }

    pub(crate) fn forget(&mut self, thread: &Arc<str>) {
        self.0.retain(|it| it.thread != *thread);
    }

    /// Whether what came first is the same in both: what fails later, as who unwraps the result of a join, may
    /// fail because of that.
    pub(crate) fn are_like(&self, other: &EarlierPanics) -> bool {
        match (self.0.first(), other.0.first()) {
            (Some(here), Some(there)) => here.panic.is_like(&there.panic),
            (here, there) => here.is_none() && there.is_none(),
        }
    }
}

/// Each in lines of its own, which end with a line break.
impl fmt::Display for EarlierPanics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, ThreadPanic { thread, panic }) in self.0.iter().enumerate() {
            match number {
                0 => writeln!(f, "thread `{thread}` panicked first: {panic}")?,
                _ => writeln!(f, "then thread `{thread}` panicked: {panic}")?,
            }
        }
        Ok(())
    }
}

displayed! {
    /// A part of the user's code that is run around the threads.
    ///
    /// ```
    /// assert_eq!(interlace::failure::Hook::SetUp.to_string(), "the setup");
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Hook {
        /// The closure that makes the state, given to [`Explorer::new`](crate::Explorer::new).
        SetUp = "the setup",
        /// The closure given to [`outcome`](crate::Explorer::outcome).
        Outcome = "the outcome",
        /// The closure given to [`serializable`](crate::Explorer::serializable).
        View = "the view",
        /// The closure given to [`check`](crate::Explorer::check).
        Check = "the check",
        /// The destructor of the state.
        DropState = "the destructor of the state",
    }
}

/// A part of the code around the threads that panicked.
///
/// ```
/// use interlace::{Explorer, FailureKind, failure::Hook, marker};
///
/// let report = Explorer::new(|| panic!("no state"))
///     .thread("t", |()| marker!("x"))
///     .explore();
/// let FailureKind::PanicInHook(failure) = report.assert_fails().kind() else {
///     panic!("not a panic");
/// };
/// assert_eq!((failure.hook(), failure.panic().message()), (Hook::SetUp, "no state"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookPanic {
    pub(crate) hook: Hook,
    pub(crate) panic: Panic,
}

getters! { HookPanic {
    /// Returns which part panicked.
    hook: copy Hook,
    /// Returns the panic: its message and place.
    panic: &Panic,
} }

impl fmt::Display for HookPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} panicked: {}", self.hook, self.panic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panic(message: &'static str) -> Panic {
        Panic::from_payload(&message)
    }

    #[test]
    fn of_each_thread_the_last_panic_is_told() {
        let mut panics = EarlierPanics::default();
        panics.add("a".into(), panic("caught"));
        panics.add("b".into(), panic("no luck"));
        panics.add("a".into(), panic("lost"));
        assert_eq!(
            panics.to_string(),
            "thread `b` panicked first: no luck\nthen thread `a` panicked: lost\n"
        );
        panics.forget(&"b".into());
        assert_eq!(panics.to_string(), "thread `a` panicked first: lost\n");
    }

    #[test]
    fn the_first_panic_tells_what_is_alike() {
        let panics = |messages: &[&'static str]| {
            let mut panics = EarlierPanics::default();
            for (thread, message) in messages.iter().enumerate() {
                panics.add(thread.to_string().into(), panic(message));
            }
            panics
        };
        assert!(panics(&[]).are_like(&panics(&[])));
        assert!(panics(&["x"]).are_like(&panics(&["x", "y"])));
        assert!(!panics(&["x"]).are_like(&panics(&["y", "x"])));
        assert!(!panics(&["x"]).are_like(&panics(&[])) && !panics(&[]).are_like(&panics(&["x"])));
    }
}
