//! What is told when the program under test ends the process: which signal or call did, where, and under
//! which schedule, which is left in a file for the next run.
//!
//! All of it is done by the handler of a signal, or in `exit`, on the thread that ends the process. So
//! nothing here allocates, locks or waits for a thread; but in an instrumented build the names of places
//! are to be looked up, which the thread does that watches the run (see `crash/names.rs`).

#[cfg(unix)]
mod exit;
#[cfg(unix)]
mod message;
#[cfg(all(unix, interlace))]
mod names;
mod note;
#[cfg(unix)]
mod output;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod stack;
#[cfg(unix)]
mod teller;

#[cfg(unix)]
pub(crate) use exit::exits_at_once;
#[cfg(all(unix, interlace))]
pub(crate) use names::look_up_if_wanted;
pub(crate) use note::{CrashNote, Journal};

use super::flight_recorder::FlightRecorder;

/// Has ends of the process told from now on.
pub(super) fn prepare() {
    #[cfg(unix)]
    {
        use std::sync::Once;
        static PREPARED: Once = Once::new();
        PREPARED.call_once(|| {
            stack::prepare();
            teller::know_process();
            signals::install();
            exit::install();
        });
    }
}

/// The execution of `recorder` has come to its end. If the end of the process was told in it, another handler
/// of the signal has had it go on.
#[inline]
pub(super) fn goes_on(recorder: &'static FlightRecorder) {
    if recorder.was_told() {
        #[cfg(unix)]
        teller::take_back(recorder);
    }
}

/// In an instrumented build, looks up the names that a thread needs which is about to tell of the end of
/// the process.
#[cfg(not(all(unix, interlace)))]
pub(super) fn look_up_if_wanted() {}
