//! Wrong programs with so many schedules that nobody runs them all.

use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering::SeqCst};

use interlace::{Explorer, Strategy, marker, permutations};

use crate::sampled::{explore, print_row};

/// No search takes more executions than this.
const MAX_SCHEDULES: u64 = 20_000;

#[derive(Default)]
struct Pair {
    a: AtomicI32,
    b: AtomicI32,
}

/// Five set a, then b; another reads both, and must see neither or both. (After reorder_5 of
/// SCTBench, Thomson, Donaldson and Betts, "Concurrency Testing Using Controlled Schedulers", 2016.)
fn reorder() -> Explorer<Pair> {
    let setters = ["s1", "s2", "s3", "s4", "s5"];
    let set = |pair: &Pair| {
        marker!("set_a");
        pair.a.store(1, SeqCst);
        marker!("set_b");
        pair.b.store(-1, SeqCst);
    };
    let begin = Explorer::new(Pair::default);
    let explorer = setters
        .iter()
        .fold(begin, |explorer, &name| explorer.thread(name, set));
    explorer.thread("checker", |pair| {
        marker!("read_a");
        let a = pair.a.load(SeqCst);
        marker!("read_b");
        let b = pair.b.load(SeqCst);
        assert!((a, b) == (0, 0) || (a, b) == (1, -1), "({a}, {b})");
    })
}

/// Two that enter and leave a place, between steps that have nothing to do with it. The first sees
/// the other in its place only if it is interrupted inside, and interrupts the other there.
fn visits() -> Explorer<AtomicUsize> {
    let visit = |me: usize| {
        move |place: &AtomicUsize| {
            (0..6).for_each(|_| marker!("elsewhere"));
            marker!("enter");
            place.store(me, SeqCst);
            marker!("look");
            let seen = place.load(SeqCst);
            assert!(me != 1 || seen != 2, "the other is there");
            marker!("leave");
            place.store(0, SeqCst);
            (0..6).for_each(|_| marker!("elsewhere"));
        }
    };
    Explorer::new(AtomicUsize::default)
        .thread("first", visit(1))
        .thread("second", visit(2))
        .check(|place| assert_eq!(place.load(SeqCst), 0))
}

/// The portfolio finds it in 1000 executions; and prints the row. With one seed: to shrink a failure
/// among so many threads takes seconds.
#[track_caller]
fn assert_found<S: Send + Sync + 'static>(explorer: &impl Fn() -> Explorer<S>) {
    let schedules = 1000;
    explore(explorer, Strategy::Portfolio { schedules }, 0).assert_fails();
    if std::env::var_os("ORACLE_TABLE").is_some() {
        print_row(&|| explorer().max_schedules(MAX_SCHEDULES));
    }
}

/// The number of schedules of threads with so many markers each.
fn schedules(counts: impl IntoIterator<Item = usize>) -> u128 {
    let lists = counts.into_iter().enumerate();
    let lists = lists.map(|(thread, count)| (thread.to_string(), vec!["m"; count]));
    permutations::count(lists).unwrap()
}

#[test]
fn a_reader_among_five_setters_sees_half_of_it() {
    assert_eq!(schedules([2; 6]), 7_484_400);
    assert_found(&reorder);
}

#[test]
fn a_visitor_sees_another_between_many_other_steps() {
    assert_eq!(schedules([15, 15]), 155_117_520);
    assert_found(&visits);
}
