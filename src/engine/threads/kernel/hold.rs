//! Holds a thread that sleeps in the kernel, so that its wake-up comes when the search says.
//!
//! The thread is sent a signal. Its handler sees that it has interrupted a wait that the kernel
//! will begin anew, or has it begin anew itself ([`registers`](super::registers)), and sleeps in
//! its place until the thread is let go; then it returns, the kernel compares the word again, or
//! looks whether the file is ready, and goes on waiting or not. Whatever woke such a wait before a
//! signal, a lost wake-up cannot come of it: who waits at a futex must compare the word again.
//! See futex(2) and signal(7), "Interruption of system calls".

#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::call::Call;
use super::registers::{Interrupted, Registers};
use super::sight::FutexWait;
use super::signal;
use crate::engine::engine_thread::kernel_id;

/// How long a thread may take to answer the signal: it answers at once, unless it blocks signals
/// or its processor is very busy.
const PATIENCE: Duration = Duration::from_secs(1);

/// The thread is let be.
const FREE: u32 = 0;
/// It has been sent the signal and has not answered.
const ASKED: u32 = 1;
/// It sleeps in the handler.
const HELD: u32 = 2;
/// The signal found it elsewhere.
const REFUSED: u32 = 3;
/// It is to end without unwinding.
const ENDED: u32 = 4;
/// Its call is to end with an error.
const FAILED: u32 = 5;

/// Where one thread can be held.
#[derive(Debug, Default)]
pub(in super::super) struct Hold {
    state: AtomicU32,
    /// The number by which the kernel knows the thread; 0 before it has come.
    kernel_id: AtomicI32,
    /// The call that it is to be found waiting in, and how many of its arguments are to be as said.
    number: AtomicI64,
    arguments: [AtomicU64; 6],
    known: AtomicUsize,
}

thread_local! {
    /// Where the calling thread can be held. Constant and never dropped, so that a handler may
    /// read it at any time.
    static HOLD: Cell<*const Hold> = const { Cell::new(ptr::null()) };
}

/// Keeps the calling thread where it can be held; ends on drop.
pub(in super::super) struct Holdable<'a>(#[allow(dead_code, reason = "borrowed")] &'a Hold);

impl Drop for Holdable<'_> {
    fn drop(&mut self) {
        HOLD.set(ptr::null());
    }
}

impl Hold {
    /// Lets the calling thread be held here from now on.
    pub(in super::super) fn admit(&self) -> Holdable<'_> {
        self.kernel_id.store(kernel_id(), Ordering::Relaxed);
        HOLD.set(ptr::from_ref(self));
        Holdable(self)
    }

    /// The number by which the kernel knows the thread, once it has come.
    pub(in super::super) fn kernel_id(&self) -> Option<i32> {
        Some(self.kernel_id.load(Ordering::Relaxed)).filter(|&id| id != 0)
    }

    /// Whether the thread is held.
    pub(in super::super) fn is_held(&self) -> bool {
        self.state.load(Ordering::Relaxed) == HELD
    }

    /// Whether this is where a held thread waits.
    pub(in super::super) fn is_at(&self, address: usize) -> bool {
        self.state.as_ptr().addr() == address
    }

    /// Holds the thread if it waits in this call, of which so many arguments are `known`. Returns
    /// whether it is held; nothing if it does not answer at all.
    pub(in super::super) fn seize(&self, call: Call, known: usize) -> Option<bool> {
        let (signal, kernel_id) = (signal()?, self.kernel_id()?);
        self.seek(call, known);
        self.state.store(ASKED, Ordering::Release);
        // SAFETY: it sends a signal for which there is a handler to a thread of this process.
        let sent =
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), kernel_id, signal) == 0 };
        let since = Instant::now();
        while sent && since.elapsed() < PATIENCE {
            match self.state.load(Ordering::Acquire) {
                ASKED => sleep_while(&self.state, ASKED, Some(Duration::from_millis(1))),
                HELD => return Some(true),
                _ => return Some(false),
            }
        }
        let asked = &self.state;
        let late = asked.compare_exchange(ASKED, FREE, Ordering::AcqRel, Ordering::Acquire);
        late.err().map(|state| state == HELD)
    }

    /// Notes where the thread is to be found.
    fn seek(&self, call: Call, known: usize) {
        self.number.store(call.number, Ordering::Relaxed);
        for (place, argument) in self.arguments.iter().zip(call.arguments) {
            place.store(argument, Ordering::Relaxed);
        }
        self.known.store(known, Ordering::Relaxed);
    }

    /// Lets the thread go on with its wait.
    pub(in super::super) fn release(&self) {
        self.state.store(FREE, Ordering::Release);
        wake(&self.state);
    }

    /// Ends a thread that is held and can never go on. It is not unwound and its stack is never
    /// used again, so for all others it is as if it went on sleeping; but it is gone for the kernel,
    /// which has room for so many threads only. To be called when nobody is going to join it.
    pub(in super::super) fn end(&self) {
        self.state.store(ENDED, Ordering::Release);
        wake(&self.state);
    }

    /// Lets the thread go on with an error from the call in which it is held: so it can unwind when
    /// nothing else ends that. To be called for calls alone: a futex wait does not fail so.
    pub(in super::super) fn fail(&self) {
        self.state.store(FAILED, Ordering::Release);
        wake(&self.state);
    }

    /// What the thread does about the signal.
    fn answer(&self, registers: &mut Registers) {
        let asked = &self.state;
        // What it is to be found in was written before.
        asked.load(Ordering::Acquire);
        let call = Call {
            number: self.number.load(Ordering::Relaxed),
            arguments: self
                .arguments
                .each_ref()
                .map(|it| it.load(Ordering::Relaxed)),
        };
        let found = registers.find(&call, self.known.load(Ordering::Relaxed));
        if found == Some(Interrupted::CutShort) {
            registers.rewind(&call);
        }
        let answer = if found.is_some() { HELD } else { REFUSED };
        if asked
            .compare_exchange(ASKED, answer, Ordering::AcqRel, Ordering::Acquire)
            .is_err()
        {
            // Nobody waits for an answer any more.
            return;
        }
        wake(&self.state);
        while self.state.load(Ordering::Acquire) == HELD {
            sleep_while(&self.state, HELD, None);
        }
        if self.state.load(Ordering::Acquire) == FAILED {
            self.state.store(FREE, Ordering::Release);
            registers.fail(libc::ECANCELED);
        }
        if self.state.load(Ordering::Acquire) == ENDED {
            // SAFETY: it ends this thread alone, which no code of its own sees. glibc frees the
            // stack of a detached thread where its start routine returns, which this one never
            // does: what points to the stack, such as a lock's list of those who wait, stays valid.
            unsafe { libc::syscall(libc::SYS_exit, 0) };
        }
    }
}

