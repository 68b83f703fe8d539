//! The locks of files, as far as the standard library has them.

use std::fs::File;
use std::io;

/// Has the files of Rust before 1.89 lock nothing. Later ones have methods of these names, and
/// what a type has itself goes before what a trait gives it.
#[allow(dead_code, reason = "not called with a later one")]
trait Lock {
    fn lock(&self) -> io::Result<()> {
        Ok(())
    }

    fn lock_shared(&self) -> io::Result<()> {
        Ok(())
    }
}

impl Lock for File {}

/// Waits until nobody else has locked the file, and keeps all others out until it is closed. A
/// file system that has no locks is used all the same.
#[allow(
    clippy::incompatible_msrv,
    unstable_name_collisions,
    reason = "see `Lock`"
)]
pub(crate) fn lock(file: &File) {
    let _ = file.lock();
}

/// The same, but lets others in who share the lock.
#[allow(
    clippy::incompatible_msrv,
    unstable_name_collisions,
    reason = "see `Lock`"
)]
pub(super) fn lock_shared(file: &File) {
    let _ = file.lock_shared();
}
