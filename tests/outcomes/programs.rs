//! Programs that are wrong, each beside its fixed twin.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::Explorer;

/// Two increments that each read and then write; or, fixed, add at once.
#[derive(Default)]
pub(crate) struct Counter {
    value: AtomicU32,
}

#[interlace::trace]
impl Counter {
    fn increment(&self) {
        let read = self.value.load(SeqCst); // interlace: read
        self.value.store(read + 1, SeqCst); // interlace: write
    }

    fn add(&self) {
        self.value.load(SeqCst); // interlace: read
        self.value.fetch_add(1, SeqCst); // interlace: write
    }

    pub(crate) fn value(&self) -> u32 {
        self.value.load(SeqCst)
    }
}

pub(crate) fn two_increments() -> Explorer<Counter> {
    Explorer::new(Counter::default)
        .thread("t1", Counter::increment)
        .thread("t2", Counter::increment)
}

pub(crate) fn two_additions() -> Explorer<Counter> {
    Explorer::new(Counter::default)
        .thread("t1", Counter::add)
        .thread("t2", Counter::add)
}

/// Two transfers of 10 between accounts of 100.
pub(crate) struct Bank {
    a: AtomicU32,
    b: AtomicU32,
}

#[interlace::trace]
impl Bank {
    fn transfer(&self) {
        let a = self.a.load(SeqCst); // interlace: read_a
        let b = self.b.load(SeqCst); // interlace: read_b
        self.a.store(a - 10, SeqCst); // interlace: write_a
        self.b.store(b + 10, SeqCst); // interlace: write_b
    }

    fn transfer_at_once(&self) {
        self.a.load(SeqCst); // interlace: read_a
        self.b.load(SeqCst); // interlace: read_b
        self.a.fetch_sub(10, SeqCst); // interlace: write_a
        self.b.fetch_add(10, SeqCst); // interlace: write_b
    }

    pub(crate) fn balances(&self) -> (u32, u32) {
        (self.a.load(SeqCst), self.b.load(SeqCst))
    }
}

fn two_transfers_by(body: fn(&Bank)) -> Explorer<Bank> {
    let setup = || Bank {
        a: AtomicU32::new(100),
        b: AtomicU32::new(100),
    };
    Explorer::new(setup).thread("t1", body).thread("t2", body)
}

pub(crate) fn two_transfers() -> Explorer<Bank> {
    two_transfers_by(Bank::transfer)
}

pub(crate) fn two_transfers_at_once() -> Explorer<Bank> {
    two_transfers_by(Bank::transfer_at_once)
}

/// Four cells that are filled one by one, and copied one by one.
#[derive(Default)]
pub(crate) struct Cells {
    cells: Mutex<[u8; 4]>,
    copy: Mutex<[u8; 4]>,
}

#[interlace::trace]
impl Cells {
    fn fill(&self) {
        for cell in 0..4 {
            // interlace: write
            self.cells.lock().unwrap()[cell] = 1;
        }
    }

    fn copy(&self) {
        for cell in 0..4 {
            // interlace: read
            self.copy.lock().unwrap()[cell] = self.cells.lock().unwrap()[cell];
        }
    }

    fn copy_at_once(&self) {
        // interlace: read
        *self.copy.lock().unwrap() = *self.cells.lock().unwrap();
    }

    fn fill_at_once(&self) {
        // interlace: write
        *self.cells.lock().unwrap() = [1; 4];
    }

    pub(crate) fn seen(&self) -> [u8; 4] {
        *self.copy.lock().unwrap()
    }
}

pub(crate) fn snapshot() -> Explorer<Cells> {
    Explorer::new(Cells::default)
        .thread("reader", Cells::copy)
        .thread("writer", Cells::fill)
}

pub(crate) fn snapshot_at_once() -> Explorer<Cells> {
    Explorer::new(Cells::default)
        .thread("reader", Cells::copy_at_once)
        .thread("writer", Cells::fill_at_once)
}
