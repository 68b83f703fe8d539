//! Who is notified at a condition, where some of those who wait were started by others; and
//! who wakes up though nobody has notified anyone.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use interlace::{Explorer, Verdict, marker, schedule};

use crate::oracle::assert_always;

#[derive(Default)]
struct News {
    is_there: Mutex<bool>,
    told: Condvar,
}

impl News {
    fn wait(&self) {
        let is_there = self.is_there.lock().unwrap();
        drop(self.told.wait_while(is_there, |is_there| !*is_there));
    }
}

/// Two wait, of whom the first is started by `a`, and `c` tells with `tell`.
fn two_wait(tell: fn(&Condvar)) -> Explorer<Arc<News>> {
    Explorer::new(Arc::<News>::default)
        .thread("a", |news: &Arc<News>| {
            let news = Arc::clone(news);
            thread::spawn(move || news.wait()).join().unwrap();
        })
        .thread("b", |news| {
            marker!("wait");
            news.wait();
        })
        .thread("c", move |news| {
            marker!("tell");
            *news.is_there.lock().unwrap() = true;
            tell(&news.told);
        })
}

#[test]
fn one_notification_lets_one_go_on() {
    // H is the start of the thread of `a`, + that it goes on and J that it is joined; B is `wait`
    // and b that `b` goes on; C is `tell`. With C before both, H J and B in any order: 3. With C
    // after H alone, + J and B: 3. After B alone, b and H J: 3. After both, the first of the two goes
    // on, and the other waits for ever: H B C + J, and B H C b.
    let counts = [(Verdict::Held, 9), (Verdict::Deadlocked, 2)];
    assert_always(|| two_wait(Condvar::notify_one), &counts).assert_fails();
    // All go on: after H B C and after B H C there are + J and b in any order, 2 × 3.
    assert_always(|| two_wait(Condvar::notify_all), &[(Verdict::Held, 15)]).assert_ok();
}

#[derive(Default)]
struct Meeting {
    /// Whether somebody is about to wait, and whether that one was notified.
    state: Mutex<(bool, bool)>,
    arrived: Condvar,
    notified: Condvar,
}

/// One who waits for a notification, once or until it has come, beside one who notifies.
fn meeting(asks_again: bool) -> Explorer<Meeting> {
    Explorer::new(Meeting::default)
        .thread("waits", move |meeting: &Meeting| {
            marker!("arrive");
            let mut state = meeting.state.lock().unwrap();
            state.0 = true;
            meeting.arrived.notify_one();
            state = meeting.notified.wait(state).unwrap();
            while asks_again && !state.1 {
                state = meeting.notified.wait(state).unwrap();
            }
            assert!(state.1, "woken before it was notified");
        })
        .thread("notifies", |meeting| {
            marker!("await");
            let state = meeting.state.lock().unwrap();
            let mut state = meeting.arrived.wait_while(state, |state| !state.0).unwrap();
            state.1 = true;
            meeting.notified.notify_one();
        })
}

#[test]
fn one_wakes_up_by_itself_only_where_that_is_asked_for() {
    // `arrive` before `await`: who waits is there. `await` first: it waits, and is woken. Then who
    // waits is notified.
    let held = [(Verdict::Held, 2)];
    assert_always(|| meeting(false), &held).assert_ok();
    assert_always(|| meeting(true), &held).assert_ok();

    // With A for `arrive`, W for `await`, + for one who was notified, going on, and S for one who
    // wakes up by itself: A W +, W A + + and, where it is the other who does and waits again,
    // W S A + + are right. A S and W A S are not.
    let counts = [(Verdict::Held, 3), (Verdict::Panicked, 2)];
    let report = assert_always(|| meeting(false).spurious_wakeups(1), &counts);
    let failure = report.assert_fails();
    let by_itself = schedule![waits: arrive, waits: spurious(arrive)];
    assert_eq!(failure.schedule(), &by_itself, "{failure}");
    // Who asks again waits again: A S W + and W A S + +.
    let held = [(Verdict::Held, 5)];
    assert_always(|| meeting(true).spurious_wakeups(1), &held).assert_ok();
}
