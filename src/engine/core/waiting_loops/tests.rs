//! Threads whose reads are told by hand.

use super::*;

fn thread() -> ThreadId {
    ThreadId::new(0)
}

fn place(number: usize) -> Object {
    Object::Memory(8 * number..8 * number + 8)
}

/// The thread reads `place` at a site of the same number, where `free` rounds are not taken for a wait, and
/// finds `value`.
fn read(loops: &mut WaitingLoops, number: u32, value: u64, free: u32) -> Arrival {
    let access = Access::read(place(number as usize));
    let arrival = loops.arrive(thread(), MarkerId::new(number), &access, || free);
    if !matches!(arrival, Arrival::Waits(_)) {
        loops.note(thread(), value, false);
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
    assert!(loops.take_ended().is_empty());
}

#[test]
fn what_is_written_or_found_to_be_changed_ends_a_loop() {
    let mut loops = WaitingLoops::default();
    read(&mut loops, 1, 0, 1);
    assert_eq!(read(&mut loops, 1, 0, 1), rounds(&[1]));
    assert_eq!(read(&mut loops, 1, 5, 1), Arrival::GoesOn);
    // The value is another one: what was read before does not count.
    assert_eq!(read(&mut loops, 1, 5, 1), rounds(&[1]));
    loops.arrive(thread(), MarkerId::new(2), &Access::write(place(2)), || 1);
    loops.note(thread(), 0, true);
    assert_eq!(read(&mut loops, 1, 5, 1), Arrival::Stops);
    assert!(loops.take_ended().is_empty());
}

#[test]
fn loops_that_end_by_themselves_are_told() {
    let mut loops = WaitingLoops::default();
    for _ in 0..4 {
        read(&mut loops, 1, 0, 1);
    }
    assert_eq!(read(&mut loops, 2, 0, 1), Arrival::Stops);
    // Two reads were merged with the one before.
    assert_eq!(loops.take_ended(), [(MarkerId::new(1), 4)]);
    for _ in 0..4 {
        assert_eq!(read(&mut loops, 3, 0, 4), Arrival::Stops);
    }
    assert_eq!(read(&mut loops, 3, 0, 4), rounds(&[3]));
    loops.leave(thread());
    // None were.
    assert!(loops.take_ended().is_empty());
}
