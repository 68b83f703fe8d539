//! The message when the stack of a fiber overflows.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::{Once, OnceLock};

/// The addresses at which an overflow of one stack faults, and the message about it.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    low: usize,
    high: usize,
    message: String,
}

/// How far above the lowest address of a stack a fault counts as an overflow: at least a guard
/// page, whatever the size of pages.
const GUARD_SIZE: usize = 64 * 1024;

impl Guard {
    pub(super) fn new(name: &str, stack_size: usize, (low, high): (usize, usize)) -> Self {
        let message = format!(
            "\ninterlace: the stack of thread `{name}` has overflowed. On `Engine::Fibers` it has \
             {stack_size} bytes: enlarge it with `Explorer::stack_size`, or use \
             `Engine::Threads`.\n\n"
        );
        Guard {
            low,
            high: (low + GUARD_SIZE).min(high),
            message,
        }
    }
}

thread_local! {
    /// The guards of the fibers that this thread carries. It has a constant initial value and
    /// no destructor, so that a signal handler may read it.
    static GUARDS: Cell<*const RefCell<Vec<Guard>>> = const { Cell::new(ptr::null()) };
}

/// The handlers of these signals before this one was installed.
static BEFORE: OnceLock<[Before; 2]> = OnceLock::new();

struct Before(libc::c_int, libc::sigaction);

/// Runs `body`, which makes and resumes fibers. If a stack overflows meanwhile, prints whose it
/// was. The process ends all the same: an overflow cannot be unwound.
pub(crate) fn explaining<T>(body: impl FnOnce() -> T) -> T {
    /// Restores the outer guards, even if the body unwinds.
    struct Outer(*const RefCell<Vec<Guard>>);
    impl Drop for Outer {
        fn drop(&mut self) {
            GUARDS.set(self.0);
        }
    }

    static INSTALL: Once = Once::new();
    const SIGNALS: [libc::c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];
    INSTALL.call_once(|| {
        // First, since a thread may fault as soon as the handler is installed.
        BEFORE.get_or_init(|| SIGNALS.map(look_up));
        SIGNALS.into_iter().for_each(install);
    });
    let guards = RefCell::default();
    let _outer = Outer(GUARDS.replace(&raw const guards));
    body()
}

/// The guards of the fibers that the calling thread carries, for [`set_guards`].
pub(super) fn guards() -> *const RefCell<Vec<Guard>> {
    GUARDS.get()
}

/// Sets the guards for a fiber that has thread-locals of its own, on it.
pub(super) fn set_guards(guards: *const RefCell<Vec<Guard>>) {
    GUARDS.set(guards);
}

/// Adds a guard, or replaces that of the same stack.
pub(super) fn guard(guard: Guard) {
    with_guards(|guards| {
        let mut guards = guards.borrow_mut();
        guards.retain(|other| other.low != guard.low);
        guards.push(guard);
    });
}

/// Calls `show` with the guards of the calling thread, if it carries fibers.
fn with_guards(show: impl FnOnce(&RefCell<Vec<Guard>>)) {
    // SAFETY: `explaining` set it to a value that lives until it sets it back, on this thread,
    // and its body has not ended.
    if let Some(guards) = unsafe { GUARDS.get().as_ref() } {
        show(guards);
    }
}

fn look_up(signal: libc::c_int) -> Before {
    // SAFETY: `sigaction` is a plain C structure, for which all zeroes is a value; with no new
    // action the call only fills it in.
    unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, ptr::null(), &raw mut before);
        Before(signal, before)
    }
}

fn install(signal: libc::c_int) {
    // SAFETY: all zeroes is a value, as above. The pointer is to a live structure, and the
    // handler has the type that SA_SIGINFO asks for. It runs on the alternative stack that std
    // gives to every thread it starts.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_fault as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(signal, &raw const action, ptr::null_mut());
    }
}

extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // Kept, since the interrupted code may be about to read it.
    let errno = errno();
    // SAFETY: it is the address of the thread's `errno`, which lives as long as the thread.
    let before = errno.map(|errno| unsafe { *errno });
    // SAFETY: the system passes a pointer to a live `siginfo_t`.
    explain(unsafe { (*info).si_addr() }.addr());
    put_back(signal);
    if let (Some(errno), Some(before)) = (errno, before) {
        // SAFETY: as above.
        unsafe { *errno = before };
    }
}

/// The address of the calling thread's `errno`, on systems where its name is known.
#[allow(clippy::unnecessary_wraps, reason = "it is not on every system")]
fn errno() -> Option<*mut libc::c_int> {
    #[cfg(target_os = "linux")]
    // SAFETY: it only returns an address.
    return Some(unsafe { libc::__errno_location() });
    #[cfg(target_vendor = "apple")]
    // SAFETY: it only returns an address.
    return Some(unsafe { libc::__error() });
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    None
}

/// Prints whose stack has overflowed, if this address is in a guard.
fn explain(address: usize) {
    with_guards(|guards| {
        // They are borrowed only while no fiber runs, when none can overflow.
        let Ok(guards) = guards.try_borrow() else {
            return;
        };
        let hit = |guard: &&Guard| (guard.low..guard.high).contains(&address);
        if let Some(guard) = guards.iter().find(hit) {
            let text = guard.message.as_bytes();
            // SAFETY: `write` may be called in a handler, and reads no further than the text.
            unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
        }
    });
}

/// Restores the previous handler. When this one returns, the faulting instruction runs again,
/// and the previous handler decides what follows.
fn put_back(signal: libc::c_int) {
    let mut both = BEFORE.get().into_iter().flatten();
    // SAFETY: the first pointer is to a live structure, for which all zeroes is a value: the
    // default action, which ends the process. With this handler still in place the instruction
    // would fault for ever.
    unsafe {
        let default: libc::sigaction = std::mem::zeroed();
        let before = both.find(|before| before.0 == signal);
        let action = before.map_or(&default, |before| &before.1);
        libc::sigaction(signal, action, ptr::null_mut());
    }
}

#[cfg(test)]
mod tests;
