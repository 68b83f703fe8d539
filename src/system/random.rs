//! Random numbers of the system, which come from the seed: `getrandom`, `getentropy`.

use std::slice;

use libc::{c_int, c_uint, c_void, size_t, ssize_t};

use super::errno::fail;
use super::futex::system_call;
use crate::engine::call;

stand_in! {
    plain fn getrandom(buffer: *mut c_void, length: size_t, flags: c_uint) -> ssize_t;
    plain fn getentropy(buffer: *mut c_void, length: size_t) -> c_int;
}

/// The most bytes that `getentropy` gives.
const MAX_ENTROPY: size_t = 256;

pub(super) mod real {
    use super::*;

    /// By the bare system call: std asks whether libc has the function, and we say that it has.
    pub(in crate::system) unsafe fn getrandom(
        buffer: *mut c_void,
        length: size_t,
        flags: c_uint,
    ) -> ssize_t {
        let arguments = [buffer.expose_provenance(), length, flags as usize, 0, 0, 0];
        // SAFETY: as the caller promises.
        let result = unsafe { system_call(libc::SYS_getrandom, arguments) };
        ssize_t::try_from(result).unwrap_or(-1)
    }

    real! { fn getentropy(buffer: *mut c_void, length: size_t) -> c_int; }
    pub(in crate::system) use self::real::getentropy;
}

pub(super) mod controlled {
    use super::*;

    /// getrandom(2): the number of bytes, which is all.
    pub(in crate::system) unsafe fn getrandom(
        buffer: *mut c_void,
        length: size_t,
        _: c_uint,
    ) -> ssize_t {
        // SAFETY: as the caller promises.
        unsafe { fill(buffer, length) };
        ssize_t::try_from(length).unwrap_or(ssize_t::MAX)
    }

    /// getentropy(3): 0, or -1 with `EIO` if more than 256 bytes are wanted.
    pub(super) unsafe fn getentropy(buffer: *mut c_void, length: size_t) -> c_int {
        if length > MAX_ENTROPY {
            return fail(libc::EIO);
        }
        // SAFETY: as the caller promises.
        unsafe { fill(buffer, length) };
        0
    }

    unsafe fn fill(buffer: *mut c_void, length: size_t) {
        if length > 0 {
            // SAFETY: the caller promises that many bytes to write, which are first set.
            let bytes = unsafe {
                buffer.cast::<u8>().write_bytes(0, length);
                slice::from_raw_parts_mut(buffer.cast(), length)
            };
            call::random(bytes);
        }
    }
}
