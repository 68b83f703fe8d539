//! Crates of the registry as they are: two threads with a few operations each, and pools and runtimes made
//! inside. Nothing is marked.
//!
//! Programs that are right hold in every class, or in as many as there is time for, and those with a mistake
//! fail. Where all classes were run, no sampled execution has another outcome.

#![allow(unsafe_code, reason = "crossbeam-epoch leaves it to its users to free")]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use interlace::saved::Nowhere;
use interlace::{Engine, Explorer, FailureKind, Report, Strategy};

mod cells;
mod channels;
mod epoch;
mod linear;
mod locks;
mod queues;
mod runtimes;
mod tokio_sync;

/// How many classes are run of a program that has more than there is time for.
const PART: u64 = 300;

/// How many executions are sampled.
const SAMPLE: u64 = 500;

/// How `search` explores `body`, whose result is the outcome.
fn explore<T: Debug + 'static>(
    body: fn() -> T,
    search: impl FnOnce(Explorer<()>) -> Explorer<()>,
) -> Report {
    let outcome: &'static Mutex<String> = Box::leak(Box::default());
    let explorer = Explorer::model(move || {
        let text = format!("{:?}", body());
        *outcome.lock().unwrap() = text;
    });
    let explorer = explorer.outcome(|()| outcome.lock().unwrap().clone());
    let explorer = explorer.engine(Engine::Fibers).workers(1).saved(Nowhere);
    let report = search(explorer).explore();
    assert!(report.error().is_none(), "{report}");
    report
}

fn outcomes(report: &Report) -> BTreeSet<&str> {
    report.outcomes().map(|(text, _)| text).collect()
}

fn sample<T: Debug + 'static>(body: fn() -> T) -> Report {
    let strategy = Strategy::Pos { schedules: SAMPLE };
    explore(body, |it| it.keep_going().strategy(strategy))
}

/// All classes hold.
fn holds<T: Debug + 'static>(body: fn() -> T) {
    let (all, drawn) = (explore(body, Explorer::keep_going), sample(body));
    assert!(all.is_exhaustive() && all.failing() == 0, "{all}");
    assert_eq!(drawn.failing(), 0, "{drawn}");
    assert!(outcomes(&drawn).is_subset(&outcomes(&all)), "{all}{drawn}");
}

/// The first [`PART`] of its classes hold.
fn holds_in_part<T: Debug + 'static>(body: fn() -> T) {
    let part = explore(body, |it| it.keep_going().max_schedules(PART));
    assert_eq!((part.schedules(), part.failing()), (PART, 0), "{part}");
    let drawn = sample(body);
    assert_eq!(drawn.failing(), 0, "{drawn}");
}

/// It has a mistake, which is found.
fn fails<T: Debug + 'static>(body: fn() -> T) {
    let all = explore(body, |it| it);
    assert_eq!(all.failing(), 1, "{all}");
    assert!(sample(body).failing() > 0);
}

/// `one` runs on a thread of its own, `other` on the one that calls.
fn two<S: Send + Sync + 'static, A: Send + 'static, B>(
    shared: S,
    one: impl FnOnce(&S) -> A + Send + 'static,
    other: impl FnOnce(&S) -> B,
) -> (A, B, Arc<S>) {
    let shared = Arc::new(shared);
    let its = Arc::clone(&shared);
    let (first, second) = both(move || one(&its), || other(&shared));
    (first, second, shared)
}

/// As [`two`], for threads that own what they use.
fn both<A: Send + 'static, B>(
    one: impl FnOnce() -> A + Send + 'static,
    other: impl FnOnce() -> B,
) -> (A, B) {
    let thread = thread::spawn(one);
    let second = other();
    (thread.join().unwrap(), second)
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
