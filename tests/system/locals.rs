//! Guards in thread-locals, which are held across markers.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use interlace::{Explorer, Verdict, marker};

use crate::oracle::assert_always;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Counts how deep its thread is inside, as entering a runtime does.
struct Entered(u32);

impl Entered {
    fn enter() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Entered(DEPTH.get())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let depth = DEPTH.replace(self.0 - 1);
        assert!(depth == self.0 || thread::panicking(), "left out of order");
    }
}

fn adds(add: fn(&AtomicU32)) -> Explorer<AtomicU32> {
    let body = move |count: &AtomicU32| {
        add(count);
        marker!("enter");
        let _entered = Entered::enter();
        marker!("inside");
    };
    Explorer::new(AtomicU32::default)
        .thread("a", body)
        .thread("b", body)
        .check(|count| assert_eq!(count.load(SeqCst), 2))
}

#[test]
fn a_guard_that_two_threads_hold_is_left_in_the_order_of_each() {
    // Two threads with `enter` and `inside`: 4! / (2! 2!) = 6.
    let at_once = |count: &AtomicU32| {
        count.fetch_add(1, SeqCst);
    };
    assert_always(|| adds(at_once), &[(Verdict::Held, 6)]).assert_ok();
    // With `read` and `write` before them: 8! / (4! 4!) = 70. Nothing is lost where one has passed
    // `write` before the other passes `read`. If a has, b begins after two, three or four steps of a,
    // and the rest of both follows in any order: the paths of 6 steps, 2 of a and 4 of b: 15. As many if
    // b has.
    let lossy = |count: &AtomicU32| {
        marker!("read");
        let before = count.load(SeqCst);
        marker!("write");
        count.store(before + 1, SeqCst);
    };
    let counts = [(Verdict::Held, 30), (Verdict::CheckFailed, 40)];
    assert_always(|| adds(lossy), &counts).assert_fails();
}
