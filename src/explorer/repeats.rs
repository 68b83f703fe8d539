//! How often executions are run once more.

use super::Explorer;
use crate::search::Repeats;

impl<S> Explorer<S> {
    /// Runs some executions once more, with the same choices, and compares: the steps, how it ended, the
    /// [outcome](Self::outcome), and, in a search by classes, what steps touch. Default: `INTERLACE_REPEATS`
    /// (`never`, a number, or `each`), or [`Repeats::AtLeast(128)`](Repeats::AtLeast).
    ///
    /// If anything differs, the report is an error,
    /// [`NonDeterministic`](crate::ErrorKind::NonDeterministic), that shows both: then what was run are not
    /// all schedules of one program. What is left to chance has to come out differently in one of the repeats to be
    /// noticed, in something that is compared. Values that lead to no other step and to no other outcome are not seen.
    /// State that is kept from one execution to the next, as in a `static`, is a difference, too.
    ///
    /// Repeats are not counted as schedules. [`Report::repeats`](crate::Report::repeats) tells how many there were.
    ///
    /// ```
    /// use interlace::{ErrorKind, Explorer, Repeats, marker};
    /// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    ///
    /// // Stands for chance: one request of 64 is sampled.
    /// static REQUESTS: AtomicU32 = AtomicU32::new(1);
    /// let explorer = || {
    ///     Explorer::new(|| ())
    ///         .thread("serves", |()| {
    ///             marker!("request");
    ///             if REQUESTS.fetch_add(1, Relaxed) % 64 == 0 {
    ///                 marker!("sample");
    ///             }
    ///         })
    ///         .thread("stops", |()| marker!("stop"))
    /// };
    /// let report = explorer().explore();
    /// assert_eq!(report.error().unwrap().kind(), ErrorKind::NonDeterministic);
    /// // Without, it may as well pass.
    /// let report = explorer().repeats(Repeats::Never).explore();
    /// report.assert_ok();
    /// ```
    pub fn repeats(mut self, repeats: Repeats) -> Self {
        self.settings.repeats = Some(repeats);
        self
    }
}
