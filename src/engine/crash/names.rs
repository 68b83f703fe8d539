//! The names of places in the code, which are looked up in debug information: that takes memory and locks,
//! so the handler of a signal has another thread do it, and waits for that for a while.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::output::sleep;
use crate::engine::flight_recorder::FlightRecorder;

static ARE_WANTED: AtomicBool = AtomicBool::new(false);

/// For so many hundredths of a second the handler waits. Whoever watches a run looks once a second.
const PATIENCE: usize = 1500;

/// Waits until the names of the places are known that a recorder has come to; not for ever.
pub(super) fn want(recorder: &FlightRecorder) {
    let is_known = |recorder: &FlightRecorder| {
        let mut steps = recorder.steps(0..recorder.taken());
        steps.all(|(_, pending)| pending.operation.known_name().is_some())
    };
    if is_known(recorder) {
        return;
    }
    ARE_WANTED.store(true, Release);
    (0..PATIENCE)
        .take_while(|_| ARE_WANTED.load(Acquire))
        .for_each(|_| sleep());
}

/// Looks up the names of the places that executions under way have come to, if they are wanted.
#[inline]
pub(crate) fn look_up_if_wanted() {
    if ARE_WANTED.load(Relaxed) {
        look_up();
    }
}

#[cold]
fn look_up() {
    for recorder in FlightRecorder::in_use() {
        for (_, pending) in recorder.steps(0..recorder.taken()) {
            let _ = pending.operation.name().site().name();
        }
    }
    ARE_WANTED.store(false, Release);
}
