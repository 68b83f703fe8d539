//! Markers that say what the gated code acquires: nobody begins to wait, so what differs only in
//! that is one schedule. The same on both engines, and nothing is blocked.

use std::sync::{Arc, Mutex, RwLock};

use crate::model::{Act, Body, Ends, every_declared};
use interlace::{Engine, Explorer, FailureKind, Report, Strategy, Verdict, marker, schedule};

/// Every engine, on one worker and on several.
pub(crate) const SETTINGS: [(Engine, usize); 4] = [
    (Engine::Threads, 1),
    (Engine::Threads, 2),
    (Engine::Fibers, 1),
    (Engine::Fibers, 2),
];

/// Explores the whole program in every setting; asserts that so many executions held and so many
/// deadlocked, and that all reports are the same.
#[track_caller]
pub(crate) fn assert_counts<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    held: u64,
    deadlocked: u64,
) -> Report {
    let explore = |(engine, workers)| explorer().keep_going().engine(engine).workers(workers);
    let reports = SETTINGS.map(|setting| explore(setting).explore());
    let text = |report: &Report| report.to_string().split("\nhint").next().map(str::to_owned);
    for (report, setting) in reports.iter().zip(SETTINGS) {
        let mut expected = vec![(Verdict::Held, held), (Verdict::Deadlocked, deadlocked)];
        expected.retain(|&(_, count)| count > 0);
        let found: Vec<_> = report.verdicts().collect();
        assert_eq!(found, expected, "{setting:?}: {report}");
        assert!(report.is_exhaustive());
        assert_eq!(text(report), text(&reports[0]), "{setting:?}");
    }
    let [report, ..] = reports;
    report
}

struct Table {
    forks: Vec<Mutex<u32>>,
}

#[interlace::trace]
impl Table {
    fn new(forks: usize) -> Self {
        Table {
            forks: (0..forks).map(|_| Mutex::new(0)).collect(),
        }
    }

    fn eat(&self, left: usize, right: usize) {
        // interlace: first acquires(self.forks[left])
        let mut one = self.forks[left].lock().unwrap();
        let mut other = self.forks[right].lock().unwrap(); // interlace: second acquires(self.forks[right])
        *one += 1;
        *other += 1;
    }
}

fn dining(forks: usize, is_ordered: bool) -> Explorer<Table> {
    // All of them, of which many are of one class.
    let mut explorer = Explorer::new(move || Table::new(forks)).strategy(Strategy::Exhaustive);
    for philosopher in 0..forks {
        let (mut first, mut second) = (philosopher, (philosopher + 1) % forks);
        if is_ordered && first > second {
            (first, second) = (second, first);
        }
        let name = format!("p{philosopher}");
        explorer = explorer.thread(name, move |table: &Table| table.eat(first, second));
    }
    explorer
}

#[test]
fn two_three_and_four_philosophers_who_take_the_left_fork_first() {
    // Counted by brute force, with locks that nobody begins to wait for: n! executions have each
    // take the left fork, in some order, and then nobody can go on.
    for (philosophers, held, deadlocked) in [(2, 2, 2), (3, 24, 6), (4, 424, 24)] {
        let report = assert_counts(|| dining(philosophers, false), held, deadlocked);
        let failure = report.assert_fails();
        assert!(
            failure.is_reproduced() && failure.is_proved_minimal(),
            "{failure}"
        );
        let FailureKind::Deadlock(deadlock) = failure.kind() else {
            panic!("{failure}");
        };
        let threads = deadlock.to_string();
        assert!(
            threads.contains("  p0  is paused at second (tests/blocking/"),
            "{threads}"
        );
        assert!(
            threads.contains("what it acquires there is not free"),
            "{threads}"
        );
    }
}

#[test]
fn philosophers_who_take_the_lower_fork_first_all_eat() {
    for philosophers in 2..=4 {
        let Ends { held, deadlocked } = every_declared(&bodies(philosophers), philosophers);
        assert_eq!(deadlocked, 0);
        assert_counts(|| dining(philosophers, true), held, 0).assert_ok();
    }
}

/// What those who take the lower fork first do, in the model.
fn bodies(philosophers: usize) -> Vec<Body> {
    let body = |one: usize| {
        let other = (one + 1) % philosophers;
        let (first, second) = (one.min(other), one.max(other));
        let eats = vec![Act::Lock(second), Act::Unlock(second), Act::Unlock(first)];
        vec![vec![Act::Lock(first)], eats]
    };
    (0..philosophers).map(body).collect()
}

#[test]
fn a_lock_that_is_held_across_a_marker_is_not_run_into() {
    // Each takes the lock, and pauses inside: one after the other, in two orders.
    type State = (parking_lot::Mutex<u32>, Arc<RwLock<u32>>);
    let both = |(plain, shared): &State| {
        marker!("take", acquires(plain, shared));
        let mut plain = plain.lock();
        let mut shared = shared.write().unwrap();
        marker!("inside");
        *plain += 1;
        *shared += 1;
    };
    assert_counts(
        || {
            Explorer::new(State::default)
                .thread("a", both)
                .thread("b", both)
                .check(|state| assert_eq!(*state.0.lock(), 2))
        },
        2,
        0,
    )
    .assert_ok();
}

#[test]
fn a_poisoned_lock_is_free() {
    // The first panics while it holds the lock, whichever it is; that ends the execution.
    let report = Explorer::new(Mutex::default)
        .thread("a", |lock: &Mutex<()>| {
            marker!("take", acquires(lock));
            let _guard = lock
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            marker!("inside");
        })
        .thread("b", |lock| {
            let inside = || {
                let _guard = lock.lock().unwrap();
                panic!("poison");
            };
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(inside));
            assert!(caught.is_err() && lock.is_poisoned());
        })
        .allow_trivial()
        .explore();
    report.assert_ok();
    assert_eq!(report.schedules(), 1);
}

#[test]
fn a_step_that_would_have_to_wait_does_not_fit() {
    let execution = dining(3, false).replay(&schedule![p0: first, p1: first, p0: second]);
    let text = execution.to_string();
    assert!(
        text.contains("step 3 of 3, `p0:second`, cannot be granted: `p0` is paused at second"),
        "{text}"
    );
}
