//! A data race in tokio's broadcast channel: a value that is not `Sync` is cloned by two threads at
//! the same time.
//!
//! The channel clones the value for each receiver, and asks only that it be `Send`. From 0.2.5 on
//! nothing kept two receivers from doing so together, and a `Clone` that relies on being alone with
//! its `Cell`, as it may, was wrong. Found in 2025 (RUSTSEC-2025-0023,
//! <https://github.com/tokio-rs/tokio/pull/7232>); 1.44.2 has the channel clone under a lock.
//!
//! The markers are in that `Clone`, which the channel calls. So in the version without the bug, the
//! second receiver waits for a lock inside of tokio, which the first holds while it is paused. That
//! is seen on Linux; elsewhere the report on that version is a time-out.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Explorer, Report};

/// A roll of numbered tickets: each clone takes the next number.
#[derive(Debug)]
struct Ticket {
    number: u32,
    next: Cell<u32>,
}

#[interlace::trace]
impl Clone for Ticket {
    fn clone(&self) -> Self {
        let number = self.next.get(); // interlace: read_next
        self.next.set(number + 1); // interlace: write_next
        let next = Cell::new(0);
        Ticket { number, next }
    }
}

/// What the receivers of the versions have in common.
trait Receiver {
    fn receive(&mut self) -> Ticket;
}

impl Receiver for tokio_0_3::sync::broadcast::Receiver<Ticket> {
    fn receive(&mut self) -> Ticket {
        self.try_recv().expect("it was sent before")
    }
}

impl Receiver for tokio_1::sync::broadcast::Receiver<Ticket> {
    fn receive(&mut self) -> Ticket {
        self.try_recv().expect("it was sent before")
    }
}

/// Two receivers, each with the number of the ticket that it got.
struct Receivers<R>([(Mutex<R>, AtomicU32); 2]);

#[interlace::trace]
impl<R: Receiver> Receivers<R> {
    fn receive(&self, index: usize) {
        let (receiver, number) = &self.0[index];
        // Never contended: the other has its own.
        let mut receiver = receiver.lock().unwrap();
        let ticket = receiver.receive(); // interlace: receive
        number.store(ticket.number, SeqCst);
    }
}

/// Two threads that receive what was sent to both. `sent` gives the two receivers.
fn two_receivers<R: Receiver + Send + 'static>(sent: fn() -> [R; 2]) -> Explorer<Receivers<R>> {
    let received = move || Receivers(sent().map(|receiver| (Mutex::new(receiver), 0.into())));
    Explorer::new(received)
        .thread("receiver1", |receivers| receivers.receive(0))
        .thread("receiver2", |receivers| receivers.receive(1))
        .check(|Receivers([(_, one), (_, two)])| {
            assert_ne!(one.load(SeqCst), two.load(SeqCst), "the same ticket twice");
        })
        .keep_going()
}

fn roll() -> Ticket {
    let (number, next) = (0, Cell::new(1));
    Ticket { number, next }
}

fn sent_by_racing() -> [tokio_0_3::sync::broadcast::Receiver<Ticket>; 2] {
    let (sender, receiver) = tokio_0_3::sync::broadcast::channel(1);
    let receivers = [receiver, sender.subscribe()];
    sender.send(roll()).expect("there are receivers");
    receivers
}

fn explore_racing() -> Report {
    two_receivers(sent_by_racing).explore()
}

fn sent_by_fixed() -> [tokio_1::sync::broadcast::Receiver<Ticket>; 2] {
    let (sender, receiver) = tokio_1::sync::broadcast::channel(1);
    let receivers = [receiver, sender.subscribe()];
    sender.send(roll()).expect("there are receivers");
    receivers
}

fn explore_fixed() -> Report {
    two_receivers(sent_by_fixed).explore()
}

pub(crate) fn show() {
    println!("tokio 0.3.7, a value that is not Sync in a broadcast channel:\n");
    let racing = explore_racing();
    println!("{racing}\n");
    racing.assert_fails();
    // Three markers each have 6! / (3! 3!) = 20 orders. The numbers differ if one writes before the
    // other reads; the other may receive before or between the three of the one, or after them: 4
    // orders. Twice that.
    assert_eq!((racing.schedules(), racing.failing()), (20, 12));

    println!("the same with tokio 1:\n");
    let fixed = explore_fixed();
    println!("{fixed}\n");
    fixed.assert_ok();
    // The first to receive has the lock until it has written. The other receives before it reads,
    // before it writes, or after: and unless it is after, it waits. Twice that.
    assert_eq!(fixed.schedules(), 6);
    assert!(fixed.is_exhaustive());
}
