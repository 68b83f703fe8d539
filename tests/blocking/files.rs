//! Locks of files, which threads take as they take locks in memory: the same counts.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Explorer, marker, schedule};
use rustix::fs::{FlockOperation, flock};

use crate::calls::GRACE;
use crate::locks::{enter, two};
use crate::model::{Act, Body, Ends, every_of_files};
use crate::oracle::{Lock, assert_counts};

/// A file whose lock is taken by whoever opens it.
struct LockFile(PathBuf);

impl Default for LockFile {
    fn default() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "interlace-{}-{}",
            process::id(),
            NUMBER.fetch_add(1, SeqCst)
        );
        let path = env::temp_dir().join(name);
        File::create(&path).unwrap();
        LockFile(path)
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

impl LockFile {
    /// Gives the lock back on drop.
    fn lock(&self) -> File {
        let file = File::open(&self.0).unwrap();
        flock(&file, FlockOperation::LockExclusive).unwrap();
        file
    }
}

impl Lock for LockFile {
    fn with(&self, body: impl FnOnce()) {
        let _locked = self.lock();
        body();
    }
}

#[test]
fn two_threads_through_one_file_lock_are_four() {
    // As with a lock in memory: each before the other, and each beginning to wait while the other is
    // inside.
    assert_counts(|| two::<LockFile>().grace(GRACE), 4, 0).assert_ok();
}

#[test]
fn three_threads_through_one_file_lock_are_as_the_model_has_them() {
    let body: Body = vec![vec![Act::Lock(0)], vec![Act::Unlock(0)]];
    let Ends { held, deadlocked } = every_of_files(&[body.clone(), body.clone(), body], 1);
    assert_eq!(deadlocked, 0);
    let three = || two::<LockFile>().thread("c", enter).grace(GRACE);
    assert_counts(three, held, 0).assert_ok();
}

#[test]
fn those_who_share_a_file_lock_do_not_wait_for_each_other() {
    // 4!/(2! 2!) orders of their markers.
    let read = |file: &LockFile| {
        let opened = File::open(&file.0).unwrap();
        marker!("enter");
        flock(&opened, FlockOperation::LockShared).unwrap();
        marker!("inside");
    };
    let program = move || {
        Explorer::new(LockFile::default)
            .thread("a", read)
            .thread("b", read)
            .grace(GRACE)
    };
    assert_counts(program, 6, 0).assert_ok();
}

/// Takes two locks, one after the other, and gives both back.
fn take(files: &[LockFile; 2], first: usize, second: usize) {
    marker!("first");
    let _one = files[first].lock();
    marker!("second");
    let _other = files[second].lock();
}

fn in_orders(a: [usize; 2], b: [usize; 2]) -> Explorer<[LockFile; 2]> {
    Explorer::new(<[LockFile; 2]>::default)
        .thread("a", move |files| take(files, a[0], a[1]))
        .thread("b", move |files| take(files, b[0], b[1]))
        .grace(GRACE)
}

#[test]
fn two_file_locks_in_two_orders_deadlock_in_four_of_six() {
    // As in orders.rs: the two that run one thread after the other hold; else both take their first,
    // in either order, and then wait, either first.
    let report = assert_counts(|| in_orders([0, 1], [1, 0]), 2, 4);
    let failure = report.assert_fails();
    assert_eq!(
        failure.schedule(),
        &schedule![a: first, b: first],
        "{failure}"
    );
    assert!(
        failure.is_proved_minimal() && failure.is_reproduced(),
        "{failure}"
    );
    let text = failure.to_string();
    // b goes on from its first marker until it waits, for the file that a has.
    for line in [
        "a  is blocked in flock of file 2, after passing second",
        "b  is blocked in flock of file 1, after passing second",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn two_file_locks_in_one_order_never_deadlock() {
    // As in orders.rs: each order of the threads whole, and each beginning to wait for the other.
    assert_counts(|| in_orders([0, 1], [0, 1]), 4, 0).assert_ok();
}
