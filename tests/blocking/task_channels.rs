//! Async tasks around tokio's channels. On both engines.

use std::sync::Mutex;

use interlace::{Explorer, marker};
use tokio::sync::{mpsc, oneshot, watch};

use crate::tasks::assert_counts;

/// A queue of jobs, as in `channels.rs`: who works them off sends a further job into it.
struct Queue {
    sender: mpsc::Sender<u32>,
    receiver: Mutex<Option<mpsc::Receiver<u32>>>,
}

impl Queue {
    fn with_room_for(jobs: usize) -> Self {
        let (sender, receiver) = mpsc::channel(jobs);
        Queue {
            sender,
            receiver: Mutex::new(Some(receiver)),
        }
    }

    async fn order_two(&self) {
        marker!("order");
        self.sender.send(1).await.unwrap();
        marker!("order_more");
        self.sender.send(2).await.unwrap();
    }

    async fn work_off_three(&self) {
        let mut jobs = self.receiver.lock().unwrap().take().unwrap();
        marker!("work");
        assert_eq!(jobs.recv().await, Some(1));
        marker!("follow_up");
        self.sender.send(3).await.unwrap();
        let rest = [jobs.recv().await, jobs.recv().await];
        assert_eq!(rest.into_iter().flatten().sum::<u32>(), 5);
    }
}

#[test]
fn a_worker_that_sends_to_itself_waits_for_ever_when_its_queue_is_full() {
    // With o1 o2 for the orders, w and f for work and follow_up, and or wr for going on when woken.
    // There is room for one:
    //   o1 o2 w: o2 waits, and has the room that w makes; f deadlocks, before or or after it.
    //   o1 w: o2 f deadlocks; f o2 holds, the worker has waited for the second order.
    //   w o1: o2 waits if it comes before wr, which deadlocks as above, before or or after it. After
    //   wr it is as after o1 w.
    let program = |room: usize| {
        move || {
            Explorer::new(move || Queue::with_room_for(room))
                .task("orders", Queue::order_two)
                .task("works", Queue::work_off_three)
        }
    };
    assert_counts(program(1), 2, 6).assert_fails();
    // There is room for two, and nobody waits to send: o1 o2 w f; o1 w, then o2 and f in either
    // order; w o1, then o2 wr f, or wr and those two in either order.
    assert_counts(program(2), 6, 0).assert_ok();
}

/// The sender and the receiver of one word.
type Wire = Mutex<Option<(oneshot::Sender<u32>, oneshot::Receiver<u32>)>>;

#[test]
fn two_who_both_wait_for_the_word_of_the_other_wait_for_ever() {
    // Either begins. Where one speaks first, the other hears and answers.
    let program = |speaks: bool| {
        move || {
            let talk = || {
                let (to_a, from_b) = oneshot::channel();
                let (to_b, from_a) = oneshot::channel();
                let ends = [(to_b, from_b), (to_a, from_a)];
                ends.map(|ends| Wire::new(Some(ends)))
            };
            Explorer::new(talk)
                .task("a", async move |[ends, _]| {
                    let (sender, receiver) = ends.lock().unwrap().take().unwrap();
                    marker!("begin");
                    if speaks {
                        sender.send(1).unwrap();
                        assert_eq!(receiver.await, Ok(2));
                    } else {
                        assert_eq!(receiver.await, Ok(2));
                        sender.send(1).unwrap();
                    }
                })
                .task("b", async |[_, ends]| {
                    let (sender, receiver) = ends.lock().unwrap().take().unwrap();
                    marker!("begin");
                    assert_eq!(receiver.await, Ok(1));
                    sender.send(2).unwrap();
                })
        }
    };
    assert_counts(program(false), 0, 2).assert_fails();
    assert_counts(program(true), 2, 0).assert_ok();
}

#[test]
fn one_who_watches_for_news_too_late_has_missed_them() {
    // watch set, in either order; who looks at what is there first misses nothing.
    let program = |looks: bool| {
        move || {
            Explorer::new(|| watch::Sender::new(false))
                .task("watches", async move |is_set| {
                    marker!("watch");
                    let mut news = is_set.subscribe();
                    if looks {
                        news.wait_for(|is_set| *is_set).await.unwrap();
                    } else {
                        news.changed().await.unwrap();
                    }
                })
                .thread("sets", |is_set| {
                    marker!("set");
                    is_set.send_replace(true);
                })
        }
    };
    assert_counts(program(false), 1, 1).assert_fails();
    assert_counts(program(true), 2, 0).assert_ok();
}
