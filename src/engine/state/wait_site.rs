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
    pub(crate) call: Option<(Operation, Object)>,
}

/// What a system call is about to do when it can.
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "calls are not seen on other systems")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
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
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "calls are not seen on other systems")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
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
            Some((operation, object)) => write!(f, "in {operation} of {object} {number}"),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Read => "read",
            Operation::Receive => "recv",
            Operation::Accept => "accept",
            Operation::Write => "write",
            Operation::Send => "send",
            Operation::Poll => "poll",
            Operation::WaitForEvents => "epoll_wait",
            Operation::Lock => "flock",
            Operation::LockRange => "fcntl",
        })
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Object::Pipe => "pipe",
            Object::Socket => "socket",
            Object::Counter => "eventfd",
            Object::Epoll => "epoll",
            Object::File => "file",
            Object::Set => "set of files",
        })
    }
}
