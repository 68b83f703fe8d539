//! The calls before plain accesses, and those that copy or fill memory.
//!
//! As long as there is no race on what they touch, they need no points: exploring the atomic ones
//! covers all. So all are told of to what looks for races. Of writes others are told too, since they may
//! have to be undone.

use core::ffi::{c_int, c_void};
use core::ptr;

use super::point::written;
use super::races;

type Unused = usize;

extern "C" fn nothing() {}

/// The sixth argument is the address to which the call returns. Those before the first that is passed are not
/// looked at.
extern "C" fn read<const SIZE: usize>(
    place: *mut u8,
    _: Unused,
    _: Unused,
    _: Unused,
    _: Unused,
    caller: usize,
) {
    races::read(place.addr(), SIZE, caller);
}

extern "C" fn write<const SIZE: usize>(
    place: *mut u8,
    _: Unused,
    _: Unused,
    _: Unused,
    _: Unused,
    caller: usize,
) {
    written(place.addr(), SIZE);
    races::write(place.addr(), SIZE, caller);
}

extern "C" fn read_range(
    place: *mut u8,
    size: usize,
    _: Unused,
    _: Unused,
    _: Unused,
    caller: usize,
) {
    races::read(place.addr(), size, caller);
}

extern "C" fn write_range(
    place: *mut u8,
    size: usize,
    _: Unused,
    _: Unused,
    _: Unused,
    caller: usize,
) {
    written(place.addr(), size);
    races::write(place.addr(), size, caller);
}

/// The calls before accesses of this many bytes, which are made by the code itself.
macro_rules! before_accesses_of {
    ($($size:literal),*) => {
        $(
            before_accesses!($size, "read" => read::<$size>, "write" => write::<$size>, "read_write" => write::<$size>);
        )*
    };
}

macro_rules! before_accesses {
    ($size:literal, $($kind:literal => $function:path),*) => {
        $(
            symbol!(concat!("__tsan_", $kind, $size), $function);
            symbol!(concat!("__tsan_unaligned_", $kind, $size), $function);
            symbol!(concat!("__tsan_volatile_", $kind, $size), $function);
            symbol!(concat!("__tsan_unaligned_volatile_", $kind, $size), $function);
        )*
    };
}

before_accesses_of!(1, 2, 4, 8, 16);
// Those of C, of an address and a size.
symbol!("__tsan_read_range", read_range);
symbol!("__tsan_write_range", write_range);
symbol!("__tsan_vptr_read", read::<{ size_of::<usize>() }>);
symbol!("__tsan_vptr_update", write::<{ size_of::<usize>() }>);

symbol!("__tsan_init", nothing);
symbol!("__tsan_func_entry", nothing);
symbol!("__tsan_func_exit", nothing);
symbol!("__tsan_ignore_thread_begin", nothing);
symbol!("__tsan_ignore_thread_end", nothing);

/// memcpy(3)
unsafe extern "C" fn copy(
    to: *mut c_void,
    from: *const c_void,
    length: usize,
    _: Unused,
    _: Unused,
    caller: usize,
) -> *mut c_void {
    told_of_copy(to, from, length, caller);
    // SAFETY: the caller promises what C demands, which is the same.
    unsafe { ptr::copy_nonoverlapping(from.cast::<u8>(), to.cast::<u8>(), length) };
    to
}

fn told_of_copy(to: *mut c_void, from: *const c_void, length: usize, caller: usize) {
    races::read(from.addr(), length, caller);
    written(to.addr(), length);
    races::write(to.addr(), length, caller);
}

/// memmove(3)
unsafe extern "C" fn relocate(
    to: *mut c_void,
    from: *const c_void,
    length: usize,
    _: Unused,
    _: Unused,
    caller: usize,
) -> *mut c_void {
    told_of_copy(to, from, length, caller);
    // SAFETY: as above.
    unsafe { ptr::copy(from.cast::<u8>(), to.cast::<u8>(), length) };
    to
}

/// memset(3)
unsafe extern "C" fn fill(
    to: *mut c_void,
    value: c_int,
    length: usize,
    _: Unused,
    _: Unused,
    caller: usize,
) -> *mut c_void {
    written(to.addr(), length);
    races::write(to.addr(), length, caller);
    // C says that the lowest byte counts.
    let [byte, ..] = value.to_le_bytes();
    // SAFETY: as above.
    unsafe { ptr::write_bytes(to.cast::<u8>(), byte, length) };
    to
}

symbol!("__tsan_memcpy", copy);
symbol!("__tsan_memmove", relocate);
symbol!("__tsan_memset", fill);
