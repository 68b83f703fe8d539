//! Holds a thread that sleeps in the kernel, so that its wake-up comes when the search says.
//!
//! The thread is sent a signal. Its handler sees that it has interrupted a wait that the kernel
//! will begin anew, and sleeps in its place until the thread is let go; then it returns, the
//! kernel compares the word again, and goes on waiting or not. Whatever woke such a wait before a
//! signal, a lost wake-up cannot come of it: who waits at a futex must compare the word again.
//! See futex(2) and signal(7), "Interruption of system calls". All the `unsafe` of the engine of
//! threads is here.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::sight::{FutexWait, kernel_id};

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

/// Where one thread can be held.
#[derive(Debug, Default)]
pub(super) struct Hold {
    state: AtomicU32,
    /// The number by which the kernel knows the thread; 0 before it has come.
    kernel_id: AtomicI32,
    /// The futex that it is to be found waiting at.
    address: AtomicUsize,
}

thread_local! {
    /// Where the calling thread can be held. Constant and never dropped, so that a handler may
    /// read it at any time.
    static HOLD: Cell<*const Hold> = const { Cell::new(ptr::null()) };
}

/// Keeps the calling thread where it can be held; ends on drop.
pub(super) struct Holdable<'a>(#[allow(dead_code, reason = "borrowed")] &'a Hold);

impl Drop for Holdable<'_> {
    fn drop(&mut self) {
        HOLD.set(ptr::null());
    }
}

impl Hold {
    /// Lets the calling thread be held here from now on.
    pub(super) fn admit(&self) -> Holdable<'_> {
        self.kernel_id.store(kernel_id(), Ordering::Relaxed);
        HOLD.set(ptr::from_ref(self));
        Holdable(self)
    }

    /// The number by which the kernel knows the thread, once it has come.
    pub(super) fn kernel_id(&self) -> Option<i32> {
        Some(self.kernel_id.load(Ordering::Relaxed)).filter(|&id| id != 0)
    }

    /// Whether the thread is held.
    pub(super) fn is_held(&self) -> bool {
        self.state.load(Ordering::Relaxed) == HELD
    }

    /// Whether this is where a held thread waits.
    pub(super) fn is_at(&self, address: usize) -> bool {
        self.state.as_ptr().addr() == address
    }

    /// Holds the thread if it waits as was seen. Returns whether it is held; nothing if it does
    /// not answer at all.
    pub(super) fn seize(&self, wait: FutexWait) -> Option<bool> {
        let (signal, kernel_id) = (signal()?, self.kernel_id()?);
        self.address.store(wait.address, Ordering::Relaxed);
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

    /// Lets the thread go on with its wait.
    pub(super) fn release(&self) {
        self.state.store(FREE, Ordering::Release);
        wake(&self.state);
    }

    /// Ends a thread that is held and can never go on. It is not unwound and its stack is never
    /// used again, so for all others it is as if it went on sleeping; but it is gone for the kernel,
    /// which has room for so many threads only. To be called when nobody is going to join it.
    pub(super) fn end(&self) {
        self.state.store(ENDED, Ordering::Release);
        wake(&self.state);
    }

    /// What the thread does about the signal: `interrupted` is the futex whose wait it was in.
    fn answer(&self, interrupted: Option<usize>) {
        let is_there = interrupted == Some(self.address.load(Ordering::Relaxed));
        let answer = if is_there { HELD } else { REFUSED };
        let asked = &self.state;
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
pub(super) fn wait_at(wait: FutexWait) {
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
pub(super) fn interrupt(kernel_id: i32) {
    static SIGNAL: OnceLock<Option<c_int>> = OnceLock::new();
    let signal = *SIGNAL.get_or_init(|| claim_signal(do_nothing as *const () as usize, 0));
    if let Some(signal) = signal {
        // SAFETY: it sends a signal for which there is a handler to a thread of this process.
        unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), kernel_id, signal) };
    }
}

extern "C" fn do_nothing(_: c_int) {}

/// Sleeps while `word` is `value`, or until the time is up. May return early.
fn sleep_while(word: &AtomicU32, value: u32, time: Option<Duration>) {
    let time = time.map(|time| libc::timespec {
        tv_sec: 0,
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
    *SIGNAL.get_or_init(|| claim_signal(handle as *const () as usize, flags))
}

/// Installs a handler for the last of the real-time signals that nobody uses; nothing if there is
/// none.
fn claim_signal(handler: usize, flags: c_int) -> Option<c_int> {
    static CLAIMING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = CLAIMING.lock();
    let mut candidates = (libc::SIGRTMIN()..=libc::SIGRTMAX()).rev();
    candidates.find(|&signal| is_unused(signal) && install(signal, handler, flags))
}

fn is_unused(signal: c_int) -> bool {
    // SAFETY: all zeros are a `sigaction`, and with no new action the call only fills it in.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        libc::sigaction(signal, ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_DFL
    }
}

fn install(signal: c_int, handler: usize, flags: c_int) -> bool {
    // SAFETY: the handlers of this file do only what a handler may do; see there.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, ptr::null_mut()) == 0
    }
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
            hold.answer(interrupted_futex(context.cast_const().cast()));
        }
        *errno = before;
    }
}