/// Waits in the place of another thread, until it is woken or [interrupted](interrupt), or at once
/// the word is not what that thread expected.
pub(in super::super) fn wait_at(wait: FutexWait) {
    let FutexWait {
        address,
        expected,
        operation,
        bits,
    } = wait;
    let (no_time, nobody) = (ptr::null::<c_void>(), ptr::null::<c_void>());
    // SAFETY: the kernel compares the word at the address, and if there is none says so.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            address,
            operation,
            expected,
            no_time,
            nobody,
            bits,
        )
    };
}

/// Ends the system call that a thread of this process waits in.
pub(in super::super) fn interrupt(kernel_id: i32) {
    static SIGNAL: OnceLock<Option<c_int>> = OnceLock::new();
    let signal = *SIGNAL.get_or_init(|| signal::claim(do_nothing as *const () as usize, 0));
    if let Some(signal) = signal {
        // SAFETY: it sends a signal for which there is a handler to a thread of this process.
        unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), kernel_id, signal) };
    }
}

extern "C" fn do_nothing(_: c_int) {}

/// Sleeps while `word` is `value`, or until the time is up. May return early.
fn sleep_while(word: &AtomicU32, value: u32, time: Option<Duration>) {
    let time = time.map(|time| libc::timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: i64::from(time.subsec_nanos()),
    });
    let until = time.as_ref().map_or(ptr::null(), ptr::from_ref);
    let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: `word` and `until` live longer than the call.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), operation, value, until) };
}

fn wake(word: &AtomicU32) {
    let operation = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: `word` lives longer than the call.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), operation, 1) };
}

/// The signal that holds a thread, whose handler is installed when it is first asked for.
fn signal() -> Option<c_int> {
    static SIGNAL: OnceLock<Option<c_int>> = OnceLock::new();
    let flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
    *SIGNAL.get_or_init(|| signal::claim(handle as *const () as usize, flags))
}

/// Runs on the thread that is to be held. It uses atomics, a constant thread-local and futexes,
/// allocates nothing, takes no lock, and leaves `errno` as it was.
extern "C" fn handle(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the thread's own `errno`; the kernel passes a context; and a thread that has set its
    // hold keeps it alive until it has set it back.
    unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        if let Some(hold) = HOLD.get().as_ref() {
            hold.answer(&mut Registers::of(context));
        }
        *errno = before;
    }
}

/// How exactly the calling thread's sleeps end, in nanoseconds, until this is dropped. The kernel
/// adds up to 50 µs otherwise, as much as a blocked thread is looked at after.
#[derive(Debug)]
pub(in super::super) struct ExactSleeps(libc::c_ulong);

impl ExactSleeps {
    pub(in super::super) fn begin() -> Self {
        // SAFETY: both calls take and return numbers.
        let before = unsafe { libc::prctl(libc::PR_GET_TIMERSLACK) };
        let slack = ExactSleeps(libc::c_ulong::try_from(before).unwrap_or(0));
        // SAFETY: as above.
        unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1_u64) };
        slack
    }
}

impl Drop for ExactSleeps {
    fn drop(&mut self) {
        // SAFETY: it takes a number; 0 is the thread's default.
        unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, self.0) };
    }
}

#[cfg(test)]
mod tests;
