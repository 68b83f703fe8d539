//! What a program does when it is asked whether something is free: it may take its time, wake tasks,
//! panic, or reach a marker. None of the engine's locks is held meanwhile.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::declared::assert_counts;
use interlace::{Acquire, Engine, ErrorKind, Explorer, FailureKind, Verdict, marker};

/// Answers with what a function of the state says.
struct Asks<'a, S>(&'a S, fn(&S) -> bool);

impl<S: Sync> Acquire for Asks<'_, S> {
    fn is_free(&self) -> bool {
        (self.1)(self.0)
    }
}

/// Two threads with one marker each, of which the first asks.
fn asks_first(question: fn(&AtomicU32) -> bool) -> Explorer<AtomicU32> {
    Explorer::new(AtomicU32::default)
        .thread("asks", move |asked| {
            marker!("take", acquires(Asks(asked, question)));
        })
        .thread("other", |_| marker!("other"))
}

#[test]
fn one_that_panics_leaves_it_to_the_thread() {
    // As if it were free: either of the two first.
    let panics = |_: &AtomicU32| panic!("nobody knows");
    assert_counts(|| asks_first(panics), 2, 0).assert_ok();
}

#[test]
fn one_that_reaches_a_marker_does_not_pause_there() {
    let reaches = |asked: &AtomicU32| {
        marker!("inside");
        asked.fetch_add(1, SeqCst);
        marker!("inside", acquires(Asks(asked, |_| false)));
        true
    };
    let report = assert_counts(
        || asks_first(reaches).check(|asked| assert_ne!(asked.load(SeqCst), 0)),
        2,
        0,
    );
    // No step of the two schedules is at a marker of the question.
    report.assert_ok();
}

/// A task that waits to be woken, and whether it has ended.
#[derive(Default)]
struct Sleeper {
    waker: Mutex<Option<Waker>>,
    has_ended: AtomicBool,
}

#[test]
fn one_that_wakes_a_task_wakes_it_before_the_next_turn() {
    let wakes = |sleeper: &Sleeper| {
        let waker = sleeper.waker.lock().unwrap().take();
        waker.inspect(Waker::wake_by_ref);
        sleeper.has_ended.load(SeqCst)
    };
    let program = move || {
        Explorer::new(Sleeper::default)
            .allow_trivial()
            .thread("wakes", move |sleeper| {
                marker!("take", acquires(Asks(sleeper, wakes)));
            })
            .task("sleeps", async |sleeper| {
                let mut was_polled = false;
                poll_fn(|context| {
                    if std::mem::replace(&mut was_polled, true) {
                        return Poll::Ready(());
                    }
                    *sleeper.waker.lock().unwrap() = Some(context.waker().clone());
                    Poll::Pending
                })
                .await;
                sleeper.has_ended.store(true, SeqCst);
            })
    };
    // The task waits, and is woken when it is asked whether `wakes` could go on. That can only when
    // the task has gone on. So there is one schedule, and no deadlock.
    assert_counts(program, 1, 0).assert_ok();
}

/// What is not answered before it is opened, but for the first time.
#[derive(Default)]
struct Door {
    asked: AtomicU32,
    /// Whether somebody waits for an answer.
    is_being_asked: AtomicBool,
    /// Whether the one who was to be visited went away meanwhile.
    has_gone: AtomicBool,
    is_open: Mutex<bool>,
    news: Condvar,
}

impl Door {
    fn wait(&self) -> bool {
        if self.asked.fetch_add(1, SeqCst) > 0 {
            self.is_being_asked.store(true, SeqCst);
            let is_open = self.is_open.lock().unwrap();
            drop(self.news.wait_while(is_open, |is_open| !*is_open));
            self.is_being_asked.store(false, SeqCst);
        }
        true
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.news.notify_all();
    }
}

/// A visitor at the door, on the stack of the thread that is asked.
struct Visit<'a>(&'a Door);

impl Acquire for Visit<'_> {
    fn is_free(&self) -> bool {
        self.0.wait()
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let is_early = self.0.is_being_asked.load(SeqCst);
        self.0.has_gone.fetch_or(is_early, SeqCst);
    }
}

const TIMEOUT: Duration = Duration::from_millis(200);

/// The second thread comes to its marker, and the first is asked for the second time: by another
/// thread than itself, from whose stack the question must not go meanwhile.
fn never_answers(door: &Arc<Door>) -> Explorer<Arc<Door>> {
    let door = Arc::clone(door);
    Explorer::new(move || Arc::clone(&door))
        .thread("asked", |door| {
            let visit = Visit(door);
            marker!("slow", acquires(visit));
        })
        .thread("comes", |_| marker!("other"))
        .timeout(TIMEOUT)
}

/// Waits until nobody but the caller has the door; fails if that takes too long.
fn wait_for_ends(door: &Arc<Door>) {
    let since = Instant::now();
    while Arc::strong_count(door) > 1 {
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "somebody is left"
        );
        thread::sleep(Duration::from_millis(1));
    }
    assert!(!door.has_gone.load(SeqCst), "it was still being asked");
}

#[test]
fn one_that_is_never_answered_ends_with_the_time_and_is_named() {
    let door = Arc::new(Door::default());
    let report = never_answers(&door).engine(Engine::Threads).explore();
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts, [(Verdict::TimedOut, 1)], "{report}");
    let failure = report.assert_fails();
    let FailureKind::TimeOut(time_out) = failure.kind() else {
        panic!("{failure}");
    };
    let text = time_out.to_string();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let [_, _, asked, comes] = lines[..] else {
        panic!("{text}");
    };
    assert!(
        asked.starts_with("asked  is paused at slow (tests/"),
        "{text}"
    );
    assert!(
        asked.ends_with("), and whether what it acquires there is free was asked and not answered"),
        "{text}"
    );
    assert!(
        comes.starts_with("comes  is paused at other (tests/"),
        "{text}"
    );
    assert!(comes.ends_with(')'), "{text}");
    // What is asked is still there when it is answered at last, and all threads unwind then.
    thread::sleep(TIMEOUT);
    door.open();
    wait_for_ends(&door);
}

#[test]
fn on_fibers_one_that_is_never_answered_is_an_error_that_names_it() {
    let door = Arc::new(Door::default());
    let report = never_answers(&door).engine(Engine::Fibers).explore();
    let error = report.error().expect("the carrier waits");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let text = error.to_string();
    assert!(
        text.starts_with("the question whether what thread `asked` acquires at slow (tests/"),
        "{text}"
    );
    assert!(
        text.contains(") is free has not come back for 200ms"),
        "{text}"
    );
    door.open();
    wait_for_ends(&door);
}
