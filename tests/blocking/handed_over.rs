//! A lock that is free again: is it for those who wait, or for whoever is faster?

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use interlace::{Explorer, FailureKind, Verdict, marker, schedule};

use crate::oracle::{assert_counts, assert_verdicts};

/// A lock, whether the second has come for it, and whether that one has had it.
#[derive(Default)]
struct Door<L> {
    lock: L,
    is_awaited: AtomicBool,
    was_passed: AtomicBool,
}

/// A lock that is freed in a way of its own.
trait Handed: Default + Send + Sync + 'static {
    fn with(&self, body: impl FnOnce());
}

/// Whoever is faster has it next.
impl Handed for std::sync::Mutex<()> {
    fn with(&self, body: impl FnOnce()) {
        let _guard = self.lock().unwrap();
        body();
    }
}

/// Who has waited has it next.
impl Handed for parking_lot::Mutex<()> {
    fn with(&self, body: impl FnOnce()) {
        let guard = self.lock();
        body();
        parking_lot::MutexGuard::unlock_fair(guard);
    }
}

/// `a` enters twice, and takes it that one who had waited has been there in between.
fn explorer<L: Handed>() -> Explorer<Door<L>> {
    Explorer::new(Door::<L>::default)
        .thread("a", |door| {
            let mut was_awaited = false;
            marker!("enter");
            door.lock.with(|| {
                marker!("inside");
                was_awaited = door.is_awaited.load(SeqCst);
            });
            marker!("again");
            door.lock.with(|| {});
            assert!(!was_awaited || door.was_passed.load(SeqCst), "overtaken");
        })
        .thread("b", |door| {
            marker!("pass");
            door.is_awaited.store(true, SeqCst);
            door.lock.with(|| door.was_passed.store(true, SeqCst));
        })
}

#[test]
fn one_who_comes_back_for_a_lock_may_be_faster_than_one_who_waits() {
    // b passes before enter, after inside, or after again: 3. After enter it waits; when a has left,
    // b goes on, or a comes back: 2. In the last, b is overtaken.
    let expected = [(Verdict::Held, 4), (Verdict::Panicked, 1)];
    let report = assert_verdicts(explorer::<std::sync::Mutex<()>>, &expected);
    let failure = report.assert_fails();
    let FailureKind::Panic(it) = failure.kind() else {
        panic!("{failure}");
    };
    assert_eq!((it.thread(), it.panic().message()), ("a", "overtaken"));
    let minimal = &schedule![a: enter, b: pass];
    assert_eq!(failure.schedule(), minimal, "{failure}");
    assert!(
        failure.is_reproduced() && failure.is_proved_minimal(),
        "{failure}"
    );
}

#[test]
fn one_who_comes_back_for_a_lock_that_was_handed_over_waits() {
    // The same five; in the last, a waits for b.
    assert_counts(explorer::<parking_lot::Mutex<()>>, 5, 0).assert_ok();
}
