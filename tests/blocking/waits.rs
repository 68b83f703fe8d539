//! Threads that wait for another to say something: condition variables, channels, barriers,
//! parking, joins.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Barrier, Condvar, Mutex, Once};
use std::thread::{self, Thread};

use interlace::{Explorer, FailureKind, marker, schedule};

use crate::oracle::assert_counts;

#[derive(Default)]
struct Flag {
    is_set: Mutex<bool>,
    news: Condvar,
}

impl Flag {
    fn set(&self) {
        marker!("set");
        *self.is_set.lock().unwrap() = true;
        self.news.notify_one();
    }
}

#[test]
fn a_condition_that_is_looked_at_under_the_lock_is_not_missed() {
    // `set` and `look` in either order, and where `look` came first, the waiter goes on: 2.
    assert_counts(
        || {
            Explorer::new(Flag::default)
                .thread("waits", |flag| {
                    marker!("look");
                    let mut is_set = flag.is_set.lock().unwrap();
                    while !*is_set {
                        is_set = flag.news.wait(is_set).unwrap();
                    }
                })
                .thread("sets", Flag::set)
        },
        2,
        0,
    )
    .assert_ok();
}

#[test]
fn a_condition_that_is_looked_at_too_early_is_missed() {
    // look wait set: waits, and is woken. look set wait: waits for ever. set look: does not wait,
    // so there are no further markers.
    let report = assert_counts(
        || {
            Explorer::new(Flag::default)
                .thread("waits", |flag| {
                    marker!("look");
                    if !*flag.is_set.lock().unwrap() {
                        marker!("wait");
                        let guard = flag.is_set.lock().unwrap();
                        drop(flag.news.wait(guard));
                    }
                })
                .thread("sets", Flag::set)
        },
        2,
        1,
    );
    let failure = report.assert_fails();
    assert_eq!(failure.schedule(), &schedule![waits: look, sets: set]);
    assert!(failure.is_reproduced(), "{failure}");
}

#[test]
fn the_same_with_parking_lot() {
    type Flag = (parking_lot::Mutex<bool>, parking_lot::Condvar);
    let program = |looks_again: bool| {
        move || {
            Explorer::new(Flag::default)
                .thread("waits", move |(is_set, news)| {
                    marker!("look");
                    let is_early = *is_set.lock();
                    if !is_early {
                        marker!("wait");
                        let mut guard = is_set.lock();
                        if !(looks_again && *guard) {
                            news.wait(&mut guard);
                        }
                    }
                })
                .thread("sets", |(is_set, news)| {
                    marker!("set");
                    *is_set.lock() = true;
                    news.notify_one();
                })
        }
    };
    // As above; who looks again does not wait for what has come.
    assert_counts(program(false), 2, 1).assert_fails();
    assert_counts(program(true), 3, 0).assert_ok();
}

#[test]
fn one_who_is_told_before_waiting_waits_for_ever() {
    // Nobody is told a second time: the waiter must be there first. wait notify: held. notify
    // wait: deadlock.
    let report = assert_counts(
        || {
            Explorer::new(Flag::default)
                .thread("waits", |flag| {
                    marker!("wait");
                    drop(flag.news.wait(flag.is_set.lock().unwrap()));
                })
                .thread("notifies", |flag| {
                    marker!("notify");
                    flag.news.notify_one();
                })
        },
        1,
        1,
    );
    assert_eq!(
        report.assert_fails().schedule(),
        &schedule![notifies: notify]
    );
}

#[test]
fn a_thread_that_locks_twice_deadlocks_with_itself() {
    let report = assert_counts(
        || {
            Explorer::new(Mutex::default).thread("a", |lock: &Mutex<()>| {
                marker!("once");
                let _once = lock.lock().unwrap();
                marker!("twice");
                let _twice = lock.lock().unwrap();
            })
        },
        0,
        1,
    );
    let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
        panic!("{report}");
    };
    let threads = deadlock.to_string();
    assert!(
        threads.contains("a  is blocked at lock or condition 1, after passing twice"),
        "{threads}"
    );
}

#[test]
fn parking_and_unparking_come_in_either_order() {
    // The parker tells who it is before its marker. park unpark, park goes on: 1; unpark park: 1.
    let report = assert_counts(
        || {
            Explorer::new(|| (Mutex::new(None::<Thread>), AtomicBool::new(false)))
                .thread("parks", |(parker, is_done)| {
                    *parker.lock().unwrap() = Some(thread::current());
                    marker!("park");
                    while !is_done.load(SeqCst) {
                        thread::park();
                    }
                })
                .thread("unparks", |(parker, is_done)| {
                    marker!("unpark");
                    is_done.store(true, SeqCst);
                    parker.lock().unwrap().as_ref().unwrap().unpark();
                })
        },
        2,
        0,
    );
    report.assert_ok();
}

