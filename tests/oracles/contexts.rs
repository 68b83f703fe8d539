//! A stack of contexts that two threads share: what is on top need not be one's own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use interlace::{Explorer, permutations};

use crate::oracle::{Oracle, assert_right};

/// Contexts by the number of the thread; and whether each thread saw another's on top.
#[derive(Default)]
struct Contexts {
    shared: Mutex<Vec<usize>>,
    own: [Mutex<Vec<usize>>; 2],
    saw_another: [AtomicBool; 2],
}

#[interlace::trace]
impl Contexts {
    fn enter(&self, stack: &Mutex<Vec<usize>>, thread: usize) {
        stack.lock().unwrap().push(thread); // interlace: push
        let top = stack.lock().unwrap().last().copied(); // interlace: see
        self.saw_another[thread].store(top != Some(thread), SeqCst);
        stack.lock().unwrap().pop(); // interlace: pop
    }

    fn saw_another(&self) -> [bool; 2] {
        [0, 1].map(|thread| self.saw_another[thread].load(SeqCst))
    }
}

fn on_one_stack() -> Explorer<Contexts> {
    Explorer::new(Contexts::default)
        .thread("t1", |contexts| contexts.enter(&contexts.shared, 0))
        .thread("t2", |contexts| contexts.enter(&contexts.shared, 1))
        .outcome(Contexts::saw_another)
}

/// Thread 1 should see its own context.
fn first_sees_its_own() -> Explorer<Contexts> {
    on_one_stack().check(|contexts| assert!(!contexts.saw_another()[0]))
}

const OUTCOMES: &[(&str, u64)] = &[
    ("[false, false]", 8),
    ("[false, true]", 5),
    ("[true, false]", 5),
    ("[true, true]", 2),
];

#[test]
fn the_first_thread_sees_the_context_of_the_other_in_seven_of_twenty() {
    // 6! / (3! 3!) = 20. t1 sees another's when t2 pushes between t1's push and its look, and the
    // pop that follows is not done yet; or when t2's pop took t1's context away. The order is
    // aaabbb, aababb, aabbab, aabbba, abaabb, …: aba is the first where t2 pushes before the look.
    // It takes two preemptions, to t2 and back; a schedule with two has at least three steps, and
    // `aba` is the first of these.
    Oracle {
        schedules: 20,
        failing: 7,
        outcomes: OUTCOMES,
        first: 5,
        found: "t1:push t2:push t1:see t1:pop t2:see t2:pop",
        minimal: "t1:push t2:push t1:see",
        preemptions: 2,
    }
    .assert(first_sees_its_own);
}

#[test]
fn either_thread_sees_the_context_of_the_other_in_twelve_of_twenty() {
    // 7 + 7 - 2. In aababb, the second, t1's pop takes t2's context away. The minimum is the same:
    // `aaba` is a step longer than `aba`.
    Oracle {
        schedules: 20,
        failing: 12,
        outcomes: OUTCOMES,
        first: 2,
        found: "t1:push t1:see t2:push t1:pop t2:see t2:pop",
        minimal: "t1:push t2:push t1:see",
        preemptions: 2,
    }
    .assert(|| on_one_stack().check(|contexts| assert_eq!(contexts.saw_another(), [false; 2])));
}

#[test]
fn no_schedule_with_one_preemption_shows_the_context_of_the_other() {
    // The two serial ones; and a, aa, b or bb, all of the other, and the rest: six.
    let markers = ["push", "see", "pop"];
    let bounded: Vec<_> = permutations::all([("t1", markers), ("t2", markers)])
        .filter(|schedule| schedule.preemptions() <= 1)
        .collect();
    assert_eq!(bounded.len(), 6);
    for schedule in bounded {
        first_sees_its_own().replay(&schedule).assert_ok();
    }
}

#[test]
fn a_stack_of_ones_own_shows_ones_own_context() {
    let explorer = || {
        Explorer::new(Contexts::default)
            .thread("t1", |contexts| contexts.enter(&contexts.own[0], 0))
            .thread("t2", |contexts| contexts.enter(&contexts.own[1], 1))
            .check(|contexts| assert_eq!(contexts.saw_another(), [false; 2]))
    };
    assert_right(explorer, 20);
}