/// The futex whose wait the signal has interrupted, if the kernel is about to begin it anew: it has
/// then put the thread back before the instruction of the system call.
///
/// # Safety
///
/// `context` is what the kernel passed to the handler of a signal.
#[cfg(target_arch = "x86_64")]
unsafe fn interrupted_futex(context: *const libc::ucontext_t) -> Option<usize> {
    const SYSCALL: [u8; 2] = [0x0f, 0x05];
    // SAFETY: the caller's promise; and the thread goes on at `next`, so there is code.
    unsafe {
        let register = |number: c_int| {
            let all = &(*context).uc_mcontext.gregs;
            usize::try_from(number)
                .ok()
                .and_then(|at| all.get(at))
                .copied()
        };
        let next = register(libc::REG_RIP)?.cast_unsigned();
        let next = ptr::with_exposed_provenance::<[u8; 2]>(usize::try_from(next).ok()?);
        let is_futex = register(libc::REG_RAX)? == libc::SYS_futex;
        let is_before_call = is_futex && next.read_unaligned() == SYSCALL;
        let address = register(libc::REG_RDI)?.cast_unsigned();
        is_before_call.then_some(usize::try_from(address).ok()?)
    }
}

/// As on x86-64.
///
/// # Safety
///
/// As on x86-64.
#[cfg(target_arch = "aarch64")]
unsafe fn interrupted_futex(context: *const libc::ucontext_t) -> Option<usize> {
    const SVC: u32 = 0xd400_0001;
    // SAFETY: the caller's promise; and the thread goes on at `pc`, so there is code.
    unsafe {
        let machine = &(*context).uc_mcontext;
        let next = ptr::with_exposed_provenance::<u32>(usize::try_from(machine.pc).ok()?);
        let is_futex = i64::try_from(machine.regs[8]) == Ok(libc::SYS_futex);
        let is_before_call = is_futex && next.read_unaligned() == SVC;
        is_before_call.then_some(usize::try_from(machine.regs[0]).ok()?)
    }
}

/// How exactly the calling thread's sleeps end, in nanoseconds, until this is dropped. The kernel
/// adds up to 50 µs otherwise, as much as a blocked thread is looked at after.
#[derive(Debug)]
pub(super) struct ExactSleeps(libc::c_ulong);

impl ExactSleeps {
    pub(super) fn begin() -> Self {
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
mod tests {
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::super::sight::{Sight, Window, word};
    use super::*;

    /// Waits until the thread of `hold` is seen in a futex wait.
    fn wait_for(hold: &Hold) -> FutexWait {
        loop {
            if let Some(window) = hold.kernel_id().and_then(Window::on)
                && let Some(Sight::Futex(wait)) = window.look()
                && word(wait.address) == Some(wait.expected)
            {
                return wait;
            }
            thread::yield_now();
        }
    }

    #[test]
    fn a_held_thread_stays_where_it_is_until_it_is_released() {
        let lock = Arc::new(Mutex::new(0));
        for round in 0..100 {
            let guard = lock.lock().unwrap();
            let hold = Arc::new(Hold::default());
            let thread = thread::spawn({
                let (lock, hold) = (Arc::clone(&lock), Arc::clone(&hold));
                move || {
                    let _here = hold.admit();
                    *lock.lock().unwrap() += 1;
                }
            });
            let wait = wait_for(&hold);
            assert_eq!(hold.seize(wait), Some(true), "{round}");
            drop(guard);
            // The lock is free, and the one who waited for it does not take it.
            assert_ne!(word(wait.address), Some(wait.expected));
            assert_eq!(*lock.lock().unwrap(), round);
            assert!(hold.is_held());
            hold.release();
            thread.join().unwrap();
        }
        assert_eq!(*lock.lock().unwrap(), 100);
    }

    #[test]
    fn a_thread_that_waits_elsewhere_is_not_held() {
        let lock = Arc::new(Mutex::new(()));
        let guard = lock.lock().unwrap();
        let hold = Arc::new(Hold::default());
        let thread = thread::spawn({
            let (lock, hold) = (Arc::clone(&lock), Arc::clone(&hold));
            move || {
                let _here = hold.admit();
                drop(lock.lock());
            }
        });
        let wait = wait_for(&hold);
        let other = FutexWait {
            address: wait.address + 64,
            ..wait
        };
        assert_eq!(hold.seize(other), Some(false));
        drop(guard);
        thread.join().unwrap();
        assert!(!hold.is_held());
    }
}
