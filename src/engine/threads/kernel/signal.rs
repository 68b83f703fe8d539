//! Signals that the process does not use, for the engine to use.

#![allow(unsafe_code)]

use std::ffi::c_int;
use std::fs;
use std::mem;
use std::ptr;

use parking_lot::Mutex;

use super::memory::read_memory;
use super::sight::{Sight, Window};

/// Installs a handler for the last of the real-time signals that nobody uses; nothing if there is
/// none.
pub(super) fn claim(handler: usize, flags: c_int) -> Option<c_int> {
    static CLAIMING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = CLAIMING.lock();
    let awaited = awaited();
    let is_unused = |&signal: &c_int| !awaited.has(signal) && has_default_action(signal);
    let mut candidates = real_time().rev();
    candidates.find(|signal| is_unused(signal) && install(*signal, handler, flags))
}

fn real_time() -> std::ops::RangeInclusive<c_int> {
    libc::SIGRTMIN()..=libc::SIGRTMAX()
}

/// Signals, as the kernel counts them: the first is the lowest bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Signals(u64);

impl Signals {
    fn has(self, signal: c_int) -> bool {
        self.0 >> (signal - 1) & 1 == 1
    }
}

/// The signals that threads of this process take from where they are pending, as by `sigwait` or a
/// `signalfd`: they have no handler, but are blocked, or being waited for. A thread that has blocked
/// them all wants none of them, and singles out none.
fn awaited() -> Signals {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten();
    let ids = threads.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let sets = ids.flat_map(|id| [blocked(id), waited_for(id)]).flatten();
    let singles_out = |set: &Signals| !real_time().all(|signal| set.has(signal));
    Signals(sets.filter(singles_out).fold(0, |all, set| all | set.0))
}

/// What a thread has blocked; without what it waits for, while it does.
fn blocked(kernel_id: i32) -> Option<Signals> {
    let status = fs::read_to_string(format!("/proc/self/task/{kernel_id}/status")).ok()?;
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigBlk:"))?;
    Some(Signals(u64::from_str_radix(mask.trim(), 16).ok()?))
}

/// What a thread waits for right now.
fn waited_for(kernel_id: i32) -> Option<Signals> {
    let Some(Sight::Call(call)) = Window::on(kernel_id)?.look() else {
        return None;
    };
    let mut set = [0; 8];
    let address = call.arguments[0];
    let is_wait = call.number == libc::SYS_rt_sigtimedwait;
    is_wait.then(|| read_memory(address, &mut set)).flatten()?;
    Some(Signals(u64::from_ne_bytes(set)))
}

fn has_default_action(signal: c_int) -> bool {
    // SAFETY: all zeros are a `sigaction`, and with no new action the call only fills it in.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        libc::sigaction(signal, ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_DFL
    }
}

fn install(signal: c_int, handler: usize, flags: c_int) -> bool {
    // SAFETY: the handlers that are claimed for do only what a handler may do; see there.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, ptr::null_mut()) == 0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
    use std::thread;

    use super::*;
    use crate::engine::engine_thread::kernel_id;

    /// The set of these signals, as the C library takes it.
    fn set(signals: &[c_int]) -> libc::sigset_t {
        // SAFETY: all zeros are a set, and the calls only change it.
        unsafe {
            let mut set: libc::sigset_t = mem::zeroed();
            libc::sigemptyset(&raw mut set);
            for &signal in signals {
                libc::sigaddset(&raw mut set, signal);
            }
            set
        }
    }

    fn block(set: &libc::sigset_t) {
        // SAFETY: the set lives longer than the call.
        unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, set, ptr::null_mut()) };
    }

    /// Signals that nothing else in this process claims, which takes them from the other end.
    fn low(place: c_int) -> c_int {
        libc::SIGRTMIN() + place
    }

    #[test]
    fn a_signal_that_a_thread_waits_for_is_used() {
        static WAITS: AtomicI32 = AtomicI32::new(0);
        let signal = low(1);
        assert!(has_default_action(signal) && !awaited().has(signal));
        let waits = thread::spawn(move || {
            let own = set(&[signal]);
            block(&own);
            WAITS.store(kernel_id(), SeqCst);
            let mut got = 0;
            // SAFETY: the set and the number live longer than the call.
            unsafe { libc::sigwait(&raw const own, &raw mut got) };
            got
        });
        let id = loop {
            match WAITS.load(SeqCst) {
                0 => thread::yield_now(),
                id => break id,
            }
        };
        // While it waits, the kernel does not count what it waits for as blocked.
        while waited_for(id).is_none_or(|set| !set.has(signal)) {
            thread::yield_now();
        }
        assert!(has_default_action(signal) && awaited().has(signal));
        // SAFETY: it sends a signal to a thread of this process, which waits for it.
        unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), id, signal) };
        assert_eq!(waits.join().unwrap(), signal);
        assert!(!awaited().has(signal));
    }

    #[test]
    fn a_signal_that_a_thread_has_blocked_is_used_and_not_if_it_has_blocked_all() {
        let signal = low(2);
        let in_thread = |signals: Vec<c_int>| {
            let asked = thread::spawn(move || {
                block(&set(&signals));
                awaited().has(signal)
            });
            asked.join().unwrap()
        };
        assert!(in_thread(vec![signal]));
        assert!(in_thread(vec![signal, low(3)]));
        assert!(!in_thread(real_time().collect()));
    }
}
