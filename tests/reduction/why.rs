//! Why a failure fails: which conflicting steps come the other way round in the nearest execution that held.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;

use interlace::failure::AccessKind;
use interlace::{Engine, Explorer, Failure, Report, marker};

/// The lines of the report that say why, or none. Both engines say the same, and so does the report that is
/// read back.
fn why<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> (Vec<String>, Failure) {
    let [one, other] = [Engine::Threads, Engine::Fibers].map(|engine| {
        let report = explorer().engine(engine).explore();
        let read = Report::from_json(&report.to_json()).unwrap();
        let failure = report.assert_fails().clone();
        assert_eq!(Some(&failure), read.failure());
        failure
    });
    assert_eq!(one, other);
    let text = one.to_string();
    let Some((before, after)) = text.split_once("\nwhy: ") else {
        assert!(one.conflicts().is_empty());
        return (Vec::new(), one);
    };
    let (why, after) = after.split_once("\n\n").unwrap();
    assert!(before.contains("\nschedule: ") && after.starts_with("regression test, "));
    let mut lines = why.split("\n  ");
    let head = lines.next().unwrap();
    assert_eq!(
        head,
        "it holds if these conflicting steps come the other way round"
    );
    let lines: Vec<String> = lines.map(str::to_owned).collect();
    let conflicts = one.conflicts().iter().map(ToString::to_string);
    assert!(conflicts.eq(lines.iter().cloned()));
    (lines, one)
}

/// As [`why`], without the places of the markers in the source.
fn steps<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Vec<String> {
    let without_places = |line: String| {
        let parts = line.split(" (tests/reduction/why.rs:");
        let (first, parts) = (parts.clone().next().unwrap().to_owned(), parts.skip(1));
        parts.fold(first, |line, part| line + part.split_once(')').unwrap().1)
    };
    let (lines, _) = why(explorer);
    lines.into_iter().map(without_places).collect()
}

#[derive(Default)]
struct Counter {
    value: AtomicU32,
}

#[interlace::trace]
impl Counter {
    fn increment(&self) {
        let temp = self.value.load(SeqCst); // interlace: read_value reads(self.value)
        self.value.store(temp + 1, SeqCst); // interlace: write_value writes(self.value)
    }
}

fn counting(threads: u32) -> Explorer<Counter> {
    let explorer = (0..threads).fold(Explorer::new(Counter::default), |explorer, number| {
        explorer.thread(format!("t{number}"), Counter::increment)
    });
    explorer.check(move |counter| assert_eq!(counter.value.load(SeqCst), threads))
}

#[test]
fn the_read_of_a_lost_update_came_before_the_write_of_another() {
    let (lines, failure) = why(|| counting(2));
    assert_eq!(
        lines,
        [
            "t0:read_value (tests/reduction/why.rs:60) reads `self.value` before \
          t1:write_value (tests/reduction/why.rs:61) writes it"
        ]
    );
    let [conflict] = failure.conflicts() else {
        panic!("{lines:?}");
    };
    assert!(conflict.has_second());
    let (read, write) = (conflict.first(), conflict.second());
    assert_eq!((read.thread(), write.thread()), ("t0", "t1"));
    assert_eq!(
        (read.access(), write.access()),
        (AccessKind::Read, AccessKind::Write)
    );
    assert_eq!((read.place(), write.place()), ("self.value", "self.value"));
    assert_eq!(
        (read.marker().name(), write.marker().line()),
        ("read_value", 61)
    );
}

#[test]
fn as_few_pairs_as_possible_are_told() {
    // The minimal failure lets two of the threads read at first, and the third comes last.
    let lines = steps(|| counting(3));
    assert_eq!(
        lines,
        ["t0:read_value reads `self.value` before t1:write_value writes it"]
    );
}

#[test]
fn what_was_used_too_early_had_not_been_written() {
    let lines = steps(|| {
        Explorer::new(AtomicBool::default)
            .thread("init", |ready: &AtomicBool| {
                marker!("prepare", writes("memory"));
                marker!("set", writes(ready));
                ready.store(true, SeqCst);
            })
            .thread("user", |it: &AtomicBool| {
                marker!("use", reads(*it));
                assert!(it.load(SeqCst), "not ready");
            })
    });
    // That it came before `prepare` does not matter.
    assert_eq!(
        lines,
        ["user:use reads `*it` before init:set can write `ready`"]
    );
}

#[test]
fn a_reader_came_between_two_writes() {
    let lines = steps(|| {
        Explorer::new(<[AtomicU32; 2]>::default)
            .thread("writer", |[a, b]| {
                marker!("first", writes(a));
                a.store(1, SeqCst);
                marker!("second", writes(b));
                b.store(1, SeqCst);
            })
            .thread("reader", |[a, b]| {
                marker!("both", reads(a, b));
                assert_eq!(a.load(SeqCst), b.load(SeqCst));
            })
    });
    // Either comes before both, or after both.
    assert_eq!(
        lines,
        ["writer:first writes `a` before reader:both reads it"]
    );
}

#[derive(Default)]
struct Flag {
    lock: Mutex<()>,
    is_set: AtomicBool,
}

#[interlace::trace]
impl Flag {
    fn set(&self) {
        // interlace: set acquires(self.lock) writes(self.is_set)
        let _guard = self.lock.lock().unwrap();
        self.is_set.store(true, SeqCst);
    }

    fn is_set(&self) -> bool {
        self.is_set.load(SeqCst) // interlace: get reads("log", *&self.is_set)
    }
}

#[test]
fn a_comment_calls_each_place_by_its_name() {
    let lines = steps(|| {
        Explorer::new(Flag::default)
            .thread("setter", Flag::set)
            .thread("getter", |flag| assert!(flag.is_set()))
    });
    assert_eq!(
        lines,
        ["getter:get reads `*&self.is_set` before setter:set can write `self.is_set`"]
    );
}

