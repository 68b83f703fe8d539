//! Random executions.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Access, AccessType, MemoryOrder, Race, Races};
use crate::named::Named as _;

/// What a thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Plain {
        place: usize,
        size: usize,
        writes: bool,
    },
    Load(Atomic, MemoryOrder),
    Store(Atomic, MemoryOrder),
    Update(Atomic, MemoryOrder),
    Fence(MemoryOrder),
    Spawn(usize),
    Join(usize),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) thread: usize,
    pub(super) action: Action,
}

/// A place that is accessed atomically.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Atomic {
    pub(super) place: usize,
    pub(super) size: usize,
}

/// Alone in its eight bytes; at the beginning, and at the end of the same.
const ATOMICS: [Atomic; 3] = [
    Atomic {
        place: 0x1008,
        size: 8,
    },
    Atomic {
        place: 0x1010,
        size: 4,
    },
    Atomic {
        place: 0x1014,
        size: 4,
    },
];

/// Bytes and words, of which some overlap, one is over two granules, and some are atomics.
const PLAIN: [(usize, usize); 10] = [
    (0x1000, 1),
    (0x1001, 1),
    (0x1002, 2),
    (0x1000, 4),
    (0x1004, 4),
    (0xffc, 8),
    (0x1000, 8),
    (0x1008, 8),
    (0x1010, 4),
    (0x1010, 8),
];

const MOST_THREADS: usize = 4;

/// What is drawn of one event: who, what, where, how.
type Draw = (usize, usize, usize, usize);

/// Executions of at most as many events.
pub(super) fn executions(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let number = || 0_usize..840;
    vec((number(), number(), number(), number()), 1..most).prop_map(|draws| resolve(&draws))
}

/// Makes events of what was drawn: only threads that were started and not joined do anything.
fn resolve(draws: &[Draw]) -> Vec<Event> {
    let (mut live, mut started) = (vec![0], 1);
    let mut events = Vec::new();
    for &(who, what, place, order) in draws {
        let thread = live[who % live.len()];
        let atomic = ATOMICS[place % ATOMICS.len()];
        let order = MemoryOrder::ALL[order % MemoryOrder::ALL.len()];
        let others: Vec<usize> = live.iter().copied().filter(|it| *it != thread).collect();
        let action = match what % 16 {
            // Early, so that there is somebody to race with.
            _ if events.len() < 2 => Action::Spawn(started),
            0..4 => {
                let (place, size) = PLAIN[place % PLAIN.len()];
                Action::Plain {
                    place,
                    size,
                    writes: what % 4 < 2,
                }
            }
            4..7 => Action::Store(atomic, order),
            7..10 => Action::Load(atomic, order),
            10..12 => Action::Update(atomic, order),
            12..14 => Action::Fence(order),
            14 if started < MOST_THREADS => Action::Spawn(started),
            _ => match others.iter().find(|it| **it != 0) {
                Some(ended) if what < 700 => Action::Join(*ended),
                _ => Action::Load(atomic, MemoryOrder::Acquire),
            },
        };
        match action {
            Action::Spawn(child) => {
                started += 1;
                live.push(child);
            }
            Action::Join(ended) => live.retain(|it| *it != ended),
            _ => {}
        }
        events.push(Event { thread, action });
    }
    events
}

/// The event that is found to be the first in a race, and the race: a site is the number of an event.
pub(super) fn first_race(events: &[Event]) -> Option<(usize, Race)> {
    let mut races = Races::default();
    let mut values = [0; ATOMICS.len()];
    for (site, event) in events.iter().enumerate() {
        if step(&mut races, &mut values, site, *event) {
            return races.found().map(|race| (site, *race));
        }
    }
    None
}

/// Every write leaves another value.
fn step(races: &mut Races, values: &mut [u64], site: usize, event: Event) -> bool {
    let thread = event.thread;
    let new = site as u64 + 1;
    let index = |atomic: Atomic| ATOMICS.iter().position(|it| *it == atomic).unwrap();
    let access = |place, size, kind| Access {
        place,
        size,
        kind,
        site,
    };
    let of = |Atomic { place, size }| access(place, size, AccessType::AtomicRead);
    match event.action {
        Action::Plain {
            place,
            size,
            writes,
        } => {
            for (atomic, value) in ATOMICS.iter().zip(values) {
                if writes && (place..place + size).contains(&atomic.place) {
                    *value = new;
                }
            }
            let kind = if writes {
                AccessType::Write
            } else {
                AccessType::Read
            };
            races.access(thread, access(place, size, kind))
        }
        Action::Load(atomic, order) => races.load(thread, of(atomic), order, values[index(atomic)]),
        Action::Store(atomic, order) => {
            values[index(atomic)] = new;
            races.store(thread, of(atomic), order, new)
        }
        Action::Update(atomic, order) => {
            let found = std::mem::replace(&mut values[index(atomic)], new);
            races.update(thread, of(atomic), order, [found, new], None)
        }
        Action::Fence(order) => {
            races.fence(thread, order);
            false
        }
        Action::Spawn(child) => {
            races.spawn(thread, child);
            false
        }
        Action::Join(ended) => {
            races.order(ended, thread);
            false
        }
    }
}
