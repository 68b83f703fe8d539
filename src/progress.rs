//! How far a long search is, for those who wait for it.
//!
//! Workers tell a [`Meter`] what they have done whenever it asks, which costs them a look at one
//! number per execution. A [`Watch`] is a thread that asks ten times a second and hands what it
//! learns to a [`Reporter`]. Searches themselves print nothing.

#[cfg(feature = "progress")]
mod bar;
mod lines;
mod meter;
mod snapshot;
mod watch;
mod wish;
mod words;

pub(crate) use meter::Meter;
pub(crate) use snapshot::Goal;
pub(crate) use watch::Watch;
pub(crate) use wish::reporter;

use snapshot::Snapshot;

/// Shows how far a search is.
pub(crate) trait Reporter: Send {
    /// The search turns out to be long; its size is known, or estimated.
    fn started(&mut self, snapshot: &Snapshot);

    /// Time has passed.
    fn moved(&mut self, snapshot: &Snapshot);

    /// The search has ended. Called only after `started`.
    fn finished(&mut self);
}
