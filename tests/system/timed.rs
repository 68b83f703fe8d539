//! Waits that end when their time is up.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Explorer, Timeouts, Verdict, marker, schedule};

use crate::oracle::assert_always;

/// A pool with one connection.
#[derive(Default)]
struct Pool {
    is_taken: Mutex<bool>,
    is_free: Condvar,
}

impl Pool {
    /// Takes the connection, unless it is not given back for a second.
    fn take(&self) -> bool {
        let is_taken = self.is_taken.lock().unwrap();
        let second = Duration::from_secs(1);
        let waited = self
            .is_free
            .wait_timeout_while(is_taken, second, |is_taken| *is_taken);
        let (mut is_taken, timeout) = waited.unwrap();
        *is_taken = true;
        !timeout.timed_out()
    }

    fn give_back(&self) {
        *self.is_taken.lock().unwrap() = false;
        self.is_free.notify_one();
    }
}

/// Two that use the pool.
fn pool(gives_back: bool) -> Explorer<Pool> {
    let works = move |pool: &Pool| {
        marker!("take");
        assert!(pool.take(), "it is given back at once");
        marker!("give_back");
        if gives_back {
            pool.give_back();
        }
    };
    Explorer::new(Pool::default)
        .thread("a", works)
        .thread("b", works)
}

#[test]
fn a_wait_for_what_is_given_back_at_once_times_out_only_early() {
    // Each takes and gives back: a1 b1 a2 + b2, where b waits and goes on, or a1 a2 b1 b2; and the
    // same with b first. + means that one goes on.
    let late = || pool(true).timeouts(Timeouts::Late);
    assert_always(late, &[(Verdict::Held, 4)]).assert_ok();
    // Here nobody gives it back: a1 b1 a2, and then the time of b is up, or a1 a2 b1; and the same
    // with b first.
    let late = || pool(false).timeouts(Timeouts::Late);
    let report = assert_always(late, &[(Verdict::Panicked, 4)]);
    let text = report.assert_fails().to_string();
    assert!(text.contains("take (times out) "), "{text}");
    assert!(!text.contains("early"), "{text}");

    // While one waits, its time may be up before the other gives back. Then it fails: a1 b1 and
    // that.
    let counts = [(Verdict::Held, 4), (Verdict::Panicked, 2)];
    let report = assert_always(|| pool(true), &counts);
    let failure = report.assert_fails();
    let too_slow = schedule![a: take, b: take, b: timeout(take)];
    assert_eq!(failure.schedule(), &too_slow, "{failure}");
    assert_eq!(failure.preemptions(), 2, "{failure}");
    let text = failure.to_string();
    assert!(text.contains("take (times out early) "), "{text}");
    assert!(
        text.contains("\nearly time-outs: a wait has timed out"),
        "{text}"
    );
}

#[test]
fn by_the_real_clock_sleeps_and_waits_take_their_time() {
    // `sleep`, the end of the sleep and `x`. Whoever sleeps does so until nobody else can go on: both
    // orders of the markers, and the end comes last. The time of a wait that nobody ends is up, too.
    let length = Duration::from_millis(3);
    let explorer = || {
        Explorer::new(|| ())
            .thread("a", move |()| {
                marker!("sleep");
                let since = Instant::now();
                thread::sleep(length);
                assert!(since.elapsed() >= length);
                thread::park_timeout(length);
                assert!(since.elapsed() >= 2 * length);
            })
            .thread("b", |()| marker!("x"))
            .real_time(true)
    };
    let since = Instant::now();
    let report = explorer().explore();
    report.assert_ok();
    assert!(
        since.elapsed() >= 4 * length,
        "two executions, each with two waits"
    );
    assert_always(explorer, &[(Verdict::Held, 2)]).assert_ok();
}
