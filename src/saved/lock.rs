//! The locks of files, which the standard library has from Rust 1.89 on.

// Of the methods of one name, those of `File` or those of the trait are called, and the others not.
#![allow(clippy::incompatible_msrv, dead_code, unstable_name_collisions)]

use std::fs::File;

/// Stands in for the methods of [`File`] on an older Rust, where nothing is locked. Where it has
/// them, its own go before those of a trait.
trait Unlocked {
    fn lock(&self) {}
    fn lock_shared(&self) {}
}

impl Unlocked for File {}

/// Waits until nobody else has locked the file, and keeps all others out until it is closed. A
/// file system that has no locks is used all the same.
pub(crate) fn lock(file: &File) {
    let _ = file.lock();
}

/// The same, but lets others in who share the lock.
pub(super) fn lock_shared(file: &File) {
    let _ = file.lock_shared();
}
