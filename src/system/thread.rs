//! Threads: `pthread_create`, `join`, `detach`, `exit`, `setname_np`; and
//! `sigaltstack`, which std calls just before and just behind what a thread is to run.
//!
//! A thread that a controlled one starts is a thread of the program. The engine decides what carries
//! it; its `pthread_t` is what `pthread_self` gives on it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::{c_char, c_int, c_void, pthread_attr_t, pthread_t, stack_t};

use super::table::Table;
use crate::engine::call::{self, Hook, NewThread};
use crate::operation::{FileKind, SystemCall, ThreadId};

type Start = extern "C-unwind" fn(*mut c_void) -> *mut c_void;

interpose! {
    always fn pthread_create(thread: *mut pthread_t, attributes: *const pthread_attr_t, start: Start, argument: *mut c_void) -> c_int;
    sleeps fn pthread_join(thread: pthread_t, value: *mut *mut c_void) -> c_int;
    plain fn pthread_detach(thread: pthread_t) -> c_int;
    plain fn pthread_exit(value: *mut c_void) -> !;
    always fn pthread_setname_np(thread: pthread_t, name: *const c_char) -> c_int;
    always fn sigaltstack(new: *const stack_t, old: *mut stack_t) -> c_int;
}

/// The threads that controlled ones have started and nobody has joined, by their `pthread_t`.
static STARTED: Table<Started> = Table::new();

#[derive(Debug, Clone)]
struct Started {
    id: ThreadId,
    is_detached: bool,
    /// What it has returned, when it has ended.
    returned: Arc<AtomicPtr<c_void>>,
}

/// What a thread takes from another, or returns to it.
#[derive(Debug, Clone, Copy)]
struct Value(*mut c_void);

// SAFETY: what it points to is the affair of the two threads, as in C.
unsafe impl Send for Value {}

mod controlled {
    use super::*;

    /// `pthread_create(3)`: 0, or the number of the error. Of the attributes, the size of the
    /// stack and whether it is detached count.
    pub(super) unsafe fn pthread_create(
        thread: *mut pthread_t,
        attributes: *const pthread_attr_t,
        start: Start,
        argument: *mut c_void,
    ) -> c_int {
        if !call::is_controlled() {
            call::learn_start(start as usize);
            // SAFETY: as the caller promises.
            let result = unsafe { real::pthread_create(thread, attributes, start, argument) };
            if result == 0 {
                // An execution may have left an older one of this number.
                // SAFETY: the call has written it.
                forget(unsafe { *thread });
            }
            return result;
        }
        let argument = Value(argument);
        let returned = Arc::new(AtomicPtr::default());
        let has_prelude = call::has_prelude(start as usize);
        let new = NewThread {
            name: None,
            stack_size: stack_size(attributes),
            has_prelude,
            body: Box::new({
                let returned = Arc::clone(&returned);
                move || run(start, argument, has_prelude, &returned)
            }),
        };
        let Some(call::Started { thread: id, handle }) = call::spawn(new) else {
            return libc::EAGAIN;
        };
        let started = Started {
            id,
            is_detached: is_detached(attributes),
            returned,
        };
        STARTED.with(|them| them.insert(handle, started));
        // SAFETY: the caller promises that it may be written.
        unsafe { *thread = handle as pthread_t };
        0
    }

    /// `pthread_join(3)`: 0, or the number of the error.
    #[allow(clippy::inline_always, reason = "its variable is to be the hook's own")]
    #[inline(always)]
    pub(super) unsafe fn pthread_join(thread: pthread_t, value: *mut *mut c_void) -> c_int {
        let Some(started) = STARTED.with(|them| them.get(&key(thread)).cloned()) else {
            // SAFETY: as the caller promises.
            return unsafe { join_outside(thread, value) };
        };
        if started.is_detached {
            return libc::EINVAL;
        }
        // SAFETY: it has no arguments.
        if thread == unsafe { libc::pthread_self() } {
            return libc::EDEADLK;
        }
        let here = 0;
        // SAFETY: this is inlined into the hook.
        call::join(started.id, Some(unsafe { Hook::at(&here) }));
        forget(thread);
        if !value.is_null() {
            // SAFETY: the caller promises that it may be written.
            unsafe { *value = started.returned.load(Ordering::Relaxed) };
        }
        0
    }

    /// `pthread_detach(3)`: 0, or the number of the error.
    pub(super) unsafe fn pthread_detach(thread: pthread_t) -> c_int {
        let before = STARTED.with(|them| {
            let started = them.get_mut(&key(thread))?;
            Some(std::mem::replace(&mut started.is_detached, true))
        });
        match before {
            Some(true) => libc::EINVAL,
            Some(false) => 0,
            // SAFETY: as the caller promises.
            None => unsafe { real::pthread_detach(thread) },
        }
    }

    /// `pthread_exit(3)`. What carries the thread lives on, so only the frames up to its start are
    /// left, by unwinding, as the real function does it.
    pub(super) unsafe fn pthread_exit(value: *mut c_void) -> ! {
        resume_unwind(Box::new(Value(value)))
    }

