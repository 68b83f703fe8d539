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
