//! Text that goes to a file as the handler of a signal may write it.

#![allow(unsafe_code)]

use std::ffi::CStr;
use std::fmt;

use libc::c_int;

/// How much is written at a time. The stack of a handler is small.
const SIZE: usize = 512;

/// An open file.
pub(super) struct Output {
    file: c_int,
    is_own: bool,
    buffer: [u8; SIZE],
    filled: usize,
    has_failed: bool,
}

impl Output {
    fn of(file: c_int, is_own: bool) -> Self {
        Output {
            file,
            is_own,
            buffer: [0; SIZE],
            filled: 0,
            has_failed: false,
        }
    }

    /// Standard error.
    pub(super) fn standard_error() -> Self {
        Output::of(libc::STDERR_FILENO, false)
    }

    /// A new file.
    pub(super) fn create(path: &CStr) -> Option<Self> {
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC | libc::O_CLOEXEC;
        let mode: libc::c_uint = 0o644;
        // SAFETY: the path is a C string.
        let file = unsafe { libc::open(path.as_ptr(), flags, mode) };
        (file >= 0).then(|| Output::of(file, true))
    }

    /// Writes what is left, and returns whether all could be written.
    pub(super) fn end(mut self) -> bool {
        self.flush();
        if self.is_own {
            // SAFETY: it was opened by this, and is closed once.
            let closed = unsafe { libc::close(self.file) };
            self.has_failed |= closed != 0;
        }
        !self.has_failed
    }

    fn flush(&mut self) {
        let mut rest = &self.buffer[..self.filled];
        while !rest.is_empty() && !self.has_failed {
            let written = write(self.file, rest);
            let error = std::io::Error::last_os_error();
            match usize::try_from(written) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(_) if error.raw_os_error() == Some(libc::EINTR) => {}
                Err(_) => self.has_failed = true,
            }
        }
        self.filled = 0;
    }
}

impl fmt::Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.filled == SIZE {
                self.flush();
            }
            self.buffer[self.filled] = byte;
            self.filled += 1;
        }
        Ok(())
    }
}

/// write(2), by a way on which `system` asks nothing.
#[cfg(target_os = "linux")]
pub(super) fn write(file: c_int, text: &[u8]) -> libc::c_long {
    // SAFETY: it reads no further than the text.
    unsafe { libc::syscall(libc::SYS_write, file, text.as_ptr(), text.len()) }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn write(file: c_int, text: &[u8]) -> libc::ssize_t {
    // SAFETY: as above.
    unsafe { libc::write(file, text.as_ptr().cast(), text.len()) }
}

/// Makes a folder, if there is none.
pub(super) fn make_folder(path: &CStr) {
    // SAFETY: the path is a C string.
    unsafe { libc::mkdir(path.as_ptr(), 0o755) };
}

/// Renames a file; whether that could be done.
pub(super) fn rename(from: &CStr, to: &CStr) -> bool {
    // SAFETY: both are C strings.
    unsafe { libc::rename(from.as_ptr(), to.as_ptr()) == 0 }
}

/// Removes a file, if there is one.
pub(super) fn remove(path: &CStr) {
    // SAFETY: the path is a C string.
    unsafe { libc::unlink(path.as_ptr()) };
}

/// Sleeps for a hundredth of a second, or less.
pub(super) fn sleep() {
    let time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 10_000_000,
    };
    let rest: *mut libc::timespec = std::ptr::null_mut();
    // SAFETY: the pointer is to a live structure.
    unsafe {
        #[cfg(target_os = "linux")]
        libc::syscall(libc::SYS_nanosleep, &raw const time, rest);
        #[cfg(not(target_os = "linux"))]
        libc::nanosleep(&raw const time, rest);
    }
}
