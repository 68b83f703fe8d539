//! Where a thread waits for the system, as a report names it.

use std::fmt;

use crate::named::displayed;

/// A place at which threads of an execution wait for the system, as its `Display` names it. Places
/// are numbered in the order in which they were first waited at, since addresses and file
/// descriptors differ from run to run.
///
/// ```
/// use interlace::{Explorer, FailureKind, failure::Activity, marker};
/// use std::sync::Mutex;
///
/// # if cfg!(target_os = "linux") {
/// let report = Explorer::new(Mutex::default)
///     .thread("a", |lock: &Mutex<()>| {
///         marker!("twice");
///         let _once = lock.lock().unwrap();
///         let _twice = lock.lock().unwrap();
///     })
///     .explore();
/// let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
///     panic!("not a deadlock");
/// };
/// let Activity::Blocked(site) = deadlock.threads()[0].activity() else {
///     panic!("not blocked");
/// };
/// assert_eq!(site.to_string(), "at lock or condition 1");
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitSite {
    /// Counted from 0.
    pub(crate) number: u32,
    /// The call that the thread waits in, and on what; `None` if it waits on a futex.
    pub(crate) call: Option<(SystemCall, FileKind)>,
}

impl WaitSite {
    /// A place of which nothing is known.
    pub(crate) fn unknown() -> Self {
        WaitSite {
            number: 0,
            call: None,
        }
    }
}

displayed! {
    /// A system call that may wait.
    #[allow(dead_code, reason = "calls are not seen on every system")]
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum SystemCall {
        Read = "read",
        Receive = "recv",
        Accept = "accept",
        Connect = "connect",
        Write = "write",
        Send = "send",
        Poll = "poll",
        Select = "select",
        WaitForEvents = "epoll_wait",
        Lock = "flock",
        LockRange = "fcntl",
        Sleep = "nanosleep",
        Yield = "sched_yield",
        Join = "pthread_join",
        /// None: a loop that reads memory.
        Loop = "loop",
    }
}

displayed! {
    /// The kind of file that it waits on.
    #[allow(dead_code, reason = "calls are not seen on every system")]
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum FileKind {
        Pipe = "pipe",
        Socket = "socket",
        /// An `eventfd`.
        Counter = "eventfd",
        Epoll = "epoll",
        File = "file",
        /// Several files, or none.
        Set = "set of files",
        Clock = "clock",
        Processor = "processor",
        /// No file: a thread that no run controls.
        Thread = "thread",
        /// No file: what a loop reads.
        Memory = "memory",
    }
}

impl fmt::Display for WaitSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u64::from(self.number) + 1;
        match self.call {
            // Nothing tells what the futex is part of.
            None => write!(f, "at lock or condition {number}"),
            Some((SystemCall::Loop, _)) => write!(f, "in a loop, until place {number} is changed"),
            Some((call, file)) => write!(f, "in {call} of {file} {number}"),
        }
    }
}
