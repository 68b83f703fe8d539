//! What is said of a search if the program under test ends the process.

use std::path::Path;
use std::thread;

use super::default_store::shown;
use super::run_context::RunContext;
use crate::engine::crash::{CrashNote, Journal};
use crate::environment::{Purpose, purpose};
use crate::saved::{Store, journal_of};

impl RunContext<'_> {
    /// The same, where the schedule under way is told if the process dies.
    pub(super) fn telling(self) -> Self {
        self.noting(CrashNote {
            command: command(),
            is_saved: false,
            is_isolated: false,
            journal: None,
        })
    }

    /// The same, where it is left beside the file of `store`, besides. `is_saved` says that it is from there.
    pub(super) fn leaving(self, store: &dyn Store, is_saved: bool) -> Self {
        let path = store.path().map(|path| journal_of(&path));
        let journal = path.and_then(|path| Journal::at(&path, shown(&path)));
        self.noting(CrashNote {
            command: command(),
            is_saved,
            is_isolated: false,
            journal,
        })
    }

    /// The same, where it is left at `path` for the process that has started this one to isolate a search.
    pub(super) fn isolated(self, path: &Path) -> Self {
        self.noting(CrashNote {
            command: command(),
            is_saved: false,
            is_isolated: true,
            journal: Journal::at(path, shown(path)),
        })
    }

    fn noting(self, note: CrashNote) -> Self {
        let mut options = self.options;
        options.crash_note = note.number();
        RunContext { options, ..self }
    }
}

/// The command that runs the test of the calling thread, which Cargo's test harness names after it.
fn command() -> String {
    let cargo = if cfg!(interlace) {
        "cargo interlace test"
    } else {
        "cargo test"
    };
    match (purpose(), thread::current().name()) {
        (Purpose::Test, Some(test)) if test != "main" => format!("{cargo} {test}"),
        (Purpose::Test, _) => cargo.to_owned(),
        _ => "and the same command".to_owned(),
    }
}
