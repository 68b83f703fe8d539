//! Loops that wait for another thread.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::thread;

use interlace::{Engine, Explorer, Verdict, marker, schedule};

use crate::oracle::assert_always;

/// What is to be made once, by the first who comes.
#[derive(Default)]
struct Once {
    is_claimed: AtomicBool,
    is_done: AtomicBool,
    runs: AtomicU32,
}

impl Once {
    fn run(&self, claims: fn(&AtomicBool) -> bool, waits: fn()) {
        marker!("claim");
        if claims(&self.is_claimed) {
            marker!("make");
            self.runs.fetch_add(1, SeqCst);
            self.is_done.store(true, SeqCst);
        }
        while !self.is_done.load(SeqCst) {
            waits();
        }
    }
}

fn at_once(is_claimed: &AtomicBool) -> bool {
    !is_claimed.swap(true, SeqCst)
}

fn in_two_steps(is_claimed: &AtomicBool) -> bool {
    let is_first = !is_claimed.load(SeqCst);
    marker!("set");
    is_claimed.store(true, SeqCst);
    is_first
}

fn once(claims: fn(&AtomicBool) -> bool, waits: fn()) -> Explorer<Once> {
    let body = move |once: &Once| once.run(claims, waits);
    Explorer::new(Once::default)
        .thread("a", body)
        .thread("b", body)
        .check(|once| assert_eq!(once.runs.load(SeqCst), 1, "it ran twice"))
}

#[test]
fn a_loop_that_lets_others_go_first_waits_for_them() {
    // With a1 `claim`, a2 `make` and + that one goes on from the loop: a1 a2 b1; a1 b1 a2 b+; and the same
    // with b first.
    assert_always(|| once(at_once, thread::yield_now), &[(Verdict::Held, 4)]).assert_ok();
    // Here who claims passes `set`, too. If both pass `claim` first, both make it: 2 orders, and 4! /
    // (2! 2!) of what follows. If a passes both, `make` comes before, between or after those of b.
    let counts = [(Verdict::Held, 6), (Verdict::CheckFailed, 12)];
    let report = assert_always(|| once(in_two_steps, thread::yield_now), &counts);
    let failure = report.assert_fails();
    assert_eq!(failure.schedule(), &schedule![a: claim, b: claim]);
}

#[test]
fn a_loop_with_a_marker_waits_if_it_lets_others_go_first() {
    // a1 a2 b1: b does not wait. Or b comes after a1, passes `spin` up to 15 times, and once more after
    // a2: 16. The sixteenth time it lets a go first: 1. The same with b first.
    let spins = || {
        marker!("spin");
        thread::yield_now();
    };
    assert_always(|| once(at_once, spins), &[(Verdict::Held, 36)]).assert_ok();
}

#[test]
fn a_loop_with_a_marker_alone_meets_the_step_limit() {
    // With at most 12 steps: a1 a2 b1; and a1 b1, `spin` up to 8 times, a2, `spin`, which are 9.
    // With `spin` 9 or 10 times the limit comes first. The same with b first.
    let spins = || marker!("spin");
    for engine in [Engine::Threads, Engine::Fibers] {
        let explorer = once(at_once, spins).max_steps(12).keep_going();
        let report = explorer.engine(engine).explore();
        let counts = [(Verdict::Held, 20), (Verdict::StepLimit, 4)];
        assert_eq!(report.verdicts().collect::<Vec<_>>(), counts, "{report}");
        assert!(!report.is_exhaustive(), "{report}");
    }
}
