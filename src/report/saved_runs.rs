//! What became of the saved schedules, and where a new failure is saved.

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use super::{Failure, plural};
use crate::locks::Mutex;
use crate::saved::Store;
use crate::schedule::Schedule;

/// What became of the schedules saved in earlier runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SavedRuns {
    /// Where they are saved.
    pub(crate) place: String,
    /// Those that no longer fail.
    pub(crate) held: Vec<Schedule>,
    /// Those that no longer fit the program, and why.
    pub(crate) stale: Vec<(Schedule, String)>,
    /// The one that still fails; those after it were not run.
    pub(crate) failing: Option<Schedule>,
}

impl SavedRuns {
    /// The schedules that are no use any more, where nobody reads the report since the test passes.
    pub(super) fn stale_text(&self) -> String {
        Stale(&self.place, &self.stale).to_string()
    }

    /// How many were tried.
    pub(crate) fn count(&self) -> u64 {
        (self.held.len() + self.stale.len() + usize::from(self.failing.is_some())) as u64
    }
}

impl fmt::Display for SavedRuns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SavedRuns {
            place, held, stale, ..
        } = self;
        if !held.is_empty() {
            let held = plural(held.len() as u64, "saved schedule");
            write!(
                f,
                "\ndid not fail any more: {held}; to be tried no longer, delete from {place}"
            )?;
        }
        write!(f, "{}", Stale(place, stale))
    }
}

/// The schedules that no longer fit the program, of the file at this place.
struct Stale<'a>(&'a str, &'a [(Schedule, String)]);

impl fmt::Display for Stale<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stale(place, stale) = self;
        if !stale.is_empty() {
            let stale = plural(stale.len() as u64, "saved schedule");
            write!(
                f,
                "\ndid not fit the program any more: {stale}; delete from {place}"
            )?;
        }
        for (schedule, why) in *stale {
            write!(f, "\n  {schedule}: {why}")?;
        }
        Ok(())
    }
}

/// Where a failure is to be saved.
#[derive(Debug, Clone, Default)]
pub(crate) struct SaveTarget(pub(crate) Option<Arc<dyn Store>>);

/// After `assert_ok` has panicked, the report may still be used; the store is not.
impl UnwindSafe for SaveTarget {}
impl RefUnwindSafe for SaveTarget {}

/// Reports are equal wherever their failures would be saved.
impl PartialEq for SaveTarget {
    fn eq(&self, _: &SaveTarget) -> bool {
        true
    }
}

impl SaveTarget {
    /// The places of schedules that no test tries, each told once in a process.
    pub(super) fn new_orphans(&self) -> Vec<String> {
        static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        let orphaned = self
            .0
            .as_ref()
            .map_or_else(Vec::new, |store| store.orphaned());
        let mut told = TOLD.lock();
        let is_new = |place: &String| told.insert(place.clone());
        orphaned.into_iter().filter(is_new).collect()
    }

    /// Saves the schedule of `failure`, and says so.
    pub(super) fn save(&self, failure: &Failure) -> String {
        let Some(store) = self.0.as_ref().filter(|_| failure.is_reproduced()) else {
            return String::new();
        };
        let why = failure.kind().to_string();
        match store.save(failure.schedule(), &why) {
            Ok(()) => store.place().map_or_else(String::new, |place| {
                format!("\n\nsaved in {place}: the next run tries it first")
            }),
            Err(error) => format!("\n\nNOT SAVED: {error}"),
        }
    }
}
