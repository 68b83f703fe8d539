//! Threads whose reads are told by hand.

use super::row::{MANY_ROUNDS, MAX_ROUNDS};
use super::*;
use crate::operation::{AccessKind, MemoryAccess};
use crate::own_stack;
use crate::site::MarkerId;

fn thread() -> ThreadId {
    ThreadId::new(0)
}

fn place(number: usize) -> Object {
    access(number, AccessKind::Read).object()
}

fn access(number: usize, kind: AccessKind) -> MemoryAccess {
    MemoryAccess::new(kind, 8 * number, 8)
}

/// An access to `place` with this operand, at the site of a number.
fn reach(site: u32, place: usize, kind: AccessKind, operand: u64) -> Reach {
    Reach {
        site: MarkerId::new(site),
        access: access(place, kind),
        operands: (operand, 0),
    }
}

/// The thread is about to make an access. What is seen at a glance is what is found by looking.
fn arrive(loops: &mut WaitingLoops, reach: &Reach, free: Option<u32>) -> Arrival {
    let stops = loops.stops_at_once(thread(), reach);
    let arrival = loops.arrive(thread(), reach, |_| free);
    assert!(!stops || arrival == Arrival::Stops);
    arrival
}

/// The thread reads `place` at a site of the same number, where `free` rounds are not taken for a wait, and
/// finds `value`.
fn read(loops: &mut WaitingLoops, number: u32, value: u64, free: u32) -> Arrival {
    let reach = reach(number, number as usize, AccessKind::Read, 0);
    let arrival = arrive(loops, &reach, Some(free));
    if !matches!(arrival, Arrival::Waits(_)) {
        loops.note(thread(), value, value);
    }
    arrival
}

fn rounds(places: &[usize]) -> Arrival {
    let reads = places.iter().map(|it| Access::read(place(*it)));
    Arrival::StopsBeforeRounds(reads.collect())
}

#[test]
fn whoever_reads_the_same_again_waits_until_it_is_changed() {
    let mut loops = WaitingLoops::default();
    for number in [1, 2] {
        assert_eq!(read(&mut loops, number, 0, 1), Arrival::Stops);
    }
    assert_eq!(read(&mut loops, 1, 0, 1), rounds(&[1, 2]));
    // The rest of that round and all others are made in one step.
    for _ in 1..MAX_ROUNDS {
        assert_eq!(read(&mut loops, 2, 0, 1), Arrival::GoesOn);
        if let Arrival::Waits(_) = read(&mut loops, 1, 0, 1) {
            break;
        }
    }
    let reads: Vec<u64> = loops.repeated().map(|(_, it)| it.value()).collect();
    assert_eq!(reads, [0, 0]);
    assert!(loops.change(&place(3)).is_empty() && !loops.has_woken());
    assert_eq!(loops.change(&place(2)), [thread()]);
    assert_eq!(loops.take_woken(), [thread()]);
    // It has not gone on yet: another change would have let it go on as well.
    assert_eq!(loops.change(&place(1)), [thread()]);
    loops.go_on(thread());
    assert!(loops.change(&place(1)).is_empty());
    assert_eq!(loops.repeated().count(), 0);
    assert!(loops.take_learnt().is_empty());
}

#[test]
fn what_is_written_or_found_to_be_changed_ends_a_loop() {
    let mut loops = WaitingLoops::default();
    read(&mut loops, 1, 0, 1);
    assert_eq!(read(&mut loops, 1, 0, 1), rounds(&[1]));
    assert_eq!(read(&mut loops, 1, 5, 1), Arrival::GoesOn);
    // The value is another one: what was read before does not count.
    assert_eq!(read(&mut loops, 1, 5, 1), rounds(&[1]));
    arrive(&mut loops, &reach(2, 2, AccessKind::Write, 0), None);
    loops.note(thread(), 0, 1);
    assert_eq!(read(&mut loops, 1, 5, 1), Arrival::Stops);
    assert!(loops.take_learnt().is_empty());
}

/// What was stored twice is not taken for a loop that would store it again.
#[test]
fn an_access_with_other_operands_is_another() {
    let mut loops = WaitingLoops::default();
    let mut store = |value| {
        let reach = reach(1, 1, AccessKind::Write, value);
        let arrival = arrive(&mut loops, &reach, Some(1));
        loops.note(thread(), 5, value);
        arrival
    };
    assert_eq!(store(5), Arrival::Stops);
    let again = Arrival::StopsBeforeRounds(vec![Access::write(place(1))]);
    assert_eq!(store(5), again);
    assert_eq!(store(6), Arrival::Stops);
}

