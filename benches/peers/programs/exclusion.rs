//! Locks made of atomics.

use super::super::types::atomic::{AtomicBool, AtomicUsize, fence};
use super::super::types::{Arc, Plain, spin};
use super::{beside, programs, twice};
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

programs![
    peterson_seq_cst,
    peterson_swap,
    peterson_relaxed,
    flags_read_first,
    dekker_fences,
    dekker_relaxed,
    spin_lock,
    spin_lock_of_two_steps,
    ticket_lock,
    ticket_lock_of_two_steps,
    sequence_lock,
    sequence_lock_not_rechecked,
];

/// Says who is in the section. Atomic, so that a mistake is one in every model of memory.
#[derive(Default)]
struct Section {
    inside: AtomicUsize,
}

impl Section {
    fn pass(&self) {
        assert_eq!(self.inside.swap(1, Relaxed), 0, "two are inside");
        self.inside.store(0, Relaxed);
    }
}

#[derive(Default)]
struct Peterson {
    wants: [AtomicBool; 2],
    turn: AtomicUsize,
    section: Section,
}

impl Peterson {
    fn enter(&self, own: usize, ordering: Ordering, swaps: bool) {
        let (store, load, release) = match ordering {
            SeqCst => (SeqCst, SeqCst, SeqCst),
            Relaxed => (Relaxed, Relaxed, Relaxed),
            _ => (Relaxed, Acquire, Release),
        };
        let other = 1 - own;
        self.wants[own].store(true, store);
        if swaps {
            self.turn.swap(other, AcqRel);
        } else {
            self.turn.store(other, store);
        }
        while self.wants[other].load(load) && self.turn.load(load) == other {
            spin();
        }
        self.section.pass();
        self.wants[own].store(false, release);
    }
}

fn peterson(ordering: Ordering, swaps: bool) {
    beside(
        &Arc::new(Peterson::default()),
        move |lock| lock.enter(0, ordering, swaps),
        move |lock| lock.enter(1, ordering, swaps),
    );
}

fn peterson_seq_cst() {
    peterson(SeqCst, false);
}

/// What is needed in C11, and no more.
fn peterson_swap() {
    peterson(AcqRel, true);
}

fn peterson_relaxed() {
    peterson(Relaxed, false);
}

/// Each looks at the other's flag before it sets its own.
fn flags_read_first() {
    let enter = |lock: &Peterson, own: usize| {
        if !lock.wants[1 - own].load(SeqCst) {
            lock.wants[own].store(true, SeqCst);
            lock.section.pass();
            lock.wants[own].store(false, SeqCst);
        }
    };
    beside(
        &Arc::new(Peterson::default()),
        move |lock| enter(lock, 0),
        move |lock| enter(lock, 1),
    );
}

/// Whoever does not see the other's flag enters.
fn dekker(is_fenced: bool) {
    let enter = move |lock: &Peterson, own: usize| {
        lock.wants[own].store(true, Relaxed);
        if is_fenced {
            fence(SeqCst);
        }
        if !lock.wants[1 - own].load(Relaxed) {
            lock.section.inside.fetch_add(1, Relaxed);
        }
    };
    let lock = Arc::new(Peterson::default());
    beside(
        &lock,
        move |lock| enter(lock, 0),
        move |lock| enter(lock, 1),
    );
    assert!(lock.section.inside.load(Relaxed) < 2);
}

fn dekker_fences() {
    dekker(true);
}

fn dekker_relaxed() {
    dekker(false);
}

#[derive(Default)]
struct SpinLock {
    is_locked: AtomicBool,
    section: Section,
    value: Plain,
}

fn spin_lock() {
    let lock = Arc::new(SpinLock::default());
    let add = |lock: &SpinLock| {
        let locked = &lock.is_locked;
        while locked
            .compare_exchange(false, true, Acquire, Relaxed)
            .is_err()
        {
            spin();
        }
        lock.value.set(lock.value.get() + 1);
        locked.store(false, Release);
    };
    twice(&lock, add);
    add(&lock);
    assert_eq!(lock.value.get(), 3);
}

/// It is seen that the lock is free, and then taken.
fn spin_lock_of_two_steps() {
    twice(&Arc::new(SpinLock::default()), |lock| {
        while lock.is_locked.load(Acquire) {
            spin();
        }
        lock.is_locked.store(true, Relaxed);
        lock.section.pass();
        lock.is_locked.store(false, Release);
    });
}

#[derive(Default)]
struct Tickets {
    next: AtomicUsize,
    served: AtomicUsize,
    section: Section,
    value: Plain,
}

impl Tickets {
    fn wait_for(&self, ticket: usize) {
        while self.served.load(Acquire) < ticket {
            spin();
        }
    }
}

fn ticket_lock() {
    let tickets = Arc::new(Tickets::default());
    let add = |tickets: &Tickets| {
        let own = tickets.next.fetch_add(1, Relaxed);
        tickets.wait_for(own);
        tickets.value.set(tickets.value.get() + 1);
        tickets.served.store(own + 1, Release);
    };
    twice(&tickets, add);
    add(&tickets);
    assert_eq!(tickets.value.get(), 3);
}

/// Two may draw the same ticket.
fn ticket_lock_of_two_steps() {
    twice(&Arc::new(Tickets::default()), |tickets| {
        let own = tickets.next.load(Relaxed);
        tickets.next.store(own + 1, Relaxed);
        tickets.wait_for(own);
        tickets.section.pass();
        tickets.served.store(own + 1, Release);
    });
}

#[derive(Default)]
struct Sequence {
    number: AtomicUsize,
    pair: [AtomicUsize; 2],
}

impl Sequence {
    fn write(&self) {
        self.number.store(1, Relaxed);
        fence(Release);
        for half in &self.pair {
            half.store(1, Relaxed);
        }
        self.number.store(2, Release);
    }

    fn read(&self, rechecks: bool) {
        let before = self.number.load(Acquire);
        let [one, two] = [0, 1].map(|half: usize| self.pair[half].load(Relaxed));
        fence(Acquire);
        let is_valid = !rechecks || self.number.load(Relaxed) == before;
        if before.is_multiple_of(2) && is_valid {
            assert_eq!(one, two, "half of it is old");
        }
    }
}

fn sequence(rechecks: bool) {
    beside(
        &Arc::new(Sequence::default()),
        Sequence::write,
        move |lock| lock.read(rechecks),
    );
}

fn sequence_lock() {
    sequence(true);
}

fn sequence_lock_not_rechecked() {
    sequence(false);
}
