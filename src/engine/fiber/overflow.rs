//! The message when the stack of a fiber overflows.

use std::cell::{Cell, RefCell};
use std::ptr;

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

/// Shows whose stack has overflowed, if this address is in a guard. May be called by the handler of a signal.
pub(crate) fn explain(address: usize, show: impl FnOnce(&str)) {
    with_guards(|guards| {
        // They are borrowed only while no fiber runs, when none can overflow.
        let Ok(guards) = guards.try_borrow() else {
            return;
        };
        let hit = |guard: &&Guard| (guard.low..guard.high).contains(&address);
        if let Some(guard) = guards.iter().find(hit) {
            show(&guard.message);
        }
    });
}

#[cfg(test)]
mod tests;
