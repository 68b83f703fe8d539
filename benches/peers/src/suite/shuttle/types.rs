//! The types of shuttle. Its `Arc` is that of std.

#[path = "../../../programs/unwatched.rs"]
mod unwatched;

pub(crate) use shuttle::future::block_on;
pub(crate) use shuttle::sync::{Arc, Condvar, Mutex, RwLock, atomic, mpsc};
pub(crate) use shuttle::thread;
pub(crate) use shuttle::thread::yield_now as spin;
pub(crate) use unwatched::Plain;
