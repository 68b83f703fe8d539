//! `thread::scope`: how many classes it has, and that these have all outcomes.

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::Mutex;
use std::thread::{self, Scope};

use interlace::{Engine, Explorer, Report, Strategy};
use shared::add;

/// Explores what `body` does, which returns its outcome: the same on both engines, and with the outcomes that
/// random executions have. Returns the numbers of classes, of those that fail, and of outcomes.
fn explore(body: impl Fn() -> usize + Copy + Send + Sync + 'static) -> (u64, u64, usize) {
    let explorer = |engine| {
        let explorer = Explorer::new(AtomicUsize::default);
        let explorer = explorer.thread("main", move |end| end.store(body(), SeqCst));
        let explorer = explorer.outcome(|end| end.load(SeqCst).to_string());
        explorer.engine(engine).workers(1).keep_going()
    };
    let outcomes = |report: &Report| -> BTreeSet<String> {
        report.outcomes().map(|(outcome, _)| outcome.to_owned()).collect()
    };
    let found = |report: &Report| {
        assert!(report.error().is_none() && report.is_exhaustive(), "{report}");
        (report.schedules(), report.failing(), outcomes(report).len())
    };
    let report = explorer(Engine::Fibers).explore();
    assert_eq!(found(&report), found(&explorer(Engine::Threads).explore()));
    let random = Strategy::Pos { schedules: 3000 };
    let sample = explorer(Engine::Fibers).strategy(random).seed(1).explore();
    assert_eq!(outcomes(&report), outcomes(&sample));
    assert_eq!(report.failing() > 0, sample.failing() > 0);
    found(&report)
}

/// Has as many threads started in a scope, and returns what they leave.
fn adding<const COUNT: usize>(
    start: for<'scope> fn(&'scope Scope<'scope, '_>, &'scope AtomicUsize),
) -> usize {
    let value = AtomicUsize::new(0);
    thread::scope(|scope| (0..COUNT).for_each(|_| start(scope, &value)));
    value.load(SeqCst)
}

/// As many classes as there are orders of reads and writes, (n!)². The scope adds none.
#[test]
fn lost_updates_in_a_scope_have_as_many_classes_as_with_joins() {
    fn joined<const COUNT: usize>() -> usize {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            let threads = [(); COUNT].map(|()| scope.spawn(|| add(&value)));
            for thread in threads {
                thread.join().unwrap();
            }
        });
        value.load(SeqCst)
    }
    assert_eq!(explore(joined::<2>), (4, 0, 2));
    assert_eq!(explore(joined::<3>), (36, 0, 3));
}

/// Who drops its part last of what a thread and its handle share, drops the result: as with `thread::spawn`, if
/// the handle is dropped at once, the thread may have ended before that or not.
#[test]
fn threads_that_are_let_go_may_end_before_that() {
    fn unit<const COUNT: usize>() -> usize {
        adding::<COUNT>(|scope, value| drop(scope.spawn(|| add(value))))
    }
    fn number<const COUNT: usize>() -> usize {
        adding::<COUNT>(|scope, value| {
            drop(scope.spawn(|| {
                add(value);
                7_u16
            }));
        })
    }
    assert_eq!([explore(unit::<1>), explore(number::<1>)], [(2, 0, 1); 2]);
    // The first has ended when it is let go, and so before the second is started: 1 class. Or it has not: 4, as
    // long as the second has not ended when that is let go. And 1 and 4 where it has.
    let ends = 1 + 4;
    // It has ended, the first has ended before: 1. The first has not: it reads and writes before the second,
    // between, and so on, 4.
    let has_ended = 1 + 4;
    assert_eq!([explore(unit::<2>), explore(number::<2>)], [(ends + has_ended, 0, 2); 2]);
}

/// Each scope waits for its own threads only.
#[test]
fn scopes_in_scopes() {
    let nested = explore(|| {
        let value = AtomicUsize::new(0);
        thread::scope(|outer| {
            let first = outer.spawn(|| add(&value));
            thread::scope(|inner| {
                inner.spawn(|| add(&value)).join().unwrap();
            });
            first.join().unwrap();
        });
        value.load(SeqCst)
    });
    assert_eq!(nested, (4, 0, 2));
    // By the end of the inner scope, the thread of the outer one has done nothing, has read, or has written.
    let between = explore(|| {
        let (value, inner_end) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|outer| {
            let first = outer.spawn(|| value.store(1, SeqCst));
            thread::scope(|inner| {
                inner.spawn(|| ()).join().unwrap();
            });
            inner_end.store(value.load(SeqCst), SeqCst);
            first.join().unwrap();
        });
        inner_end.load(SeqCst)
    });
    assert_eq!(between, (2, 0, 2));
}

/// A thread of a scope starts another one in it, which the scope waits for, too.
#[test]
fn a_thread_starts_one_in_its_own_scope() {
    let ends = explore(|| {
        adding::<1>(|scope, value| {
            let first = scope.spawn(move || {
                scope.spawn(|| value.fetch_add(1, SeqCst));
            });
            first.join().unwrap();
        })
    });
    // The inner one has ended when it is let go, or not.
    assert_eq!(ends, (2, 0, 1));
}

/// Who panics first does not matter to who waits for both.
#[test]
fn a_scope_with_threads_that_panic() {
    let ends = explore(|| {
        let result = catch_unwind(|| {
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| panic!("expected"));
                }
            });
        });
        usize::from(result.is_err())
    });
    // Each has ended when it is let go, or not.
    assert_eq!(ends, (2 * 2, 0, 1));
}

/// Each of the threads has a lock that the other waits for, and the main thread waits for both.
#[test]
fn a_scope_does_not_hide_a_deadlock() {
    let ends = explore(|| {
        let (a, b) = (Mutex::new(()), Mutex::new(()));
        thread::scope(|scope| {
            for (one, other) in [(&a, &b), (&b, &a)] {
                scope.spawn(move || {
                    let _one = one.lock().unwrap();
                    let _other = other.lock().unwrap();
                });
            }
        });
        0
    });
    // The second comes first: the first has not ended when it is let go, the second may have. The first does: so
    // may both. Or each has one lock.
    assert_eq!(ends, (2 + 2 * 2 + 1, 1, 1));
}

/// The wait at the end of a scope may take the token of another thread, and then the main thread parks for ever.
#[test]
fn a_scope_may_take_a_token() {
    let (_, failing, _) = explore(|| {
        let main = thread::current();
        let other = thread::spawn(move || main.unpark());
        thread::scope(|scope| {
            scope.spawn(|| ());
        });
        thread::park();
        other.join().unwrap();
        0
    });
    assert!(failing > 0);
}
