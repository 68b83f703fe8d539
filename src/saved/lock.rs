//! File locks, which the standard library has since Rust 1.89.

// Depending on the Rust version, the methods of `File` or those of the trait are called, and the
// others are unused.
#![allow(clippy::incompatible_msrv, dead_code, unstable_name_collisions)]

use std::fs::File;

/// Stands in for the methods of [`File`] on an older Rust, where nothing is locked. On a newer one,
/// the inherent methods take precedence.
trait Unlocked {
    fn lock(&self) {}
    fn lock_shared(&self) {}
}

impl Unlocked for File {}

/// Waits for an exclusive lock on the file, held until it is closed. A file system without locks is
/// used all the same.
pub(crate) fn lock(file: &File) {
    let _ = file.lock();
}

/// The same, for a shared lock.
pub(super) fn lock_shared(file: &File) {
    let _ = file.lock_shared();
}
