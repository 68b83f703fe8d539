//! Futures that a thread completes.

use super::super::types::atomic::AtomicBool;
use super::super::types::{Arc, Mutex, block_on, thread};
use super::programs;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::{Poll, Waker};

programs![
    future_registers_first,
    future_registers_late,
    futures_joined
];

#[derive(Default)]
struct Event {
    is_set: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Event {
    fn set(&self) {
        self.is_set.store(true, Release);
        let waker = self.waker.lock().unwrap().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Looks again after it has registered its waker, if `looks_again`.
    fn wait(&self, looks_again: bool) -> impl Future<Output = ()> + '_ {
        poll_fn(move |context| {
            if self.is_set.load(Acquire) {
                return Poll::Ready(());
            }
            *self.waker.lock().unwrap() = Some(context.waker().clone());
            if looks_again && self.is_set.load(Acquire) {
                return Poll::Ready(());
            }
            Poll::Pending
        })
    }
}

fn wait_for_one(looks_again: bool) {
    let event = Arc::new(Event::default());
    let own = Arc::clone(&event);
    let sets = thread::spawn(move || own.set());
    block_on(event.wait(looks_again));
    sets.join().unwrap();
}

fn future_registers_first() {
    wait_for_one(true);
}

/// What is set between the look and the waker wakes nobody.
fn future_registers_late() {
    wait_for_one(false);
}

fn futures_joined() {
    let events = Arc::new([Event::default(), Event::default()]);
    let threads = [0, 1].map(|number: usize| {
        let own = Arc::clone(&events);
        thread::spawn(move || own[number].set())
    });
    block_on(async {
        let [one, two] = &*events;
        let (mut one, mut two) = (pin!(one.wait(true)), pin!(two.wait(true)));
        let mut are_ready = [false; 2];
        poll_fn(move |context| {
            are_ready[0] = are_ready[0] || one.as_mut().poll(context).is_ready();
            are_ready[1] = are_ready[1] || two.as_mut().poll(context).is_ready();
            match are_ready {
                [true, true] => Poll::Ready(()),
                _ => Poll::Pending,
            }
        })
        .await;
    });
    for thread in threads {
        thread.join().unwrap();
    }
}
