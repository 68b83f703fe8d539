//! The system calls that a thread may sleep in without a time-out, and what each waits for.
//!
//! Here are those of which it can be asked, without taking anything, whether they would go on: see
//! [`readiness`]. A thread that sleeps in another is waited for.

mod awaited;
mod readiness;

use libc::c_int;

use awaited::Awaited;
pub(in super::super) use readiness::File;

use crate::operation::{FileKind, SystemCall};

/// A system call with its arguments, as the kernel shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Call {
    pub(in super::super) number: i64,
    pub(in super::super) arguments: [u64; Call::ARGUMENTS],
}

impl Call {
    /// How many arguments the kernel shows.
    pub(in super::super) const ARGUMENTS: usize = 6;

    /// Whether this is a wait that ends when something is so, and not when some time has passed.
    pub(in super::super) fn is_lasting(&self) -> bool {
        self.awaited()
            .is_some_and(|(_, awaited)| awaited.is_lasting())
    }

    /// Whether the call would not sleep now. Also if that cannot be asked: then it finds out itself.
    pub(in super::super) fn is_ready(&self) -> bool {
        self.awaited().is_none_or(|(_, awaited)| awaited.is_ready())
    }

    /// The files for which it waits, and what a report says of that.
    pub(in super::super) fn place(&self) -> (Vec<File>, Option<(SystemCall, FileKind)>) {
        let Some((operation, awaited)) = self.awaited() else {
            return (Vec::new(), None);
        };
        let known = awaited.files().unwrap_or_default();
        let (mut objects, files): (Vec<FileKind>, Vec<File>) = known.into_iter().unzip();
        let object = objects.pop().filter(|_| objects.is_empty());
        (files, Some((operation, object.unwrap_or(FileKind::Set))))
    }

    /// Whether the kernel ends the call when a signal is handled, whatever the handler asked for.
    pub(in super::super) fn is_cut_short_by_signals(&self) -> bool {
        let awaited = self.awaited().map(|(operation, _)| operation);
        matches!(awaited, Some(SystemCall::Poll | SystemCall::WaitForEvents))
    }

    /// What the call does when it can, and what it waits for; nothing for those that wait for
    /// nothing or have a time-out, or of which it is not known.
    fn awaited(&self) -> Option<(SystemCall, Awaited)> {
        let [first, second, third, fourth, ..] = self.arguments;
        let file = int(first);
        let input = |operation| Some((operation, Awaited::Input(file)));
        let any_of = |address, count| Some((SystemCall::Poll, Awaited::AnyOf { address, count }));
        let output = |operation| Some((operation, Awaited::Output(file)));
        match self.number {
            libc::SYS_read | libc::SYS_readv => input(SystemCall::Read),
            libc::SYS_recvfrom if takes_what_there_is(fourth) => input(SystemCall::Receive),
            libc::SYS_recvmsg if takes_what_there_is(third) => input(SystemCall::Receive),
            libc::SYS_accept | libc::SYS_accept4 => input(SystemCall::Accept),
            libc::SYS_write | libc::SYS_writev => output(SystemCall::Write),
            libc::SYS_sendto | libc::SYS_sendmsg => output(SystemCall::Send),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_poll if int(third) < 0 => any_of(first, second),
            libc::SYS_ppoll if third == 0 => any_of(first, second),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_epoll_wait if int(fourth) < 0 => input(SystemCall::WaitForEvents),
            libc::SYS_epoll_pwait if int(fourth) < 0 => input(SystemCall::WaitForEvents),
            libc::SYS_flock => {
                let operation = int(second);
                Some((SystemCall::Lock, Awaited::Lock { file, operation }))
            }
            libc::SYS_fcntl if int(second) == libc::F_OFD_SETLKW => {
                let address = third;
                Some((SystemCall::LockRange, Awaited::Range { file, address }))
            }
            _ => None,
        }
    }
}

/// Whether a call that receives with these flags goes on as soon as there is anything at all. One
/// that waits until its buffer is full may have taken a part already.
fn takes_what_there_is(flags: u64) -> bool {
    int(flags) & (libc::MSG_WAITALL | libc::MSG_OOB | libc::MSG_ERRQUEUE) == 0
}

/// An argument of which the kernel takes 32 bits.
#[allow(clippy::cast_possible_truncation, reason = "as the kernel does")]
fn int(argument: u64) -> c_int {
    (argument as u32).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn awaited(number: i64, arguments: [u64; 4]) -> Option<Awaited> {
        let [first, second, third, fourth] = arguments;
        let arguments = [first, second, third, fourth, 0, 0];
        let call = Call { number, arguments };
        call.awaited().map(|(_, awaited)| awaited)
    }

    #[test]
    fn calls_without_a_time_out_are_told_from_those_with_one() {
        const FOREVER: u64 = 0xffff_ffff;
        let any_of = Awaited::AnyOf {
            address: 0x7f00,
            count: 2,
        };
        assert_eq!(awaited(libc::SYS_ppoll, [0x7f00, 2, 0, 0]), Some(any_of));
        assert_eq!(awaited(libc::SYS_ppoll, [0x7f00, 2, 0x7ffe, 0]), None);
        let events = |time| awaited(libc::SYS_epoll_pwait, [4, 0x7f00, 16, time]);
        assert_eq!(events(FOREVER), Some(Awaited::Input(4)));
        assert_eq!(events(1000), None);
        #[cfg(target_arch = "x86_64")]
        {
            let poll = |time| awaited(libc::SYS_poll, [0x7f00, 2, time, 0]);
            assert_eq!((poll(FOREVER), poll(1000)), (Some(any_of), None));
        }
        assert_eq!(awaited(libc::SYS_nanosleep, [0x7f00, 0, 0, 0]), None);
    }

    #[test]
    fn who_waits_for_all_of_its_buffer_is_not_known() {
        let receive = |flags: c_int| {
            awaited(
                libc::SYS_recvfrom,
                [3, 0x7f00, 64, u64::from(flags.cast_unsigned())],
            )
        };
        assert_eq!(receive(0), Some(Awaited::Input(3)));
        assert_eq!(receive(libc::MSG_PEEK), Some(Awaited::Input(3)));
        assert_eq!(receive(libc::MSG_WAITALL), None);
    }

    #[test]
    fn of_fcntl_only_a_wait_for_the_lock_of_an_open_file_is_known() {
        let fcntl = |command: c_int| {
            awaited(
                libc::SYS_fcntl,
                [3, u64::from(command.cast_unsigned()), 0x7f00, 0],
            )
        };
        let range = Awaited::Range {
            file: 3,
            address: 0x7f00,
        };
        assert_eq!(fcntl(libc::F_OFD_SETLKW), Some(range));
        // Of the process's own locks only another process can be in the way.
        assert_eq!(fcntl(libc::F_SETLKW), None);
    }
}
