//! The types of std.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Wake};

#[path = "../../programs/unwatched.rs"]
mod unwatched;

pub(crate) use std::hint::spin_loop as spin;
pub(crate) use std::sync::{Arc, Condvar, Mutex, RwLock, atomic, mpsc};
pub(crate) use std::thread;
pub(crate) use unwatched::Plain;

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls `future`, and parks while it is pending.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
