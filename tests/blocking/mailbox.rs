//! A task that waits for either of two things, and is polled when both have come. What others do
//! between the wake-up and the poll decides, with or without markers there.

use std::future::poll_fn;
use std::sync::Mutex;
use std::task::{Poll, Waker};

use interlace::{Engine, Explorer, FailureKind, Report, marker, schedule};

#[derive(Default)]
struct Inner {
    value: Option<u32>,
    must_stop: bool,
    waker: Option<Waker>,
    received: Option<u32>,
    /// What was not sent since nobody waited for it.
    kept: Option<u32>,
}

type Mailbox = Mutex<Inner>;

fn change(mailbox: &Mailbox, change: impl FnOnce(&mut Inner)) {
    let mut inner = mailbox.lock().unwrap();
    change(&mut inner);
    let waker = inner.waker.take();
    drop(inner);
    waker.inspect(Waker::wake_by_ref);
}

/// Looks for the order to stop first: a value that has come as well is lost.
async fn receive(mailbox: &Mailbox, has_marked_polls: bool) {
    marker!("wait");
    poll_fn(|context| {
        if has_marked_polls {
            marker!("poll");
        }
        let mut inner = mailbox.lock().unwrap();
        if inner.must_stop {
            return Poll::Ready(());
        }
        if let Some(value) = inner.value.take() {
            inner.received = Some(value);
            return Poll::Ready(());
        }
        inner.waker = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}

fn explore(engine: Engine, workers: usize, is_marked: bool, has_marked_polls: bool) -> Report {
    Explorer::new(Mailbox::default)
        .task("receiver", async move |mailbox| {
            receive(mailbox, has_marked_polls).await;
        })
        .thread("sender", move |mailbox| {
            marker!("send");
            change(mailbox, |inner| {
                let is_awaited = inner.waker.is_some();
                let place = if is_awaited {
                    &mut inner.value
                } else {
                    &mut inner.kept
                };
                *place = Some(7);
            });
            if is_marked {
                marker!("stop");
            }
            change(mailbox, |inner| inner.must_stop = true);
        })
        .check(|mailbox| {
            let inner = mailbox.lock().unwrap();
            assert_eq!(inner.received.or(inner.kept), Some(7), "the value is lost");
        })
        .engine(engine)
        .workers(workers)
        .keep_going()
        .explore()
}

/// Explores in all places; asserts how many schedules there are, and how many lose the value. In the
/// fixed order the receiver waits, the sender goes on to its end, and the receiver finds both: so
/// the minimal schedule that loses it is empty.
#[track_caller]
fn assert_loses(is_marked: bool, has_marked_polls: bool, counts: (u64, u64)) {
    let explore =
        |engine| [1, 2].map(|workers| explore(engine, workers, is_marked, has_marked_polls));
    let reports = [Engine::Threads, Engine::Fibers].map(explore);
    for report in reports.as_flattened() {
        assert!(report.is_exhaustive());
        assert_eq!((report.schedules(), report.failing()), counts, "{report}");
        let failure = report.assert_fails();
        assert!(matches!(failure.kind(), FailureKind::Check(_)), "{report}");
        assert!(failure.is_reproduced() && failure.is_proved_minimal());
        assert_eq!(failure.schedule(), &schedule![]);
    }
}

#[test]
fn the_value_is_lost_where_both_come_in_one_step() {
    // wait send resume loses it; send wait keeps it, and finds the order to stop.
    assert_loses(false, false, (2, 1));
}

#[test]
fn the_value_is_lost_where_the_order_to_stop_comes_between_the_wake_up_and_the_poll() {
    // With w, s, t for the order to stop, and r for going on: w s r t, w s t r, s w t r, s t w.
    // Only w s t r loses the value.
    assert_loses(true, false, (4, 1));
}

#[test]
fn a_marker_in_each_poll_hides_nothing() {
    // With p for that marker: after w p s there are r p t, r t p and t r p, of which the first holds.
    // Where s comes before the first p the value is kept: w s p t r p, w s t p, and s before
    // w p t r p, w t p, t w p.
    assert_loses(true, true, (8, 2));
}
