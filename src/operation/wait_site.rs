//! Where a thread waits in the kernel, as a report names it.

use std::fmt;

/// One place at which threads of an execution wait, known by the order in which it was first waited
/// at: addresses and numbers of files differ from run to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WaitSite {
    /// Counted from 0.
    pub(crate) number: u32,
    /// The call that the thread waits in, and for what, unless it waits for a word of memory to
    /// change.
    pub(crate) call: Option<(SystemCall, FileKind)>,
}

/// What a system call is about to do when it can.
#[allow(dead_code, reason = "calls are not seen on every system")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemCall {
    Read,
    Receive,
    Accept,
    Write,
    Send,
    Poll,
    WaitForEvents,
    Lock,
    LockRange,
}

/// What it does that with.
#[allow(dead_code, reason = "calls are not seen on every system")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Pipe,
    Socket,
    /// A counter that is waited for until it is not 0.
    Counter,
    Epoll,
    File,
    /// Several of these, or none.
    Set,
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

impl fmt::Display for SystemCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SystemCall::Read => "read",
            SystemCall::Receive => "recv",
            SystemCall::Accept => "accept",
            SystemCall::Write => "write",
            SystemCall::Send => "send",
            SystemCall::Poll => "poll",
            SystemCall::WaitForEvents => "epoll_wait",
            SystemCall::Lock => "flock",
            SystemCall::LockRange => "fcntl",
        })
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileKind::Pipe => "pipe",
            FileKind::Socket => "socket",
            FileKind::Counter => "eventfd",
            FileKind::Epoll => "epoll",
            FileKind::File => "file",
            FileKind::Set => "set of files",
        })
    }
}