#[test]
fn each_place_that_two_steps_touch_is_told() {
    let lines = steps(|| {
        Explorer::new(<[AtomicU32; 2]>::default)
            .thread("writer", |[a, b]| {
                marker!("write", reads(a, b), writes(a), writes(b));
                a.store(1, SeqCst);
                b.store(1, SeqCst);
            })
            .thread("reader", |[a, b]| {
                marker!("read", reads(b, a));
                assert_eq!(a.load(SeqCst) + b.load(SeqCst), 2);
            })
    });
    assert_eq!(
        lines,
        [
            "reader:read reads `a` before writer:write can write it",
            "reader:read reads `b` before writer:write can write it",
        ]
    );
}

fn philosophers(count: usize) -> Explorer<Vec<Mutex<()>>> {
    let forks = move || (0..count).map(|_| Mutex::default()).collect();
    (0..count).fold(Explorer::new(forks), |explorer, seat| {
        explorer.thread(format!("t{seat}"), move |forks: &Vec<Mutex<()>>| {
            let (left, right) = (&forks[seat], &forks[(seat + 1) % count]);
            marker!("take", acquires(left));
            let _left = left.lock().unwrap();
            marker!("take_other", acquires(right));
            let _right = right.lock().unwrap();
            marker!("eat", reads());
        })
    })
}

#[test]
fn a_lock_of_a_deadlock_was_acquired_before_another_thread_came_to_it() {
    for count in [2, 3, 5] {
        let lines = steps(|| philosophers(count));
        let expected = "t1:take acquires `left` before t0:take_other can acquire it as `right`";
        assert_eq!(lines, [expected], "of {count}");
    }
}

#[test]
fn started_threads_are_named() {
    let lines = steps(|| {
        Explorer::new(Arc::<Counter>::default).thread("parent", |counter: &Arc<Counter>| {
            let children = [0, 1].map(|_| {
                let counter = Arc::clone(counter);
                thread::spawn(move || counter.increment())
            });
            for child in children {
                child.join().unwrap();
            }
            assert_eq!(counter.value.load(SeqCst), 2);
        })
    });
    let expected = "parent/1:read_value reads `self.value` before parent/2:write_value writes it";
    assert_eq!(lines, [expected]);
}

#[test]
fn a_step_after_a_join_is_told_as_one() {
    let lines = steps(|| {
        Explorer::new(Arc::<AtomicU32>::default)
            .thread("parent", |cell: &Arc<AtomicU32>| {
                let child = thread::spawn(|| marker!("child", reads()));
                marker!("join", reads(cell));
                child.join().unwrap();
                assert_eq!(cell.load(SeqCst), 0);
            })
            .thread("other", |own: &Arc<AtomicU32>| {
                marker!("write", writes(own));
                own.store(1, SeqCst);
            })
    });
    assert_eq!(
        lines,
        ["other:write writes `own` before parent:join reads `cell`"]
    );
}

#[test]
fn a_task_that_goes_on_after_it_was_pending_is_told_so() {
    let lines = steps(|| {
        Explorer::new(AtomicU32::default)
            .task("task", async |cell: &AtomicU32| {
                marker!("begin", writes("turn"));
                let mut is_first = true;
                std::future::poll_fn(|context| {
                    context.waker().wake_by_ref();
                    if std::mem::take(&mut is_first) {
                        Poll::Pending
                    } else {
                        Poll::Ready(())
                    }
                })
                .await;
                assert_eq!(cell.load(SeqCst), 0);
            })
            .thread("other", |cell| {
                marker!("write", writes(cell, "turn"));
                cell.store(1, SeqCst);
            })
    });
    assert_eq!(
        lines,
        ["other:write writes `\"turn\"` before task:resume(begin) writes it"]
    );
}

#[test]
fn two_reversals_may_be_needed() {
    // It fails unless both of the other threads come first, and neither touches what the other does.
    let lines = steps(|| {
        Explorer::new(<[AtomicU32; 2]>::default)
            .thread("user", |[a, b]| {
                marker!("use", reads(a, b));
                assert_eq!(a.load(SeqCst) + b.load(SeqCst), 2);
            })
            .thread("one", |[a, _]| {
                marker!("set", writes(a));
                a.store(1, SeqCst);
            })
            .thread("two", |[_, b]| {
                marker!("set", writes(b));
                b.store(1, SeqCst);
            })
    });
    assert_eq!(
        lines,
        [
            "user:use reads `a` before one:set can write it",
            "user:use reads `b` before two:set can write it",
        ]
    );
}

#[test]
fn nothing_is_told_of_what_always_fails() {
    let lines = steps(|| counting(2).check(|_| panic!("always")));
    assert_eq!(lines, [""; 0]);
}

#[test]
fn nothing_is_told_where_a_step_may_touch_anything() {
    let lines = steps(|| {
        counting(2).thread("opaque", |counter: &Counter| {
            marker!("look");
            counter.value.load(SeqCst);
        })
    });
    assert_eq!(lines, [""; 0]);
    // Nor where the order that matters is that of steps which touch nothing in common.
    let lines = steps(|| {
        Explorer::new(<[AtomicU32; 2]>::default)
            .thread("one", |[a, _]| {
                marker!("set", writes(a));
                a.store(1, SeqCst);
            })
            .thread("two", |[_, b]| {
                marker!("set", writes(b));
                b.store(1, SeqCst);
            })
            .invariant("the second is set first", |[a, b]| {
                a.load(SeqCst) <= b.load(SeqCst)
            })
    });
    assert_eq!(lines, [""; 0]);
}
