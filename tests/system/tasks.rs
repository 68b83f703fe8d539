//! Tasks that wait for the first of two, which draws whom it asks first.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use interlace::{Engine, Explorer, Verdict, marker, schedule};
use tokio::sync::oneshot::{Receiver, Sender, channel};

use crate::oracle::assert_always_fresh;

/// The ends of two channels, for a value and to stop, until they are taken.
struct Ends {
    senders: Mutex<Option<[Sender<()>; 2]>>,
    receivers: Mutex<Option<[Receiver<()>; 2]>>,
    has_value: AtomicBool,
}

impl Ends {
    fn new() -> Self {
        let [(value, get), (stop, is_stopped)] = [channel(), channel()];
        Ends {
            senders: Mutex::new(Some([value, stop])),
            receivers: Mutex::new(Some([get, is_stopped])),
            has_value: AtomicBool::new(false),
        }
    }

    /// Waits until one has sent, and asks for the value first if `asks_value_first`.
    async fn select(&self, asks_value_first: fn() -> bool) {
        let [value, stop] = self.receivers.lock().unwrap().take().unwrap();
        marker!("select");
        let has_value = if asks_value_first() {
            tokio::select! { biased; _ = value => true, _ = stop => false }
        } else {
            tokio::select! { biased; _ = stop => false, _ = value => true }
        };
        self.has_value.store(has_value, SeqCst);
    }
}

/// A worker that is sent a value and told to stop, and is to take the value.
fn worker(asks_value_first: fn() -> bool) -> Explorer<Ends> {
    Explorer::new(Ends::new)
        .task("worker", async move |ends: &Ends| {
            ends.select(asks_value_first).await;
        })
        .thread("sender", |ends| {
            let [value, stop] = ends.senders.lock().unwrap().take().unwrap();
            marker!("send");
            value.send(()).unwrap();
            marker!("stop");
            let _ = stop.send(());
        })
        .check(|ends| assert!(ends.has_value.load(SeqCst)))
}

#[test]
fn a_select_that_draws_does_the_same_under_the_same_schedule() {
    // S is `select`, + that the task goes on, V is `send` and P `stop`: S V + P, S V P +, V S P, V P S.
    let held = [(Verdict::Held, 4)];
    assert_always_fresh(|| worker(|| true), &held).assert_ok();
    // In S V P + and V P S both have sent.
    let counts = [(Verdict::Held, 2), (Verdict::CheckFailed, 2)];
    let report = assert_always_fresh(|| worker(|| false), &counts);
    // Nothing needs to be forced: after S, V and P come before the task goes on.
    let failure = report.assert_fails();
    assert_eq!(failure.schedule(), &schedule![], "{failure}");
    // Whichever it draws, it draws it again.
    let draws = || RandomState::new().hash_one(0).is_multiple_of(2);
    let first = worker(draws).engine(Engine::Fibers).keep_going();
    let counts: Vec<_> = first.explore().verdicts().collect();
    let report = assert_always_fresh(|| worker(draws), &counts);
    assert_eq!(report.schedules(), 4, "{report}");
}
