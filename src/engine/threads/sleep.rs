//! What a thread sleeps in until another thread, or the world outside, does something.

use super::kernel::{Call, File, FutexWait, word};
use crate::operation::{FileKind, SystemCall};

/// Without a time-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sleep {
    Futex(FutexWait),
    Call(Call),
}

/// What is waited at, as this process knows it: no two are the same at one time.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Word(usize),
    Files(Vec<File>),
}

impl Sleep {
    /// Whether a thread that begins this wait now does not sleep. What cannot be asked any more, as
    /// memory that is gone or a file that is closed, ends a wait, too.
    pub(super) fn is_over(self) -> bool {
        match self {
            Sleep::Futex(FutexWait {
                address, expected, ..
            }) => word(address) != Some(expected),
            Sleep::Call(call) => call.is_ready(),
        }
    }

    pub(super) fn is_call(self) -> bool {
        matches!(self, Sleep::Call(_))
    }

    /// The system call, and how many of its arguments are known.
    pub(super) fn call(self) -> (Call, usize) {
        match self {
            Sleep::Futex(wait) => (wait.call(), 1),
            Sleep::Call(call) => (call, Call::ARGUMENTS),
        }
    }

    /// Where it is, and what a report says of that.
    pub(super) fn place(self) -> (Place, Option<(SystemCall, FileKind)>) {
        match self {
            Sleep::Futex(wait) => (Place::Word(wait.address), None),
            Sleep::Call(call) => {
                let (files, said) = call.place();
                (Place::Files(files), said)
            }
        }
    }
}
