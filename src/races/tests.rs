//! Toy programs of two or three threads.

mod mutants;
mod program;
mod reference;

use super::*;

const DATA: usize = 0x1000;
const FLAG: usize = 0x2000;

fn access(kind: AccessType, place: usize, size: usize, code: usize) -> Access {
    Access {
        place,
        size,
        kind,
        site: code,
    }
}

fn write(races: &mut Races, thread: usize, place: usize, size: usize) -> bool {
    races.access(
        thread,
        access(AccessType::Write, place, size, place + thread),
    )
}

fn read(races: &mut Races, thread: usize, place: usize, size: usize) -> bool {
    races.access(
        thread,
        access(AccessType::Read, place, size, place + thread),
    )
}

fn flag(site: usize) -> Access {
    access(AccessType::AtomicRead, FLAG, 4, site)
}

/// Thread 0 has started thread 1.
fn two() -> Races {
    let mut races = Races::default();
    races.spawn(0, 1);
    races
}

/// Threads 0 and 1 share a lock one after the other, and write the same. Then thread 2 has the lock alone.
fn two_who_share_a_lock() -> [bool; 2] {
    use MemoryOrder::{Acquire, Release};
    let mut races = two();
    races.spawn(0, 2);
    let share = |races: &mut Races, thread, found: u64| {
        races.update(
            thread,
            flag(1),
            Acquire,
            [found, found + 1],
            Some(Sharing::Begins),
        );
        let is_race = write(races, thread, DATA + thread / 2 * 8, 4);
        races.update(
            thread,
            flag(2),
            Release,
            [found + 1, found],
            Some(Sharing::Ends),
        );
        is_race
    };
    share(&mut races, 0, 0);
    let of_two = share(&mut races, 1, 0);
    let mut races = two();
    races.spawn(0, 2);
    share(&mut races, 1, 0);
    races.update(2, flag(3), Acquire, [0, 9], None);
    let of_one_alone = write(&mut races, 2, DATA, 4);
    races.update(2, flag(4), Release, [9, 0], None);
    [of_two, of_one_alone || share(&mut races, 0, 0)]
}

#[test]
fn who_shares_a_lock_is_ordered_with_who_has_it_alone_only() {
    assert_eq!(two_who_share_a_lock(), [true, false]);
    let caught = Mutant::SharersOrdered.during(two_who_share_a_lock);
    assert_eq!(caught, [false, false]);
}

#[test]
fn a_write_and_a_read_race_unless_the_flag_between_them_is_released_and_acquired() {
    use MemoryOrder::{Acquire, Relaxed, Release};
    for (store, load, is_race) in [
        (Relaxed, Relaxed, true),
        (Release, Relaxed, true),
        (Relaxed, Acquire, true),
        (Release, Acquire, false),
    ] {
        let mut races = two();
        assert!(!write(&mut races, 0, DATA, 4));
        assert!(!races.store(0, flag(7), store, 1));
        assert!(!races.load(1, flag(8), load, 1));
        assert_eq!(read(&mut races, 1, DATA, 4), is_race);
        let side = |thread, kind| RacingSide {
            thread,
            kind,
            size: 4,
            site: DATA + thread,
        };
        let race = is_race.then_some(Race {
            first: side(0, AccessType::Write),
            second: side(1, AccessType::Read),
            passed: Some(Passed {
                store: 7,
                store_order: store,
                load: 8,
                load_order: load,
            }),
        });
        assert_eq!(races.found(), race.as_ref());
    }
}

#[test]
fn neighbours_do_not_race() {
    let mut races = two();
    for (place, size) in [(DATA, 1), (DATA + 2, 2), (DATA + 5, 1), (DATA + 8, 8)] {
        assert!(!write(&mut races, 0, place, size));
    }
    for (place, size) in [(DATA + 1, 1), (DATA + 4, 1), (DATA + 6, 2), (DATA + 16, 1)] {
        assert!(!write(&mut races, 1, place, size));
    }
    // Sixteen bytes, of which one is another's.
    assert!(read(&mut races, 1, DATA + 6, 16));
    assert_eq!(races.found().unwrap().first.site, DATA + 8);
}