#[test]
fn loops_that_end_by_themselves_are_told() {
    let mut loops = WaitingLoops::default();
    for _ in 0..4 {
        read(&mut loops, 1, 0, 1);
    }
    assert_eq!(read(&mut loops, 2, 0, 1), Arrival::Stops);
    // Two reads were merged with the one before.
    assert_eq!(loops.take_learnt(), [(MarkerId::new(1), Learnt::Ends(4))]);
    for _ in 0..4 {
        assert_eq!(read(&mut loops, 3, 0, 4), Arrival::Stops);
    }
    assert_eq!(read(&mut loops, 3, 0, 4), rounds(&[3]));
    loops.leave(thread());
    // None were.
    assert!(loops.take_learnt().is_empty());
    for number in [4, 5] {
        read(&mut loops, number, 0, 1);
    }
    assert_eq!(read(&mut loops, 4, 0, 1), rounds(&[4, 5]));
    loops.leave(thread());
    // The step was to read another place, too.
    assert_eq!(loops.take_learnt(), [(MarkerId::new(4), Learnt::Ends(2))]);
}

/// The thread swaps what lies at the first place, at the site of this number, finds `value` and leaves `left`.
fn swap(
    loops: &mut WaitingLoops,
    number: u32,
    [value, left]: [u64; 2],
    free: Option<u32>,
) -> Arrival {
    let reach = reach(number, 1, AccessKind::Write, 0);
    let arrival = arrive(loops, &reach, free);
    loops.note(thread(), value, left);
    arrival
}

/// Once it has made as many rounds as are taken for a wait, after the two that are compared for the first time.
/// There are two reads at one site in each.
#[test]
fn a_loop_that_puts_back_what_it_writes_waits_if_that_is_known() {
    let mut loops = WaitingLoops::default();
    for _ in 0..=MANY_ROUNDS {
        for (number, values) in [(1, [0, 1]), (2, [1, 0])] {
            assert_eq!(swap(&mut loops, number, values, None), Arrival::Stops);
            arrive(&mut loops, &reach(3, 3, AccessKind::Read, 0), None);
            loops.note(thread(), 0, 0);
        }
        assert!(loops.take_learnt().is_empty());
    }
    swap(&mut loops, 1, [0, 1], None);
    assert_eq!(loops.take_learnt(), [(MarkerId::new(1), Learnt::Waits)]);

    loops.clear();
    swap(&mut loops, 1, [0, 1], None);
    swap(&mut loops, 2, [1, 0], Some(1));
    let rounds = Arrival::StopsBeforeRounds(vec![Access::write(place(1))]);
    assert_eq!(swap(&mut loops, 1, [0, 1], Some(1)), rounds);
    assert_eq!(swap(&mut loops, 2, [1, 0], Some(1)), Arrival::GoesOn);
}

/// Another thread puts back what this one writes, which so waits for nothing.
#[test]
fn a_loop_in_which_another_thread_takes_part_does_not_wait() {
    let mut loops = WaitingLoops::default();
    for _ in 0..5 {
        assert_eq!(swap(&mut loops, 1, [0, 1], Some(1)), Arrival::Stops);
    }
}

/// Whoever makes a fence of a new variable on its stack, in each round, puts nothing back.
#[test]
fn a_loop_that_writes_to_its_own_stack_waits_if_that_is_known() {
    let round = |loops: &mut WaitingLoops| {
        let arrival = read(loops, 3, 0, 1);
        (arrival, swap(loops, 1, [0, 1], Some(1)))
    };
    let lowest = 8;
    own_stack::set((lowest, lowest + 8));
    let mut loops = WaitingLoops::default();
    assert_eq!(round(&mut loops), (Arrival::Stops, Arrival::Stops));
    let accesses = vec![Access::read(place(3)), Access::write(place(1))];
    let rounds = Arrival::StopsBeforeRounds(accesses);
    assert_eq!(round(&mut loops), (rounds, Arrival::GoesOn));
    own_stack::set((lowest + 1, lowest + 9));
    loops.clear();
    for _ in 0..5 {
        assert_eq!(round(&mut loops), (Arrival::Stops, Arrival::Stops));
    }
}