#[test]
fn a_barrier_of_two_holds_two_and_of_three_holds_them_for_ever() {
    // Either comes first, waits, and goes on when the other has come. The last goes on at once and
    // ends. Two orders. With a barrier of three, each of the two waits: two orders, both dead.
    let program = |size: usize| {
        move || {
            let body = |barrier: &Barrier| {
                marker!("meet");
                barrier.wait();
            };
            Explorer::new(move || Barrier::new(size))
                .thread("a", body)
                .thread("b", body)
        }
    };
    assert_counts(program(2), 2, 0).assert_ok();
    assert_counts(program(3), 0, 2).assert_fails();
}

type Ends<S> = (Mutex<Option<S>>, Mutex<Receiver<u32>>);

fn ends<S>((sender, receiver): (S, Receiver<u32>)) -> Ends<S> {
    (Mutex::new(Some(sender)), Mutex::new(receiver))
}

#[test]
fn a_receiver_waits_for_a_sender_that_is_still_there() {
    // receive send, receive goes on: 1; send receive: 1. The sender is dropped when it has sent.
    assert_counts(
        || {
            Explorer::new(|| ends::<Sender<u32>>(channel()))
                .thread("receives", |(_, receiver)| {
                    marker!("receive");
                    assert_eq!(receiver.lock().unwrap().recv(), Ok(7));
                })
                .thread("sends", |(sender, _)| {
                    marker!("send");
                    let sender = sender.lock().unwrap().take().unwrap();
                    sender.send(7).unwrap();
                })
        },
        2,
        0,
    )
    .assert_ok();
}

#[test]
fn a_receiver_that_wants_one_more_waits_for_ever_unless_the_sender_goes() {
    // Two receives, one send. r1 waits until s, or not; then r2 waits, since the sender is kept:
    // s r1 r2; r1 s, and then r1 goes on up to r2: two executions, both dead. If the sender goes
    // with its thread, the second receive ends with an error, in both.
    let program = |keeps: bool| {
        move || {
            Explorer::new(|| ends::<Sender<u32>>(channel()))
                .thread("receives", |(_, receiver)| {
                    let receiver = receiver.lock().unwrap();
                    marker!("receive");
                    assert_eq!(receiver.recv(), Ok(7));
                    marker!("receive_again");
                    assert!(receiver.recv().is_err());
                })
                .thread("sends", move |(sender, _)| {
                    marker!("send");
                    let sent = sender.lock().unwrap().as_ref().unwrap().send(7);
                    sent.unwrap();
                    if !keeps {
                        *sender.lock().unwrap() = None;
                    }
                })
        }
    };
    assert_counts(program(true), 0, 2).assert_fails();
    assert_counts(program(false), 2, 0).assert_ok();
}

#[test]
fn a_rendezvous_holds_the_sender_until_the_receiver_comes() {
    // send waits, receive, send goes on; or receive waits, send, receive goes on.
    assert_counts(
        || {
            Explorer::new(|| ends::<SyncSender<u32>>(sync_channel(0)))
                .thread("sends", |(sender, _)| {
                    let sender = sender.lock().unwrap().take().unwrap();
                    marker!("send");
                    sender.send(7).unwrap();
                })
                .thread("receives", |(_, receiver)| {
                    marker!("receive");
                    assert_eq!(receiver.lock().unwrap().recv(), Ok(7));
                })
        },
        2,
        0,
    )
    .assert_ok();
}

#[test]
fn who_comes_second_to_a_once_waits_for_the_first() {
    // The first pauses inside. a1 a2 b1: b finds it done. a1 b1 a2: b waits and goes on. Two, and
    // two with b first.
    assert_counts(
        || {
            let body = |once: &Once| {
                marker!("call");
                once.call_once(|| marker!("inside"));
            };
            Explorer::new(Once::new).thread("a", body).thread("b", body)
        },
        4,
        0,
    )
    .assert_ok();
}

#[test]
fn a_thread_that_joins_one_it_has_started_waits_for_it() {
    // The child's `start` has three places among `join` and `unpark`. Where it comes after `unpark` it
    // finds its word and ends: before `join` or after it, 2 with `unpark` first and 1 with `join` first.
    // Before, it waits for the word, and goes on: start unpark has it go on before or after `join`, 2;
    // start join unpark and join start unpark, 1 each.
    assert_counts(
        || {
            Explorer::new(|| Mutex::new(None::<Thread>))
                .thread("joins", |child| {
                    let join = thread::spawn(thread::park);
                    *child.lock().unwrap() = Some(join.thread().clone());
                    marker!("join");
                    join.join().unwrap();
                })
                .thread("unparks", |child| {
                    marker!("unpark");
                    child.lock().unwrap().as_ref().unwrap().unpark();
                })
        },
        7,
        0,
    )
    .assert_ok();
}
