//! Who reads under a lock reads again, while another waits to write.

use std::sync::RwLock;

use interlace::{Explorer, marker, schedule};

use crate::oracle::assert_counts;

/// A lock for readers and writers.
trait Shelf: Default + Send + Sync + 'static {
    /// Reads, and has somebody read in there.
    fn read(&self, body: impl FnOnce());
    fn write(&self);
}

impl Shelf for RwLock<()> {
    fn read(&self, body: impl FnOnce()) {
        let _guard = RwLock::read(self).unwrap();
        body();
    }

    fn write(&self) {
        drop(RwLock::write(self).unwrap());
    }
}

impl Shelf for parking_lot::RwLock<()> {
    fn read(&self, body: impl FnOnce()) {
        let _guard = self.read();
        body();
    }

    fn write(&self) {
        drop(self.write());
    }
}

/// Lets readers pass those who wait to write.
#[derive(Default)]
struct Recursive(parking_lot::RwLock<()>);

impl Shelf for Recursive {
    fn read(&self, body: impl FnOnce()) {
        let _guard = self.0.read_recursive();
        body();
    }

    fn write(&self) {
        drop(self.0.write());
    }
}

/// One who reads lets nobody in who waits to write, and one who waits to write no further readers.
fn writes_beside<S: Shelf>(reads: impl Fn(&S) + Send + Sync + 'static) -> Explorer<S> {
    Explorer::new(S::default)
        .thread("reads", reads)
        .thread("writes", |shelf| {
            marker!("write");
            shelf.write();
        })
}

fn reads_twice<S: Shelf>() -> Explorer<S> {
    writes_beside(|shelf: &S| {
        marker!("read");
        shelf.read(|| {
            marker!("again");
            shelf.read(|| {});
        });
    })
}

fn reads_once<S: Shelf>() -> Explorer<S> {
    writes_beside(|shelf: &S| {
        marker!("read");
        shelf.read(|| marker!("again"));
    })
}

fn assert_one_of_three_deadlocks<S: Shelf>() {
    // read again write, and write first: held. read write again: each waits for the other.
    let report = assert_counts(reads_twice::<S>, 2, 1);
    let failure = report.assert_fails();
    assert_eq!(
        failure.schedule(),
        &schedule![reads: read, writes: write],
        "{failure}"
    );
    assert!(failure.is_reproduced(), "{failure}");
    // The same three, and whoever waits to write goes on in the end.
    assert_counts(reads_once::<S>, 3, 0).assert_ok();
}

#[test]
fn one_who_reads_again_while_another_waits_to_write_deadlocks() {
    assert_one_of_three_deadlocks::<RwLock<()>>();
    assert_one_of_three_deadlocks::<parking_lot::RwLock<()>>();
}

#[test]
fn readers_that_pass_those_who_wait_to_write_may_read_again() {
    // The same three.
    assert_counts(reads_twice::<Recursive>, 3, 0).assert_ok();
}
