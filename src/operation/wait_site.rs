//! Where a thread waits in the kernel, as a report names it.

use std::fmt;

use crate::named::displayed;

/// One place at which threads of an execution wait, known by the order in which it was first waited
/// at: addresses and numbers of files differ from run to run. Its `Display` tells one from another.
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
    /// The call that the thread waits in, and for what, unless it waits for a word of memory to
    /// change.
    pub(crate) call: Option<(SystemCall, FileKind)>,
}

displayed! {
    /// What a system call is about to do when it can.
    #[allow(dead_code, reason = "calls are not seen on every system")]
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum SystemCall {
        Read = "read",
        Receive = "recv",
        Accept = "accept",
        Write = "write",
        Send = "send",
        Poll = "poll",
        WaitForEvents = "epoll_wait",
        Lock = "flock",
        LockRange = "fcntl",
    }
}

displayed! {
    /// What it does that with.
    #[allow(dead_code, reason = "calls are not seen on every system")]
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum FileKind {
        Pipe = "pipe",
        Socket = "socket",
        /// A counter that is waited for until it is not 0.
        Counter = "eventfd",
        Epoll = "epoll",
        File = "file",
        /// Several of these, or none.
        Set = "set of files",
    }
}

impl fmt::Display for WaitSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u64::from(self.number) + 1;
        match self.call {
            // The kernel does not say what the word is.
            None => write!(f, "at lock or condition {number}"),
            Some((call, file)) => write!(f, "in {call} of {file} {number}"),
        }
    }
}