    /// `pthread_setname_np(3)`: 0, or the number of the error. The name of what carries a controlled
    /// thread does not change, not by std either.
    pub(super) unsafe fn pthread_setname_np(thread: pthread_t, name: *const c_char) -> c_int {
        if call::is_controlled() || call::is_aside() {
            return 0;
        }
        // SAFETY: as the caller promises.
        unsafe { real::pthread_setname_np(thread, name) }
    }

    /// `sigaltstack(2)`: 0, or -1 and the number of the error. On a fiber, that of the OS thread
    /// serves for all, and stays. std is not told, or it would not give one up at the end of a
    /// thread, and take the lock behind that with the run in control: no other thread of the process
    /// would be woken then.
    pub(super) unsafe fn sigaltstack(new: *const stack_t, old: *mut stack_t) -> c_int {
        if new.is_null() {
            call::ask_for_stack();
        }
        let is_on_fiber = call::is_on_fiber();
        // SAFETY: the caller promises that it may be read, if it is there.
        if unsafe { new.as_ref() }.is_some_and(|new| new.ss_flags & libc::SS_DISABLE != 0) {
            call::give_up_stack();
        }
        if !is_on_fiber {
            // SAFETY: as the caller promises.
            return unsafe { real::sigaltstack(new, old) };
        }
        if !old.is_null() {
            let none = stack_t {
                ss_sp: ptr::null_mut(),
                ss_flags: libc::SS_DISABLE,
                ss_size: 0,
            };
            // SAFETY: the caller promises that it may be written.
            unsafe { *old = none };
        }
        0
    }
}

/// What a thread that is started runs.
fn run(start: Start, argument: Value, has_prelude: bool, returned: &AtomicPtr<c_void>) {
    let call = AssertUnwindSafe(move || argument.call(start, has_prelude));
    let value = catch_unwind(call).unwrap_or_else(exited);
    // Who joins it has waited for its end, so nothing else need be ordered.
    returned.store(value.0, Ordering::Relaxed);
}

impl Value {
    fn call(self, start: Start, has_prelude: bool) -> Self {
        let here = 0;
        if has_prelude {
            call::begin_prelude(&here);
        }
        let value = start(self.0);
        // Long since, unless std has become another; but std had its own things to do after that.
        call::end_prelude();
        Value(value)
    }
}

/// The value that a thread has exited with. Any other panic goes on.
fn exited(payload: Box<dyn Any + Send>) -> Value {
    match payload.downcast::<Value>() {
        Ok(value) => *value,
        Err(payload) => resume_unwind(payload),
    }
}

/// Joins a thread that no run controls, which may go on while this one waits.
unsafe fn join_outside(thread: pthread_t, value: *mut *mut c_void) -> c_int {
    let mut returned = Value(ptr::null_mut());
    let mut result = libc::EBUSY;
    let mut is_ready = || {
        if result == libc::EBUSY {
            // SAFETY: the caller promises a thread, and asks no more once it is joined.
            result = unsafe { libc::pthread_tryjoin_np(thread, &raw mut returned.0) };
        }
        result != libc::EBUSY
    };
    while !is_ready() {
        let place = (SystemCall::Join, FileKind::Thread);
        call::await_ready(key(thread), place, None, &mut is_ready);
    }
    if result == 0 && !value.is_null() {
        // SAFETY: the caller promises that it may be written.
        unsafe { *value = returned.0 };
    }
    result
}

/// Whether attributes, which may be missing, ask for a detached thread.
fn is_detached(attributes: *const pthread_attr_t) -> bool {
    let mut state = libc::PTHREAD_CREATE_JOINABLE;
    if !attributes.is_null() {
        // SAFETY: the caller of `pthread_create` promises attributes, and the state lives longer
        // than the call.
        unsafe { pthread_attr_getdetachstate(attributes, &raw mut state) };
    }
    state == libc::PTHREAD_CREATE_DETACHED
}

/// The size of the stack that attributes ask for, if there are any.
fn stack_size(attributes: *const pthread_attr_t) -> Option<usize> {
    let mut size = 0;
    // SAFETY: the caller of `pthread_create` promises attributes, and the size lives longer than the
    // call.
    let is_set = !attributes.is_null()
        && unsafe { libc::pthread_attr_getstacksize(attributes, &raw mut size) } == 0;
    is_set.then_some(size)
}

unsafe extern "C" {
    /// `pthread_attr_getdetachstate(3)`
    fn pthread_attr_getdetachstate(attributes: *const pthread_attr_t, state: *mut c_int) -> c_int;
}

fn forget(thread: pthread_t) {
    STARTED.with(|them| them.remove(&key(thread)));
}

/// A `pthread_t` is an address on Linux.
fn key(thread: pthread_t) -> usize {
    usize::try_from(thread).unwrap_or(usize::MAX)
}
