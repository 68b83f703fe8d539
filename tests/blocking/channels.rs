//! Channels of bounded capacity, on whose sender somebody waits.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use interlace::{Explorer, marker, schedule};

use crate::oracle::assert_counts;

/// A queue of jobs. The one who works them off sends a further job into it.
struct Queue {
    /// One for each of the two who send.
    senders: Mutex<Vec<SyncSender<u32>>>,
    receiver: Mutex<Receiver<u32>>,
}

impl Queue {
    fn with_room_for(jobs: usize) -> Self {
        let (sender, receiver) = sync_channel(jobs);
        Queue {
            senders: Mutex::new(vec![sender.clone(), sender]),
            receiver: Mutex::new(receiver),
        }
    }

    fn sender(&self) -> SyncSender<u32> {
        self.senders.lock().unwrap().pop().unwrap()
    }

    fn order_two(&self) {
        let sender = self.sender();
        marker!("order");
        sender.send(1).unwrap();
        marker!("order_more");
        sender.send(2).unwrap();
    }

    fn work_off_three(&self) {
        let (sender, jobs) = (self.sender(), self.receiver.lock().unwrap());
        marker!("work");
        assert_eq!(jobs.recv(), Ok(1));
        marker!("follow_up");
        sender.send(3).unwrap();
        assert_eq!(jobs.recv().unwrap() + jobs.recv().unwrap(), 5);
    }
}

fn explorer(room: usize) -> Explorer<Queue> {
    Explorer::new(move || Queue::with_room_for(room))
        .thread("orders", Queue::order_two)
        .thread("works", Queue::work_off_three)
}

#[test]
fn a_worker_that_sends_to_itself_waits_for_ever_when_its_queue_is_full() {
    // With o1 o2 for the orders, w and f for work and follow_up, and + for going on. There is room
    // for one. Whoever fills it before f waits for the worker, who waits for room at f:
    //   o1 o2 w: o2 waits. o2+ f deadlocks. f o2+ w+ holds: the worker has waited for the second.
    //   o1 w: o2 f deadlocks; f o2 w+ holds.
    //   w o1: the worker waits. w+ leads to the same two as o1 w; o2 (waits) w+ to those of o1 o2 w.
    let report = assert_counts(|| explorer(1), 4, 4);
    let failure = report.assert_fails();
    // Only who has ordered twice, and goes on before the worker does, takes the turn from one who
    // could have gone on.
    let minimal =
        &schedule![orders: order, orders: order_more, works: work, orders: resume(order_more)];
    assert_eq!(failure.schedule(), minimal, "{failure}");
    assert_eq!(failure.preemptions(), 1);
    assert!(failure.is_reproduced(), "{failure}");
}

#[test]
fn a_worker_whose_queue_has_room_for_all_never_waits_to_send() {
    // There is room for two: nobody waits to send. o1 o2 w f. o1 w: o2 f, or f and then o2, for
    // which the worker waits. w o1: w+ and the same two, or o2 w+ f.
    assert_counts(|| explorer(2), 6, 0).assert_ok();
}

/// A question and an answer go through channels without room.
type Talk = [(Mutex<Option<SyncSender<u32>>>, Mutex<Receiver<u32>>); 2];

fn talk(is_polite: bool) -> Explorer<Talk> {
    let channel = || {
        let (sender, receiver) = sync_channel(0);
        (Mutex::new(Some(sender)), Mutex::new(receiver))
    };
    let say = |talk: &Talk, to: usize| {
        let sender = talk[to].0.lock().unwrap().take().unwrap();
        sender.send(7).unwrap();
    };
    let hear = |talk: &Talk, from: usize| {
        let heard = talk[from].1.lock().unwrap().recv();
        assert_eq!(heard, Ok(7));
    };
    Explorer::new(move || [channel(), channel()])
        .thread("a", move |talk| {
            marker!("say");
            say(talk, 0);
            hear(talk, 1);
        })
        .thread("b", move |talk| {
            marker!("say");
            if is_polite {
                hear(talk, 0);
                say(talk, 1);
            } else {
                say(talk, 1);
                hear(talk, 0);
            }
        })
}

#[test]
fn two_who_both_speak_first_without_room_wait_for_each_other() {
    // Either waits first.
    assert_counts(|| talk(false), 0, 2).assert_fails();
}

#[test]
fn one_who_listens_before_answering_is_heard() {
    // a b: a waits until b hears, and b until a does. b a: b waits, then a, until b answers. After
    // either only one of them can go on at a time.
    assert_counts(|| talk(true), 2, 0).assert_ok();
}
