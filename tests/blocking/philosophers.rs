//! Philosophers around a table, with a fork between any two. Each takes two forks, eats, and puts
//! both back (Dijkstra, "Hierarchical ordering of sequential processes", 1971).

use interlace::{Explorer, marker};

use crate::model::{Act, Body, Ends, every};
use crate::oracle::{Lock, assert_counts, assert_counts_once};

/// The forks of each philosopher, in the order in which they are taken.
type Table = [(usize, usize)];

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Everybody takes the fork on the left first.
const THREE: [(usize, usize); 3] = [(0, 1), (1, 2), (2, 0)];
const FOUR: [(usize, usize); 4] = [(0, 1), (1, 2), (2, 3), (3, 0)];

/// Everybody takes the fork of the lower number first.
const ORDERED_THREE: [(usize, usize); 3] = [(0, 1), (1, 2), (0, 2)];
const ORDERED_FOUR: [(usize, usize); 4] = [(0, 1), (1, 2), (2, 3), (0, 3)];

/// What the model says of the table.
fn expected(table: &Table) -> Ends {
    let body = |&(first, second): &(usize, usize)| -> Body {
        let eats = vec![Act::Lock(second), Act::Unlock(second), Act::Unlock(first)];
        vec![vec![Act::Lock(first)], eats]
    };
    let bodies: Vec<Body> = table.iter().map(body).collect();
    every(&bodies, table.len())
}

fn explorer<L: Lock>(table: &'static Table) -> Explorer<Vec<L>> {
    let forks = || (0..table.len()).map(|_| L::default()).collect();
    let mut explorer = Explorer::new(forks);
    for (&(first, second), name) in table.iter().zip(NAMES) {
        explorer = explorer.thread(name, move |forks: &Vec<L>| {
            marker!("first");
            forks[first].with(|| {
                marker!("second");
                forks[second].with(|| {});
            });
        });
    }
    explorer
}

#[track_caller]
fn assert_as_expected<L: Lock>(table: &'static Table, counted: (u64, u64)) {
    let Ends { held, deadlocked } = expected(table);
    assert_eq!((held, deadlocked), counted);
    let report = assert_counts(|| explorer::<L>(table), held, deadlocked);
    if let Some(failure) = report.failure() {
        assert!(
            failure.is_reproduced() && failure.is_proved_minimal(),
            "{failure}"
        );
        // c takes a fork; b, who could not have gone on after that, takes one, and waits for c's;
        // all else follows. Only the switch from c to b takes the turn from one who could go on.
        assert_eq!(failure.preemptions(), 1, "{failure}");
    }
}

#[test]
fn three_philosophers_deadlock_when_each_takes_the_left_fork_first() {
    assert_as_expected::<std::sync::Mutex<()>>(&THREE, (54, 48));
    assert_as_expected::<parking_lot::Mutex<()>>(&THREE, (54, 48));
}

#[test]
fn three_philosophers_who_take_the_lower_fork_first_all_eat() {
    assert_as_expected::<std::sync::Mutex<()>>(&ORDERED_THREE, (66, 0));
    assert_as_expected::<parking_lot::Mutex<()>>(&ORDERED_THREE, (66, 0));
}

#[test]
fn four_philosophers_deadlock_when_each_takes_the_left_fork_first() {
    // 1088 of 3840: more would leave more threads behind than one process has room for.
    let Ends { held, deadlocked } = expected(&FOUR);
    assert_eq!((held, deadlocked), (2752, 1088));
    let once = || explorer::<std::sync::Mutex<()>>(&FOUR).workers(2);
    let report = assert_counts_once(once, held, deadlocked);
    assert!(report.assert_fails().is_reproduced());
}

#[test]
fn four_philosophers_who_take_the_lower_fork_first_all_eat() {
    assert_as_expected::<std::sync::Mutex<()>>(&ORDERED_FOUR, (2605, 0));
}
