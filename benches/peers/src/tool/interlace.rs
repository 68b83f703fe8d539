//! Interlace: marked threads, explored to the end.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Engine, Explorer, Repeats, Strategy};

use crate::program::{Body, Program};
use crate::tally;

#[interlace::trace]
fn perform(number: &AtomicU32, body: Body) {
    match body {
        Body::Adds(times) => {
            for _ in 0..times {
                number.fetch_add(1, SeqCst); // interlace: add
            }
        }
        Body::LoadAndStore => {
            let value = number.load(SeqCst); // interlace: load
            number.store(value + 1, SeqCst); // interlace: store
        }
    }
}

pub(super) fn exhaust(program: Program, engine: Engine, workers: usize) {
    // As the others do, without running any ahead of their turn, or once more.
    let mut explorer = Explorer::new(AtomicU32::default)
        .strategy(Strategy::Exhaustive)
        .engine(engine)
        .repeats(Repeats::Never)
        .workers(workers);
    for index in 0..program.threads {
        let name = format!("thread{index}");
        explorer = explorer.thread(name, move |number| perform(number, program.body));
    }
    let report = explorer
        .check(move |number| tally::ended(program, number.load(SeqCst)))
        .explore();
    assert!(report.is_exhaustive(), "{report}");
}
