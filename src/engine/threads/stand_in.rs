//! Threads that wait in the kernel in the place of those that are held.
//!
//! A held thread has left the queue of its futex: the kernel does not count it when somebody wakes
//! one or all who wait there. That matters where several do, as at the condition variable of std:
//! `notify_one` and `notify_all` change the same word in the same way, and differ only in how many
//! the kernel is told to wake. So each of them has a stand-in in the queue, and as many of the held
//! may go on as stand-ins were woken; which of them is for the search to choose.
//!
//! Stand-ins run on the processor of their team. So one that was woken can be seen to run as soon
//! as the system call of whoever woke it has returned.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::kernel::{FutexWait, Sight, Window, interrupt, wait_at};
use crate::engine::baton::{Baton, Grant};
use crate::engine::engine_thread::{EngineThread, kernel_id};
use crate::engine::processor::Processor;

/// How long a stand-in may take to begin. After that it is waited for without end: it does nothing
/// but what it is told, and one that came too late would take the wake-up of another.
const PATIENCE: Duration = Duration::from_secs(10);

/// One such thread. It ends on drop.
#[derive(Debug)]
pub(super) struct StandIn {
    post: Arc<Post>,
    window: Window,
    /// Where it waits, or last did.
    wait: FutexWait,
    thread: Option<JoinHandle<()>>,
}

/// What a stand-in shares with whoever tells it where to wait.
#[derive(Debug, Default)]
struct Post {
    orders: Baton,
    wait: Mutex<Option<FutexWait>>,
    kernel_id: AtomicI32,
}

impl Post {
    fn serve(&self) {
        let _own = EngineThread::begin();
        self.kernel_id.store(kernel_id(), Ordering::Release);
        while self.orders.wait() == Grant::Resume {
            let order = *self.wait.lock();
            if let Some(order) = order {
                wait_at(order);
            }
            *self.wait.lock() = None;
        }
    }
}

impl StandIn {
    /// Starts a stand-in on the processor of its team; nothing if the system does not.
    pub(super) fn start(processor: &Arc<Processor>) -> Option<Self> {
        let post = Arc::new(Post::default());
        let (own, processor) = (Arc::clone(&post), Arc::clone(processor));
        let builder = thread::Builder::new().name("interlace stand-in".to_owned());
        let thread = builder.spawn(move || {
            processor.pin_current_thread();
            own.serve();
        });
        let thread = thread.ok()?;
        let mut stand_in = None;
        let since = Instant::now();
        while stand_in.is_none() && since.elapsed() < PATIENCE {
            stand_in = match post.kernel_id.load(Ordering::Acquire) {
                0 => None,
                id => Window::on(id),
            };
            thread::yield_now();
        }
        let nowhere = FutexWait::default();
        stand_in.map(|window| StandIn {
            post,
            window,
            wait: nowhere,
            thread: Some(thread),
        })
    }

    /// Waits as `wait` says. Returns whether it does: not if the word is another by now.
    pub(super) fn stand(&mut self, wait: FutexWait) -> bool {
        // It may have been woken, and not have had its processor since.
        self.await_return();
        self.wait = wait;
        *self.post.wait.lock() = Some(wait);
        self.post.orders.give(Grant::Resume);
        loop {
            if self.stands() {
                return true;
            }
            if self.post.wait.lock().is_none() {
                return false;
            }
            thread::yield_now();
        }
    }

    /// Whether nobody has woken it.
    pub(super) fn stands(&self) -> bool {
        self.window.look() == Some(Sight::Futex(self.wait))
    }

    /// Waits until it has come back from its last place, where it is not any more.
    fn await_return(&self) {
        while self.post.wait.lock().is_some() {
            thread::yield_now();
        }
    }

    /// Calls it back from its place, if it is still there.
    pub(super) fn recall(&self) {
        while self.post.wait.lock().is_some() {
            interrupt(self.post.kernel_id.load(Ordering::Relaxed));
            thread::yield_now();
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.recall();
        self.post.orders.give(Grant::Unwind);
        if let Some(thread) = self.thread.take() {
            // It catches nothing and runs nothing of the user's: it does not panic.
            let _ = thread.join();
        }
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::sync::{Condvar, Mutex};

    use super::*;

    #[test]
    fn one_is_woken_by_one_wake_and_the_rest_are_recalled() {
        // The address of a condition variable's word is learnt from a thread that waits there.
        static LOCK: Mutex<()> = Mutex::new(());
        static NEWS: Condvar = Condvar::new();
        let post = Arc::new(Post::default());
        let waits = thread::spawn({
            let post = Arc::clone(&post);
            move || {
                post.kernel_id.store(kernel_id(), Ordering::Release);
                drop(NEWS.wait(LOCK.lock().unwrap()));
            }
        });
        let wait = loop {
            let id = post.kernel_id.load(Ordering::Acquire);
            if let Some(Sight::Futex(wait)) = Window::on(id).and_then(|window| window.look()) {
                break wait;
            }
        };
        let processor = Arc::new(Processor::claim());
        let mut stand_ins: Vec<StandIn> = (0..3)
            .map(|_| StandIn::start(&processor).unwrap())
            .collect();
        for stand_in in &mut stand_ins {
            assert!(stand_in.stand(wait));
        }
        // Whoever came first is woken first: the thread itself, then the stand-ins.
        for standing in (0..=3).rev() {
            NEWS.notify_one();
            let still = || stand_ins.iter().filter(|it| it.stands()).count();
            while still() > standing {
                thread::yield_now();
            }
            assert_eq!(still(), standing);
            if standing == 1 {
                break;
            }
        }
        waits.join().unwrap();
        // The word has changed: who comes now does not wait.
        assert!(!stand_ins[0].stand(wait));
        for stand_in in &stand_ins {
            stand_in.recall();
            assert!(!stand_in.stands());
        }
    }
}
