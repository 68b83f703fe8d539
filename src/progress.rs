//! Shows the progress of long searches.
//!
//! Workers report to a [`Meter`] whenever it asks, which costs them one atomic load per execution.
//! A [`Watch`] is a thread that asks ten times a second and passes the answers to a [`Reporter`].
//! Searches themselves print nothing.

#[cfg(feature = "progress")]
mod bar;
mod choice;
mod lines;
mod meter;
mod snapshot;
mod watch;
mod words;

pub(crate) use choice::choose_reporter;
pub(crate) use meter::Meter;
pub(crate) use snapshot::Goal;
pub(crate) use watch::Watch;

use snapshot::Snapshot;

/// Shows the progress of a search.
pub(crate) trait Reporter: Send {
    /// The search turns out to be long; its size is known or estimated.
    fn started(&mut self, snapshot: &Snapshot);

    /// Time has passed.
    fn moved(&mut self, snapshot: &Snapshot);

    /// The search has ended. Called only after `started`.
    fn finished(&mut self);
}
