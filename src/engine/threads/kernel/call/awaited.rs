//! What a system call waits for.

use libc::c_int;

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    /// There is something to take from this file.
    Input(c_int),
    /// There is room in this file.
    Output(c_int),
    /// One of so many files, at an address, is as is said there.
    AnyOf { address: u64, count: u64 },
    /// The lock of this whole file.
    Lock { file: c_int, operation: c_int },
    /// The lock of a part of this file, which is said at an address.
    Range { file: c_int, address: u64 },
}
