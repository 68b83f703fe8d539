//! Loom, without a bound on preemptions: one main thread spawns the others and joins them.
//!
//! The `Arc` is that of `std`: loom's own would add scheduling points of its own.

use std::sync::Arc;

use loom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use loom::{model::Builder, thread};

use crate::program::{Body, Program};
use crate::tally;

fn perform(number: &AtomicU32, body: Body) {
    match body {
        Body::Adds(times) => {
            for _ in 0..times {
                number.fetch_add(1, SeqCst);
            }
        }
        Body::LoadAndStore => {
            let value = number.load(SeqCst);
            number.store(value + 1, SeqCst);
        }
    }
}

pub(super) fn exhaust(program: Program) {
    let mut builder = Builder::new();
    builder.preemption_bound = None;
    builder.check(move || {
        let number = Arc::new(AtomicU32::new(0));
        let spawn = |_| {
            let number = Arc::clone(&number);
            thread::spawn(move || perform(&number, program.body))
        };
        let threads: Vec<_> = (0..program.threads).map(spawn).collect();
        for thread in threads {
            thread.join().unwrap();
        }
        tally::ended(program, number.load(SeqCst));
    });
}
