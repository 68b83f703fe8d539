//! What another thread of this process is doing, as the kernel tells it.
//!
//! `/proc/self/task/<tid>/syscall` holds the system call that a thread sleeps in, with its
//! arguments, or `running`; see proc(5). Reading it costs about two microseconds and stops nobody.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::call::Call;

/// What a thread was seen doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Sight {
    Running,
    Futex(FutexWait),
    /// It waits for a word of memory to change, up to some time.
    FutexUntil,
    /// It sleeps in another system call, such as a read.
    Call(Call),
    /// It sleeps, and not in a call that it has made.
    Elsewhere,
}

/// A wait for a word of memory to change, for however long that takes: what a lock, a condition
/// variable or a join comes down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct FutexWait {
    pub(in super::super) address: usize,
    /// What the word was when the thread went to wait.
    pub(in super::super) expected: u32,
    /// Which kind of wait it is, and whom it lets itself be woken by.
    pub(in super::super) operation: u32,
    pub(in super::super) bits: u32,
}

impl FutexWait {
    /// The system call, of which the first argument is known.
    pub(in super::super) fn call(self) -> Call {
        Call {
            number: libc::SYS_futex,
            arguments: [self.address as u64, 0, 0, 0, 0, 0],
        }
    }
}

/// Where one thread can be seen.
#[derive(Debug)]
pub(in super::super) struct Window(File);

impl Window {
    /// Opens the window on a thread of this process; nothing if the system has none.
    pub(in super::super) fn on(kernel_id: i32) -> Option<Self> {
        let file = File::open(format!("/proc/self/task/{kernel_id}/syscall")).ok()?;
        let window = Window(file);
        window.look().map(|_| window)
    }

    /// What the thread is doing; nothing if the system does not tell.
    pub(in super::super) fn look(&self) -> Option<Sight> {
        let mut text = [0; 256];
        let length = self.0.read_at(&mut text, 0).ok()?;
        parse(std::str::from_utf8(&text[..length]).ok()?)
    }
}

/// Reads one line of the file; nothing if it is none that the kernel writes.
fn parse(line: &str) -> Option<Sight> {
    let mut words = line.split_ascii_whitespace();
    let call = words.next()?;
    if call == "running" {
        return Some(Sight::Running);
    }
    let number = call.parse::<i64>().ok()?;
    if number < 0 {
        // Asleep outside of a system call, as in a page fault.
        return Some(Sight::Elsewhere);
    }
    let mut arguments = [0; 6];
    for argument in &mut arguments {
        *argument = u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
    }
    if number != libc::SYS_futex {
        return Some(Sight::Call(Call { number, arguments }));
    }
    let [address, operation, expected, until, _other, bits] = arguments;
    let flags = u64::from((libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME).unsigned_abs());
    let waits = [libc::FUTEX_WAIT, libc::FUTEX_WAIT_BITSET].map(|it| u64::from(it.unsigned_abs()));
    if !waits.contains(&(operation & !flags)) {
        return Some(Sight::Elsewhere);
    }
    if until != 0 {
        return Some(Sight::FutexUntil);
    }
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the kernel takes 32 bits of each"
    )]
    let (expected, operation, bits) = (expected as u32, operation as u32, bits as u32);
    Some(Sight::Futex(FutexWait {
        address: usize::try_from(address).ok()?,
        expected,
        operation,
        bits,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_without_a_time_out_is_told_from_all_else() {
        let futex = libc::SYS_futex;
        let lock = |line: String| match parse(&line) {
            Some(Sight::Futex(wait)) => Some((wait.address, wait.expected)),
            _ => None,
        };
        let rest = "0x0 0xffffffff 0x7ffc 0x7f12";
        // As std waits, as parking_lot does, and as glibc joins a thread.
        for operation in ["0x89", "0x80", "0x109"] {
            let line = format!("{futex} 0x7f00 {operation} 0x2 0x0 {rest}\n");
            assert_eq!(lock(line), Some((0x7f00, 2)), "{operation}");
        }
        let negative = format!("{futex} 0x7f00 0x89 0xffffffff 0x0 {rest}\n");
        assert_eq!(lock(negative), Some((0x7f00, u32::MAX)));
        for elsewhere in [
            format!("{futex} 0x7f00 0x81 0x1 0x0 {rest}\n"), // a wake
            "-1 0x7ffc 0x7f12\n".to_owned(),                 // a page fault
        ] {
            assert_eq!(parse(&elsewhere), Some(Sight::Elsewhere), "{elsewhere}");
        }
        let read = format!("{} 0x3 0x7f00 0x400 0x0 {rest} 0x7f34\n", libc::SYS_read);
        let call = Call {
            number: libc::SYS_read,
            arguments: [3, 0x7f00, 0x400, 0, 0, 0xffff_ffff],
        };
        assert_eq!(parse(&read), Some(Sight::Call(call)));
        let timed = format!("{futex} 0x7f00 0x89 0x2 0x7ffe {rest}\n");
        assert_eq!(parse(&timed), Some(Sight::FutexUntil));
        assert_eq!(parse("running\n"), Some(Sight::Running));
        for line in ["", "nonsense", &format!("{futex} 0x7f00"), "202 7f 89 2 0"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
