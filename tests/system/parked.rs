//! Threads that park, where what an earlier execution has left must not wake them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{self, Thread};

use interlace::{Explorer, Verdict, marker, schedule};

use crate::oracle::assert_always;

#[derive(Default)]
struct Sleeper {
    thread: OnceLock<Thread>,
    is_done: AtomicBool,
}

/// One who parks if the other is done, which is wrong, or goes on, which is right.
fn sleeper(if_done: fn()) -> Explorer<Sleeper> {
    Explorer::new(Sleeper::default)
        .thread("sleeper", move |sleeper| {
            marker!("look");
            if sleeper.is_done.load(SeqCst) {
                return if_done();
            }
            sleeper.thread.set(thread::current()).unwrap();
            marker!("look_again");
        })
        .thread("waker", |sleeper| {
            marker!("unpark");
            sleeper.thread.get().inspect(|thread| thread.unpark());
            sleeper.is_done.store(true, SeqCst);
        })
}

#[test]
fn a_token_that_is_left_wakes_nobody_in_the_next_execution() {
    // look unpark look_again, look look_again unpark: held, and the token is left. unpark look: the
    // sleeper waits for one who has ended.
    let counts = [(Verdict::Held, 2), (Verdict::Deadlocked, 1)];
    let report = assert_always(|| sleeper(thread::park), &counts);
    assert_eq!(report.assert_fails().schedule(), &schedule![waker: unpark]);
    assert_always(|| sleeper(|| ()), &[(Verdict::Held, 3)]).assert_ok();
}

/// As above; here `scope` leaves the token, if its thread ends before the scope waits.
fn scope(if_set: fn()) -> Explorer<AtomicBool> {
    Explorer::new(AtomicBool::default)
        .thread("a", move |is_set| {
            marker!("look");
            if is_set.load(SeqCst) {
                return if_set();
            }
            thread::scope(|scope| scope.spawn(|| ()).join().unwrap());
        })
        .thread("b", |is_set| {
            marker!("set");
            is_set.store(true, SeqCst);
        })
}

#[test]
fn a_token_of_a_scope_wakes_nobody_in_the_next_execution() {
    // The steps of `a` are `look`, the start of its thread and its end. `set` comes after the first, the
    // second or the third: held. Before them: nobody wakes `a`.
    let counts = [(Verdict::Held, 3), (Verdict::Deadlocked, 1)];
    let report = assert_always(|| scope(thread::park), &counts);
    assert_eq!(report.assert_fails().schedule(), &schedule![b: set]);
    assert_always(|| scope(|| ()), &[(Verdict::Held, 4)]).assert_ok();
}
