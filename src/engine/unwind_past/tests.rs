//! Each way of std to wait is unwound often, on OS threads and on fibers.

use std::cell::Cell;
use std::hint::black_box;
use std::mem;
use std::sync::{Barrier, Condvar, Mutex, Once, OnceLock, PoisonError, RwLock, mpsc};
use std::thread;

use crate::engine::catch::{Caught, catch};
use crate::engine::fiber::{Fiber, FirstTurn};

mod allocations;
mod hook;

use hook::{unwinding_at_waits, waits};

const TIMES: usize = 10_000;

/// Counts how often it is dropped, and that its thread counts as panicking meanwhile.
struct Guard<'a>(&'a Cell<usize>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        assert!(thread::panicking());
        self.0.set(self.0.get() + 1);
    }
}

/// Calls `wait` two frames further down, each of which has a guard.
fn ended_in(wait: &dyn Fn()) {
    #[inline(never)]
    fn frame(depth: usize, dropped: &Cell<usize>, wait: &dyn Fn()) {
        let guard = Guard(dropped);
        if depth == 0 {
            wait();
        } else {
            frame(depth - 1, dropped, wait);
        }
        drop(guard);
        unreachable!("the wait has ended");
    }

    let dropped = Cell::new(0);
    let waits_before = waits();
    // In registers that are preserved, of all kinds.
    let whole = black_box([1_usize, 2, 3, 4, 5, 6]);
    let real = black_box([0.5_f64, 1.5]);
    let caught = catch(|| unwinding_at_waits(|| frame(2, &dropped, wait)));
    assert!(matches!(caught, Err(Caught::Unwound)), "{caught:?}");
    assert!(!thread::panicking());
    assert_eq!((dropped.get(), waits() - waits_before), (3, 1));
    assert_eq!((whole, real), ([1, 2, 3, 4, 5, 6], [0.5, 1.5]));
}

/// Unwinds `wait` many times on one thread, and returns how many blocks that has left behind each time.
/// Those do not count that there are once, such as a list of the threads of other tests.
fn left_behind(wait: &dyn Fn()) -> isize {
    // What is only done once, such as the thread's handle of itself.
    ended_in(wait);
    let before = allocations::live();
    (0..TIMES).for_each(|_| ended_in(wait));
    (allocations::live() - before) / TIMES.cast_signed()
}

/// Unwinds `wait` on an OS thread and on a fiber.
fn assert_ends(wait: impl Fn() + Send + Sync + 'static) {
    let wait: &'static (dyn Fn() + Send + Sync) = Box::leak(Box::new(wait));
    assert_eq!(left_behind(wait), 0);
    let (sender, left) = mpsc::channel();
    let life = move |first: FirstTurn| {
        first.wait();
        sender.send(left_behind(wait)).unwrap();
    };
    let mut fiber = Fiber::new("waits", 64 * 1024, None, life).unwrap();
    fiber.resume();
    fiber.end();
    assert_eq!(left.recv(), Ok(0));
}

#[test]
fn locking_a_mutex() {
    let mutex = Mutex::new(());
    mem::forget(mutex.lock().unwrap());
    assert_ends(move || {
        let _guard = mutex.lock();
    });
}

#[test]
fn locking_for_reading_and_for_writing() {
    let lock = RwLock::new(());
    mem::forget(lock.write().unwrap());
    let lock: &RwLock<()> = Box::leak(Box::new(lock));
    assert_ends(move || {
        let _guard = lock.read();
    });
    assert_ends(move || {
        let _guard = lock.write();
    });
}

/// The mutex is free afterwards, since the guard that was given to the condition variable drops.
/// Each wait but the first finds it poisoned.
#[test]
fn waiting_for_a_condition() {
    let pair = (Mutex::new(()), Condvar::new());
    let pair: &(Mutex<()>, Condvar) = Box::leak(Box::new(pair));
    assert_ends(|| {
        let guard = pair.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _guard = pair.1.wait(guard);
    });
    assert!(pair.0.is_poisoned());
}

#[test]
fn parking() {
    assert_ends(thread::park);
}

/// A channel keeps its note of a thread that waits, as long as the channel lives.
#[test]
fn receiving_and_sending() {
    assert_ends(|| {
        let (_sender, receiver) = mpsc::channel::<String>();
        let _ = receiver.recv();
    });
    assert_ends(|| {
        let (_sender, receiver) = mpsc::sync_channel::<String>(1);
        let _ = receiver.recv();
    });
    assert_ends(|| {
        let (sender, _receiver) = mpsc::sync_channel(1);
        sender.send("full".to_owned()).unwrap();
        let _ = sender.send("more".to_owned());
    });
    assert_ends(|| {
        let (_sender, receiver) = mpsc::sync_channel::<String>(0);
        let _ = receiver.recv();
    });
    assert_ends(|| {
        let (sender, _receiver) = mpsc::sync_channel(0);
        let _ = sender.send("hand to hand".to_owned());
    });
}

#[test]
fn meeting_at_a_barrier() {
    let barrier = Barrier::new(usize::MAX);
    assert_ends(move || {
        barrier.wait();
    });
}

#[test]
fn waiting_for_a_value_that_another_thread_makes() {
    assert_ends(|| {
        let once = OnceLock::new();
        once.get_or_init(|| *once.get_or_init(|| 1));
    });
    assert_ends(|| {
        let once = Once::new();
        once.call_once(|| once.call_once(|| ()));
    });
}

#[test]
fn waiting_in_a_scope() {
    assert_ends(|| thread::scope(|_| thread::park()));
}
