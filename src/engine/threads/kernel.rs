//! What the system tells of threads that sleep in it, and has done to them: all that the engine needs
//! of Linux alone.
//!
//! It is Linux with glibc: a thread that is ended in a signal handler must leave nothing that its C
//! library still uses. musl, for one, has the kernel write to the lock of its list of threads where
//! one ends. The processor is one whose registers a
//! handler can change here: x86-64, or Arm of 64 bits. Anywhere else there is
//! `unsupported.rs` in the place of this, which sees and holds nothing.

mod call;
mod hold;
mod memory;
mod registers;
mod sight;
mod signal;

pub(super) use call::{Call, File};
pub(super) use hold::{ExactSleeps, Hold, interrupt, wait_at};
pub(super) use memory::word;
pub(super) use sight::{FutexWait, Sight, Window};
