//! Executions that did not end in time.

use std::fmt;
use std::time::Duration;

use super::{Hook, Positions, ThreadPosition};

/// An execution that did not end in time.
///
/// ```
/// use interlace::{Explorer, FailureKind, failure::Hook, marker};
/// use std::{thread, time::Duration};
///
/// let limit = Duration::from_millis(100);
/// let report = Explorer::new(|| ())
///     .thread("t", |()| marker!("x"))
///     .check(move |()| thread::sleep(10 * limit))
///     .timeout(limit)
///     .explore();
/// let FailureKind::TimeOut(time_out) = report.assert_fails().kind() else {
///     panic!("in time");
/// };
/// assert_eq!(time_out.limit(), Some(limit));
/// assert_eq!(time_out.hook(), Some(Hook::Check));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeOut(pub(crate) Unfinished);

/// What an execution was doing when its time was up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfinished {
    Hook {
        hook: Hook,
        limit: Duration,
    },
    Threads {
        limit: Duration,
        threads: Positions,
    },
    /// No thread could go on, and nothing outside woke a task.
    NotWoken {
        limit: Duration,
        threads: Positions,
    },
    /// The program had to do with a thread that it does not control, which did not go to sleep.
    Outside {
        limit: Duration,
        /// What the thread is called.
        busy: String,
        threads: Positions,
    },
    /// No thread could go on, and what they waited for did not come from elsewhere.
    Nothing {
        limit: Duration,
        threads: Positions,
    },
    /// Known only as text: fibers were blocked, or a report of version 1 was read.
    Text(String),
}

impl TimeOut {
    /// Returns how long the execution was allowed to take; nothing if only a text is known.
    pub fn limit(&self) -> Option<Duration> {
        match &self.0 {
            Unfinished::Hook { limit, .. }
            | Unfinished::Threads { limit, .. }
            | Unfinished::NotWoken { limit, .. }
            | Unfinished::Outside { limit, .. }
            | Unfinished::Nothing { limit, .. } => Some(*limit),
            Unfinished::Text(_) => None,
        }
    }

    /// Returns the part of the code around the threads that did not return in time, if it was one.
    pub fn hook(&self) -> Option<Hook> {
        match &self.0 {
            Unfinished::Hook { hook, .. } => Some(*hook),
            _ => None,
        }
    }

    /// Returns where each thread stands; empty if the time ran out in a hook, or if only a text is
    /// known.
    pub fn threads(&self) -> &[ThreadPosition] {
        match &self.0 {
            Unfinished::Threads { threads, .. }
            | Unfinished::NotWoken { threads, .. }
            | Unfinished::Outside { threads, .. }
            | Unfinished::Nothing { threads, .. } => threads.threads(),
            Unfinished::Hook { .. } | Unfinished::Text(_) => &[],
        }
    }
}

impl fmt::Display for TimeOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Unfinished::Hook { hook, limit } => write!(
                f,
                "timed out: {hook} had not come back after {limit:?}. Its thread cannot be killed \
                 and was left behind"
            ),
            Unfinished::Threads { limit, threads } => write!(
                f,
                "timed out: a thread neither reached a marker nor ended when the execution had \
                 taken {limit:?}. It cannot be killed and was left behind. It may be in a loop, or \
                 wait for something that a paused thread holds, be it a lock or a busy \
                 database{threads}"
            ),
            Unfinished::NotWoken { limit, threads } => write!(
                f,
                "timed out: no thread can go on, and nothing outside of the program has woken a \
                 task within {limit:?} of the beginning. Somebody still holds a waker of {}. If \
                 nothing outside is to call it, this is a deadlock; if it takes longer, raise \
                 `timeout`{threads}",
                threads.held()
            ),
            Unfinished::Outside {
                limit,
                busy,
                threads,
            } => write!(
                f,
                "timed out: {busy}, which is no thread of the program but has had to do with it, \
                 was still busy when the execution had taken {limit:?}. The next step is chosen \
                 when it sleeps or has ended. If its work takes longer, raise `timeout`{threads}"
            ),
            Unfinished::Nothing { limit, threads } => write!(
                f,
                "timed out: no thread can go on, and nothing outside of the program has changed \
                 that within {limit:?}. Threads that are not the program's, or other processes, \
                 might still do so. If it takes longer, raise `timeout`; otherwise this is a \
                 deadlock{threads}"
            ),
            Unfinished::Text(text) => f.write_str(text),
        }
    }
}
