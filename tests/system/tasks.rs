//! Tasks that wait for the first of several, with `select!` of tokio.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use interlace::{Explorer, Verdict, marker};
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
}

/// A worker that is sent a value and told to stop, and is to take the value.
fn worker(is_biased: bool) -> Explorer<Ends> {
    Explorer::new(Ends::new)
        .task("worker", async move |ends: &Ends| {
            let [value, stop] = ends.receivers.lock().unwrap().take().unwrap();
            marker!("select");
            if is_biased {
                tokio::select! { biased; _ = value => ends.has_value.store(true, SeqCst), _ = stop => {} }
            } else {
                tokio::select! { _ = value => ends.has_value.store(true, SeqCst), _ = stop => {} }
            }
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
fn a_select_draws_the_same_in_every_execution() {
    // S is `select`, + that the task goes on, V is `send` and P `stop`: S V + P, S V P +, V S P, V P S.
    assert_always_fresh(|| worker(true), &[(Verdict::Held, 4)]).assert_ok();
    let report = assert_always_fresh(|| worker(false), &[(Verdict::Held, 4)]);
    println!("{report}");
}
