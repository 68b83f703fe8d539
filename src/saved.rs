//! Failing schedules, kept from one run to the next.
//!
//! [`Report::assert_ok`](crate::Report::assert_ok) saves the minimal schedule of a failure that it
//! panics with, and every later [`explore`](crate::Explorer::explore) of that test runs it before
//! anything else. So what failed once is checked first from then on.
//!
//! They are kept in a [`Store`]. In what Cargo builds for `cargo test`, except doc tests, the
//! default is one text file for each test, in the folder `interlace-regressions` beside the
//! `Cargo.toml`; elsewhere, [`Nowhere`]. [`Explorer::saved`](crate::Explorer::saved) sets another,
//! and `INTERLACE_SAVED=0` turns the default off. The idea, and the advice to commit the files,
//! come from proptest.
//!
//! # The file
//!
//! The first line is `# interlace: saved schedules, version 1`. Each other line is a schedule as
//! [`Schedule`] prints it, after `v1` or `v2`; or empty; or a comment, which begins with `#`. Lines
//! may be added and removed by hand.

mod file;
mod journal;
mod lock;
mod memory;
mod text;

use std::fmt::Debug;
use std::path::PathBuf;

pub use file::File;
pub(crate) use journal::{journal_of, take_journal, write_journal};
pub(crate) use lock::lock;
pub use memory::Memory;
#[cfg(test)]
pub(crate) use text::{parse, print};

use crate::error::Error;
use crate::schedule::Schedule;

/// Keeps failing schedules from one run to the next.
///
/// ```
/// use std::sync::Mutex;
/// use interlace::saved::Store;
/// use interlace::{Error, Explorer, Schedule, marker};
///
/// /// Keeps the schedule that was saved last.
/// #[derive(Debug, Default)]
/// struct Last(Mutex<Option<Schedule>>);
///
/// impl Store for Last {
///     fn load(&self) -> Result<Vec<Schedule>, Error> {
///         Ok(self.0.lock().unwrap().iter().cloned().collect())
///     }
///
///     fn save(&self, schedule: &Schedule, _why: &str) -> Result<(), Error> {
///         *self.0.lock().unwrap() = Some(schedule.clone());
///         Ok(())
///     }
///
///     fn place(&self) -> Option<String> {
///         Some("memory".to_owned())
///     }
/// }
///
/// let report = Explorer::new(|| ())
///     .thread("a", |()| marker!("x"))
///     .thread("b", |()| marker!("y"))
///     .saved(Last::default())
///     .explore();
/// report.assert_ok();
/// ```
pub trait Store: Debug + Send + Sync {
    /// Returns the schedules that were saved, in the order in which they are tried.
    ///
    /// # Errors
    ///
    /// If they cannot be read: the search does not begin then.
    fn load(&self) -> Result<Vec<Schedule>, Error>;

    /// Saves a schedule, unless it is there already. `why` says how it failed; only its first line
    /// need be kept.
    ///
    /// # Errors
    ///
    /// If it cannot be saved: the failure is reported nevertheless, and the report says so.
    fn save(&self, schedule: &Schedule, why: &str) -> Result<(), Error>;

    /// Returns where schedules are kept, as a report can show it; nothing if they are not kept.
    fn place(&self) -> Option<String>;

    /// Returns the places of other saved schedules that no test tries, as far as that can be told: those of
    /// tests that were renamed or removed. Default: none.
    fn orphaned(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the file that schedules are kept in; nothing if they are not in a file. If the program under
    /// test ends the process, the schedule under way is left in another file beside it, since nothing of the
    /// store can be called then. The next run takes it from there, and [saves](Self::save) it.
    fn path(&self) -> Option<PathBuf> {
        None
    }
}

/// Saves nothing.
///
/// ```
/// use interlace::saved::{Nowhere, Store};
///
/// Nowhere.save(&interlace::schedule![a: x], "the check failed").unwrap();
/// assert_eq!(Nowhere.load().unwrap(), []);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Nowhere;

impl Store for Nowhere {
    fn load(&self) -> Result<Vec<Schedule>, Error> {
        Ok(Vec::new())
    }

    fn save(&self, _: &Schedule, _: &str) -> Result<(), Error> {
        Ok(())
    }

    fn place(&self) -> Option<String> {
        None
    }
}
