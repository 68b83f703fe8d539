//! Threads: `pthread_create`, `join`, `detach`, `exit`, `setname_np`.
//!
//! A thread that a controlled one starts is a thread of the program. The engine decides what carries
//! it; its `pthread_t` is what `pthread_self` gives on it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::{c_char, c_int, c_void, pthread_attr_t, pthread_t};

use super::table::Table;
use crate::engine::call::{self, Hook, NewThread};
use crate::engine::outside::{Record, StartingThread, after_join, before_join};
use crate::memory::{self, Owner};
use crate::operation::{FileKind, SystemCall, ThreadId};

type Start = extern "C-unwind" fn(*mut c_void) -> *mut c_void;

interpose! {
    noted fn pthread_create(thread: *mut pthread_t, attributes: *const pthread_attr_t, start: Start, argument: *mut c_void) -> c_int;
    noted fn pthread_join(thread: pthread_t, value: *mut *mut c_void) -> c_int;
    noted fn pthread_detach(thread: pthread_t) -> c_int;
    plain fn pthread_exit(value: *mut c_void) -> !;
    always fn pthread_setname_np(thread: pthread_t, name: *const c_char) -> c_int;
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

/// What is known of threads that uncontrolled ones have started and nobody has joined.
static OUTSIDE: Table<Arc<Record>> = Table::new();

/// What an uncontrolled thread has told a new one to run.
struct First {
    starting: StartingThread,
    start: Start,
    argument: *mut c_void,
}

extern "C-unwind" fn begin(first: *mut c_void) -> *mut c_void {
    // SAFETY: it is what `pthread_create` has made for this thread alone.
    let first = unsafe { Box::from_raw(first.cast::<First>()) };
    let First {
        starting,
        start,
        argument,
    } = *first;
    starting.begin();
    start(argument)
}

mod uncontrolled {
    use super::*;

    /// `pthread_create(3)`, which notes who starts whom.
    pub(super) unsafe fn pthread_create(
        thread: *mut pthread_t,
        attributes: *const pthread_attr_t,
        start: Start,
        argument: *mut c_void,
    ) -> c_int {
        call::learn_start(start as usize);
        let Some(starting) = StartingThread::by_current() else {
            // SAFETY: as the caller promises.
            return unsafe { real::pthread_create(thread, attributes, start, argument) };
        };
        let record = starting.record();
        let first = Box::into_raw(Box::new(First {
            starting,
            start,
            argument,
        }));
        // SAFETY: as the caller promises; the new thread gets a box of its own.
        let result = unsafe { real::pthread_create(thread, attributes, begin, first.cast()) };
        if result != 0 {
            // SAFETY: there is no thread that has taken it.
            drop(unsafe { Box::from_raw(first) });
            return result;
        }
        // SAFETY: the call has written it.
        let key = key(unsafe { *thread });
        // An execution may have left an older one of this number.
        STARTED.with(|them| them.remove(&key));
        if let Some(record) = record.filter(|_| !is_detached(attributes)) {
            OUTSIDE.with(|them| them.insert(key, record));
        }
        0
    }

    pub(super) unsafe fn pthread_join(thread: pthread_t, value: *mut *mut c_void) -> c_int {
        // SAFETY: as the caller promises.
        let join = || unsafe { real::pthread_join(thread, value) };
        match OUTSIDE.with(|them| them.remove(&key(thread))) {
            Some(record) => {
                before_join(&record);
                let result = join();
                after_join();
                result
            }
            None => join(),
        }
    }

    pub(super) unsafe fn pthread_detach(thread: pthread_t) -> c_int {
        OUTSIDE.with(|them| them.remove(&key(thread)));
        // SAFETY: as the caller promises.
        unsafe { real::pthread_detach(thread) }
    }
}

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
        let argument = Value(argument);
        let returned = Arc::new(AtomicPtr::default());
        let has_prelude = call::has_prelude(start as usize);
        let owner = Owner::started();
        let new = NewThread {
            name: None,
            stack_size: stack_size(attributes),
            has_prelude,
            body: Box::new({
                let returned = Arc::clone(&returned);
                move || run(start, argument, has_prelude, owner, &returned)
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
        owner.is_started(id.index());
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
        memory::joined(started.id.index());
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
        memory::come_back();
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
}

/// What a thread that is started runs.
fn run(
    start: Start,
    argument: Value,
    has_prelude: bool,
    owner: Owner,
    returned: &AtomicPtr<c_void>,
) {
    let call = AssertUnwindSafe(move || owner.run(|| argument.call(start, has_prelude)));
    let value = catch_unwind(call).unwrap_or_else(exited);
    // Who joins it has waited for its end, so nothing else need be ordered.
    returned.store(value.0, Ordering::Relaxed);
}

impl Value {
    fn call(self, start: Start, has_prelude: bool) -> Self {
        let here = 0_u8;
        if has_prelude {
            call::begin_prelude(&raw const here);
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