#[test]
fn many_readers_are_kept_until_a_write_comes_after_all() {
    let mut races = Races::default();
    for reader in 1..=9 {
        races.spawn(0, reader);
        assert!(!read(&mut races, reader, DATA, 8));
    }
    for reader in 1..=8 {
        races.order(reader, 0);
    }
    assert!(write(&mut races, 0, DATA + 7, 1), "the ninth has not ended");
    assert_eq!(races.found().unwrap().first.thread, 9);
}

#[test]
fn a_plain_access_races_with_an_atomic_one() {
    let mut races = two();
    races.store(0, flag(1), MemoryOrder::SeqCst, 1);
    races.load(1, flag(2), MemoryOrder::SeqCst, 1);
    races.update(1, flag(3), MemoryOrder::Relaxed, [1, 2], None);
    assert!(
        !read(&mut races, 1, FLAG, 4),
        "all writes of others came before"
    );
    assert!(read(&mut races, 0, FLAG, 4));
    assert_eq!(races.found().unwrap().first.kind, AccessType::AtomicWrite);
}

#[test]
fn a_new_block_has_no_history_and_a_free_is_a_write() {
    let mut races = two();
    let free = access(AccessType::Free, DATA, 24, 5);
    read(&mut races, 1, DATA + 16, 4);
    races.clear(DATA, 24);
    assert!(!races.free(0, free, |_, _| 0));
    assert!(read(&mut races, 1, DATA + 16, 4), "use after free");
    let first = races.found().unwrap().first;
    assert_eq!((first.kind, first.size), (AccessType::Free, 0));
    races.reset();
    races.spawn(0, 1);
    assert!(!read(&mut races, 1, DATA + 16, 4), "another execution");
    races.clear(DATA, 18);
    assert!(!write(&mut races, 0, DATA + 16, 2));
    assert!(
        write(&mut races, 0, DATA + 18, 1),
        "it was not in the block"
    );
}

#[test]
fn each_execution_sees_the_pages_that_it_uses_and_few_are_kept() {
    let mut races = Races::default();
    for round in 0..1000 {
        races.reset();
        races.spawn(0, 1);
        read(&mut races, 1, DATA, 4);
        read(&mut races, 1, DATA + 0x1000 * (round + 1), 4);
        races.clear(DATA - 8, 0x1000 + 16);
        assert!(!write(&mut races, 0, DATA, 4));
    }
    // The one that all use, and those of the last executions.
    assert_eq!(races.shadow.pages(), 1 + 17);
}

#[test]
fn of_a_large_block_only_what_was_accessed_counts() {
    let mut races = two();
    read(&mut races, 1, DATA + 0x5004, 4);
    assert!(races.free(0, access(AccessType::Free, DATA, 1 << 24, 5), |_, _| 0));
}

/// The last decrement of a count of references may not be seen.
#[test]
fn who_frees_what_was_changed_unseen_may_know_anything() {
    for (left, is_race) in [(0, false), (1, true)] {
        let mut races = two();
        races.update(1, flag(1), MemoryOrder::Release, [2, 1], None);
        let free = access(AccessType::Free, FLAG - 8, 24, 5);
        assert_eq!(
            races.free(0, free, |place, _| if place == FLAG { left } else { 7 }),
            is_race
        );
    }
}

#[test]
fn locks_of_c_order_what_they_guard() {
    let mut races = two();
    races.acquire(0, FLAG);
    write(&mut races, 0, DATA, 4);
    races.release(0, FLAG);
    races.acquire(1, FLAG);
    assert!(!write(&mut races, 1, DATA, 4));
}

/// Code that is not instrumented may have released anything.
#[test]
fn who_reads_what_was_changed_unseen_may_know_anything() {
    let mut races = two();
    races.store(0, flag(1), MemoryOrder::Relaxed, 1);
    write(&mut races, 0, DATA, 4);
    races.load(1, flag(2), MemoryOrder::Acquire, 2);
    assert!(!read(&mut races, 1, DATA, 4));
    // What it does itself is not known to the others.
    assert!(write(&mut races, 0, DATA, 4));
    // It takes an acquire to know.
    let mut races = two();
    races.store(0, flag(1), MemoryOrder::Relaxed, 1);
    write(&mut races, 0, DATA, 4);
    races.load(1, flag(2), MemoryOrder::Relaxed, 2);
    assert!(read(&mut races, 1, DATA, 4));
}
