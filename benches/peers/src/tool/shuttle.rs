//! Shuttle with its depth-first scheduler: one main thread spawns the others and joins them.

use std::sync::Arc;

use shuttle::scheduler::DfsScheduler;
use shuttle::sync::atomic::{AtomicU32, Ordering::SeqCst};
use shuttle::{Config, Runner, thread};

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
    let runner = Runner::new(DfsScheduler::new(None, false), Config::new());
    runner.run(move || {
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
