//! Unwinds a thread that waits inside of std, by leaving the frames there that cannot unwind.
//!
//! Code of std that waits calls a C function, which it takes for one that never unwinds: at that
//! call the tables of exceptions have no entry, and the personality function of Rust ends the
//! process at a frame without an entry. So the unwinding starts further up the stack, as if the
//! call in the first frame that expects its callee to unwind had done so.

#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::sync::atomic::AtomicU32;
use std::thread;
use std::time::Duration;

use super::{catch, current};

mod call_sites;
mod jump;
mod link_time;
mod parker;
mod unwinder;

use call_sites::{MayUnwind, may_unwind};
use jump::{SAVED, Suspended};
use unwinder::{
    _Unwind_Backtrace, _Unwind_GetCFA, _Unwind_GetGR, _Unwind_GetIPInfo,
    _Unwind_GetLanguageSpecificData, _Unwind_GetRegionStart, Context, END_OF_STACK, NO_REASON,
};

/// Unwinds the calling thread from the first frame above `hook` that can unwind. Returns if there is
/// none, if the thread is unwinding already, or if the program was optimized together with std.
/// `word` is what the thread waits at, if that is a futex.
///
/// # Safety
///
/// `hook` is the address of a local variable of the function that std has called, on the stack on
/// which the caller runs. The frames between that function and the first that can unwind are std's,
/// and own nothing whose absence from then on would be unsound.
#[cold]
pub(super) unsafe fn unwind_past(hook: *const (), word: Option<&AtomicU32>) {
    // The first who asks is waited for: that is no wait of the program.
    let are_expected = || current::uncontrolled(link_time::are_waits_expected_to_unwind);
    if thread::panicking() || !are_expected() {
        return;
    }
    let mut walk = Walk {
        hook: hook.addr(),
        found: None,
    };
    // SAFETY: `look` gets the argument that it expects, which outlives the call.
    unsafe { _Unwind_Backtrace(look, (&raw mut walk).cast()) };
    if let Some(frame) = walk.found {
        word.into_iter().for_each(parker::leave);
        // SAFETY: the frame is one of the calling thread's, at a call that has not returned, and may
        // unwind from there. What is below it is given up as the caller of this function permits.
        unsafe { frame.go_on_in(unwind) }
    }
}

/// What a frame calls, as it seems to it, when it is gone on in.
extern "C-unwind" fn unwind() -> ! {
    catch::unwind()
}

struct Walk {
    hook: usize,
    found: Option<Suspended>,
}

/// Looks at one frame, from the innermost outwards.
extern "C" fn look(context: *mut Context, walk: *mut c_void) -> c_int {
    // SAFETY: `unwind_past` passes a pointer to its `Walk`, and uses it only after the walk.
    let walk = unsafe { &mut *walk.cast::<Walk>() };
    // SAFETY: the unwinder passes its state at this frame.
    let stack_pointer = unsafe { _Unwind_GetCFA(context) };
    // The variable is above the stack pointer of the hook, and below that of the hook's caller.
    if stack_pointer <= walk.hook {
        return NO_REASON;
    }
    match may_unwind_at(context) {
        MayUnwind::No => NO_REASON,
        MayUnwind::Unknown => END_OF_STACK,
        MayUnwind::Yes => {
            walk.found = Some(suspended(context, stack_pointer));
            END_OF_STACK
        }
    }
}

/// Whether the call at which a frame is permits that it unwinds.
fn may_unwind_at(context: *mut Context) -> MayUnwind {
    const PARK: fn() = thread::park;
    const PARK_TIMEOUT: fn(Duration) = thread::park_timeout;
    let mut is_interrupted = 0;
    // SAFETY: the context is the unwinder's, and the table of a function is as the compiler made it.
    unsafe {
        let address = _Unwind_GetIPInfo(context, &raw mut is_interrupted);
        if is_interrupted != 0 {
            // By a signal, at any instruction: there is no call that could unwind.
            return MayUnwind::Unknown;
        }
        let function = _Unwind_GetRegionStart(context);
        if function == PARK as usize || function == PARK_TIMEOUT as usize {
            // They end the process when they are unwound.
            return MayUnwind::No;
        }
        let table = _Unwind_GetLanguageSpecificData(context);
        if table.is_null() {
            // It may be a frame that unwinds without running anything of it. So may the next.
            return MayUnwind::No;
        }
        // The address is where the call returns to, which may already belong to the next entry.
        may_unwind(table, address - 1 - function)
    }
}

fn suspended(context: *mut Context, stack_pointer: usize) -> Suspended {
    let mut is_interrupted = 0;
    // SAFETY: the context is the unwinder's, which knows the registers that functions preserve at
    // every frame.
    unsafe {
        Suspended {
            saved: SAVED.map(|register| _Unwind_GetGR(context, register)),
            stack_pointer,
            address: _Unwind_GetIPInfo(context, &raw mut is_interrupted),
        }
    }
}

#[cfg(test)]
mod tests;
