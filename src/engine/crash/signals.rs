//! The handler of the signals by which a program crashes.

#![allow(unsafe_code)]

use std::ptr;
use std::sync::OnceLock;

use libc::c_int;

use super::message::Cause;
use super::teller;

/// The signals, their names, and whether the system sends them where an instruction cannot be executed,
/// which is tried again when the handler returns.
const SIGNALS: [(c_int, &str, bool); 6] = [
    (libc::SIGSEGV, "SIGSEGV", true),
    (libc::SIGBUS, "SIGBUS", true),
    (libc::SIGILL, "SIGILL", true),
    (libc::SIGFPE, "SIGFPE", true),
    (libc::SIGABRT, "SIGABRT", false),
    (libc::SIGTRAP, "SIGTRAP", false),
];

/// The handlers of these signals before this one was installed.
static BEFORE: OnceLock<[Before; SIGNALS.len()]> = OnceLock::new();

struct Before(c_int, libc::sigaction);

pub(super) fn install() {
    // First, since a thread may fault as soon as the handler is installed.
    BEFORE.get_or_init(|| SIGNALS.map(|(signal, ..)| look_up(signal)));
    for (signal, ..) in SIGNALS {
        install_for(signal);
    }
}

fn look_up(signal: c_int) -> Before {
    // SAFETY: `sigaction` is a plain C structure, for which all zeroes is a value; with no new
    // action the call only fills it in.
    unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, ptr::null(), &raw mut before);
        Before(signal, before)
    }
}

fn install_for(signal: c_int) {
    // SAFETY: all zeroes is a value, as above. The pointer is to a live structure, and the
    // handler has the type that SA_SIGINFO asks for. It runs on the alternative stack that std
    // gives to every thread it starts.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(signal, &raw const action, ptr::null_mut());
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // Kept, since the interrupted code may be about to read it.
    let errno = errno();
    // SAFETY: it is the address of the thread's `errno`, which lives as long as the thread.
    let before = errno.map(|errno| unsafe { *errno });
    // SAFETY: the system passes a pointer to a live `siginfo_t`.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr()) };
    let known = SIGNALS.iter().find(|known| known.0 == signal);
    let (name, is_fault) = known.map_or(("a signal", false), |known| (known.1, known.2));
    // Those that a thread or a process has sent have no address.
    let is_fault = is_fault && code > 0;
    let address = is_fault.then_some(address.addr());
    teller::tell(Cause::Signal { name, address });
    put_back(signal);
    if !is_fault {
        // It is blocked until this returns, and comes to the previous handler then.
        // SAFETY: it may be called in a handler.
        unsafe { libc::raise(signal) };
    }
    if let (Some(errno), Some(before)) = (errno, before) {
        // SAFETY: as above.
        unsafe { *errno = before };
    }
}

/// The address of the calling thread's `errno`, on systems where its name is known.
#[allow(clippy::unnecessary_wraps, reason = "it is not on every system")]
fn errno() -> Option<*mut c_int> {
    #[cfg(target_os = "linux")]
    // SAFETY: it only returns an address.
    return Some(unsafe { libc::__errno_location() });
    #[cfg(target_vendor = "apple")]
    // SAFETY: it only returns an address.
    return Some(unsafe { libc::__error() });
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    None
}

/// Restores the previous handler, which decides what follows: when this one returns, a faulting
/// instruction runs again.
fn put_back(signal: c_int) {
    let mut all = BEFORE.get().into_iter().flatten();
    // SAFETY: the first pointer is to a live structure, for which all zeroes is a value: the
    // default action, which ends the process. With this handler still in place the instruction
    // would fault for ever.
    unsafe {
        let default: libc::sigaction = std::mem::zeroed();
        let before = all.find(|before| before.0 == signal);
        let action = before.map_or(&default, |before| &before.1);
        libc::sigaction(signal, action, ptr::null_mut());
    }
}

#[cfg(test)]
mod tests;
