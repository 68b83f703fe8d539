//! What happens before what, by brute force, as the standard says it: a graph of all events.

use super::program::{Action, Atomic, Event};

/// Which events happen before each one, as sets of bits.
pub(super) fn happens_before(events: &[Event]) -> Vec<u64> {
    let mut before: Vec<u64> = Vec::new();
    for (number, event) in events.iter().enumerate() {
        let mut own = 0;
        for (earlier, before) in before.iter().enumerate() {
            if precedes(events, earlier, number, event) {
                own |= before | 1 << earlier;
            }
        }
        before.push(own);
    }
    before
}

/// Whether one event is directly ordered before a later one.
fn precedes(events: &[Event], earlier: usize, later: usize, event: &Event) -> bool {
    let other = events[earlier];
    other.thread == event.thread
        || other.action == Action::Spawn(event.thread)
        || event.action == Action::Join(other.thread)
        || is_whole_life(other.action, event.action)
        || synchronises(events, earlier, later)
}

/// Whether these are the start and the end of a thread, which may do nothing in between.
fn is_whole_life(start: Action, end: Action) -> bool {
    matches!((start, end), (Action::Spawn(one), Action::Join(other)) if one == other)
}

/// Whether one event synchronises with a later one.
fn synchronises(events: &[Event], earlier: usize, later: usize) -> bool {
    let event = events[later];
    // The loads by which the later one acquires: itself, or those before a fence.
    let loads = match event.action {
        Action::Load(_, order) | Action::Update(_, order) if order.acquires() => later..later + 1,
        Action::Fence(order) if order.acquires() => 0..later,
        _ => return false,
    };
    let heads = loads
        .filter(|load| events[*load].thread == event.thread)
        .flat_map(|load| heads(events, load));
    // The stores by which the earlier one releases: itself, or those behind a fence.
    let releases = |head: usize| match events[earlier].action {
        Action::Store(_, order) | Action::Update(_, order) => order.releases() && head == earlier,
        Action::Fence(order) => {
            order.releases() && earlier < head && events[head].thread == events[earlier].thread
        }
        _ => false,
    };
    heads.into_iter().any(releases)
}

/// The stores of whose release sequence, real or hypothetical, this load reads a value.
fn heads(events: &[Event], load: usize) -> Vec<usize> {
    let (Action::Load(atomic, _) | Action::Update(atomic, _)) = events[load].action else {
        return Vec::new();
    };
    let mut heads = Vec::new();
    for store in (0..load).rev() {
        match events[store].action {
            Action::Store(other, _) if other == atomic => {
                heads.push(store);
                break;
            }
            // It continues the sequence of what it has read.
            Action::Update(other, _) if other == atomic => heads.push(store),
            Action::Plain { writes: true, .. } if overlaps(events[store].action, atomic) => break,
            _ => {}
        }
    }
    heads
}

fn overlaps(action: Action, atomic: Atomic) -> bool {
    bytes(action).is_some_and(|(place, size, ..)| {
        place < atomic.place + atomic.size && atomic.place < place + size
    })
}

/// What an event accesses, whether it writes, and whether it is atomic.
fn bytes(action: Action) -> Option<(usize, usize, bool, bool)> {
    match action {
        Action::Plain {
            place,
            size,
            writes,
        } => Some((place, size, writes, false)),
        Action::Load(Atomic { place, size }, _) => Some((place, size, false, true)),
        Action::Store(Atomic { place, size }, _) | Action::Update(Atomic { place, size }, _) => {
            Some((place, size, true, true))
        }
        Action::Fence(_) | Action::Spawn(_) | Action::Join(_) => None,
    }
}

/// The first event that races with earlier ones, and all of these.
pub(super) fn first_race(events: &[Event]) -> Option<(usize, Vec<usize>)> {
    let before = happens_before(events);
    (0..events.len()).find_map(|later| {
        let races = |earlier: &usize| {
            let both = bytes(events[*earlier].action).zip(bytes(events[later].action));
            let is_ordered = before[later] >> earlier & 1 != 0;
            both.is_some_and(|(one, other)| {
                let overlap = one.0 < other.0 + other.1 && other.0 < one.0 + one.1;
                overlap && (one.2 || other.2) && !(one.3 && other.3) && !is_ordered
            })
        };
        let racing: Vec<usize> = (0..later).filter(races).collect();
        (!racing.is_empty()).then_some((later, racing))
    })
}
