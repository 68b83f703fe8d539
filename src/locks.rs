//! The locks outside of the engines: those of `parking_lot`.
//!
//! In an instrumented build the engines' own: a program that uses `parking_lot` changes the table of its
//! waiters, which belongs to the process, and that is put back after each execution.

#[cfg(interlace)]
pub(crate) use crate::engine::lock::{Condvar, Mutex, MutexGuard};
#[cfg(not(interlace))]
pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard};
