//! The functions that walk over the frames of a stack.

use std::ffi::{c_int, c_void};

/// The state of the unwinder at a frame.
#[repr(C)]
pub(super) struct Context {
    _opaque: [u8; 0],
}

pub(super) const NO_REASON: c_int = 0;
pub(super) const END_OF_STACK: c_int = 5;

// Of the Itanium C++ ABI, in the library through which std unwinds.
unsafe extern "C" {
    pub(super) fn _Unwind_Backtrace(
        look: extern "C" fn(*mut Context, *mut c_void) -> c_int,
        argument: *mut c_void,
    ) -> c_int;
    pub(super) fn _Unwind_GetCFA(context: *mut Context) -> usize;
    pub(super) fn _Unwind_GetGR(context: *mut Context, register: c_int) -> usize;
    pub(super) fn _Unwind_GetIPInfo(context: *mut Context, is_interrupted: *mut c_int) -> usize;
    pub(super) fn _Unwind_GetLanguageSpecificData(context: *mut Context) -> *const u8;
    pub(super) fn _Unwind_GetRegionStart(context: *mut Context) -> usize;
}

/// Whether the function with the local variable `local` has a table of calls that may unwind.
pub(super) fn has_table(local: *const u8) -> bool {
    extern "C" fn look(context: *mut Context, walk: *mut c_void) -> c_int {
        // SAFETY: it is the pair below, which is used only after the walk.
        let (local, has_table) = unsafe { &mut *walk.cast::<(usize, bool)>() };
        // SAFETY: the unwinder passes its state at this frame.
        unsafe {
            if _Unwind_GetCFA(context) > *local {
                return END_OF_STACK;
            }
            *has_table = !_Unwind_GetLanguageSpecificData(context).is_null();
        }
        NO_REASON
    }

    let mut walk = (local.addr(), false);
    // SAFETY: `look` gets the argument that it expects, which outlives the call.
    unsafe { _Unwind_Backtrace(look, (&raw mut walk).cast()) };
    walk.1
}
