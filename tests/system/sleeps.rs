//! Sleeps, which take no time and may end early: a timer that goes off too soon.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use interlace::{Explorer, Timeouts, Verdict, marker, schedule};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::oracle::assert_always;

struct Move {
    from: tokio::sync::Mutex<mpsc::UnboundedReceiver<u8>>,
    acknowledged: Notify,
    to: Mutex<Vec<u8>>,
}

impl Move {
    fn new() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        sender.send(7).unwrap();
        Move {
            from: receiver.into(),
            acknowledged: Notify::new(),
            to: Mutex::default(),
        }
    }

    /// Takes the item before it is acknowledged: who drops this in between loses it.
    async fn takes_first(&self) {
        let item = self.from.lock().await.recv().await.unwrap();
        self.acknowledged.notified().await;
        self.to.lock().unwrap().push(item);
    }

    /// May be dropped anywhere.
    async fn takes_last(&self) {
        let mut from = self.from.lock().await;
        self.acknowledged.notified().await;
        let item = from.recv().await.unwrap();
        self.to.lock().unwrap().push(item);
    }

    fn is_kept(&self) -> bool {
        let mut from = self.from.try_lock().unwrap();
        self.to.lock().unwrap().len() == 1 || from.try_recv().is_ok()
    }
}

/// A task that moves an item until a timer of its own goes off, which is a thread that sleeps.
fn moves(is_safe: bool) -> Explorer<Move> {
    Explorer::new(Move::new)
        .task("mover", async move |state: &Move| {
            marker!("move");
            let (up, is_up) = oneshot::channel();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(5));
                let _ = up.send(());
            });
            if is_safe {
                tokio::select! { biased; () = state.takes_last() => {}, _ = is_up => {} }
            } else {
                tokio::select! { biased; () = state.takes_first() => {}, _ = is_up => {} }
            }
        })
        .thread("acknowledges", |state| {
            marker!("acknowledge");
            state.acknowledged.notify_one();
        })
        .check(|state| assert!(state.is_kept(), "the item is lost"))
}

#[test]
fn a_timer_goes_off_before_others_have_done_their_part() {
    // M is `move`, + that the task goes on, T the start of the timer and Z its end, A is
    // `acknowledge`. A M T Z: nobody waits. After M A, + anywhere beside T Z: 3. After M T A, + and Z
    // in any order: 2. After M T Z, + and A in any order: 2, and in M T Z + A the item is lost.
    let counts = [(Verdict::Held, 7), (Verdict::CheckFailed, 1)];
    let report = assert_always(|| moves(false), &counts);
    let failure = report.assert_fails();
    let too_soon = schedule![mover: move, "mover/1": start, "mover/1": timeout(start)];
    assert_eq!(failure.schedule(), &too_soon, "{failure}");
    assert_always(|| moves(true), &[(Verdict::Held, 8)]).assert_ok();
    // Z only at the end: A M T Z, M A + T Z, M A T + Z and M T A + Z.
    let late = || moves(false).timeouts(Timeouts::Late);
    assert_always(late, &[(Verdict::Held, 4)]).assert_ok();
}
