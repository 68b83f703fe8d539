//! The file in which a test's failing schedules are saved: beside its sources.

use std::collections::BTreeMap;
use std::env;
use std::panic::Location;
use std::path::{Component, Path, PathBuf};
use std::thread;

use crate::error::{Error, ErrorKind};
use crate::locks::Mutex;
use crate::report::{Source, find};
use crate::saved::{File, Store};
use crate::schedule::Schedule;

/// The folder beside the package's `Cargo.toml`. Schedules of an instrumented build fit in no other.
const FOLDER: &str = if cfg!(interlace) {
    "interlace-regressions/instrumented"
} else {
    "interlace-regressions"
};

/// Where a search was asked for, and on which thread.
type Asked = (&'static Location<'static>, Option<String>);

/// Keeps the schedules of one test in a file whose path mirrors that of the test's source.
#[derive(Debug)]
pub(super) struct DefaultStore {
    explored_at: &'static Location<'static>,
    /// The thread that explored. Cargo's test harness names it after the test.
    thread: Option<String>,
}

impl DefaultStore {
    /// The store of the test that runs on this thread.
    pub(super) fn new(explored_at: &'static Location<'static>) -> Self {
        let thread = thread::current().name().map(str::to_owned);
        DefaultStore {
            explored_at,
            thread,
        }
    }

    fn file(&self) -> Result<File, Error> {
        let file = self.explored_at.file();
        let path = root(file).map(|root| {
            let source = find(file).unwrap_or_else(|| PathBuf::from(file));
            let within = source.strip_prefix(&root).unwrap_or(Path::new(file));
            root.join(FOLDER)
                .join(plain(within).with_extension(""))
                .join(self.name() + ".txt")
        });
        path.map(File::new).ok_or_else(|| nowhere(file))
    }

    /// The name of the test.
    ///
    /// A test that is run alone may run on the main thread; then it is named after the function
    /// that explores.
    fn name(&self) -> String {
        let test = self.thread.as_deref().filter(|name| *name != "main");
        let name = match test.and_then(|path| path.rsplit("::").next()) {
            Some(name) => name.to_owned(),
            None => self
                .function()
                .unwrap_or_else(|| format!("line{}", self.explored_at.line())),
        };
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        name.replace(|c| !fits(c), "_")
    }

    fn function(&self) -> Option<String> {
        let source = Source::read(self.explored_at.file())?;
        let at = source.offset(self.explored_at.line(), self.explored_at.column())?;
        source.function_around(at).map(|function| function.name)
    }
}

impl Store for DefaultStore {
    fn load(&self) -> Result<Vec<Schedule>, Error> {
        // Most programs have never failed: for them, this is all that is read.
        let folder = root(self.explored_at.file()).map(|root| root.join(FOLDER));
        if folder.is_none_or(|folder| !folder.is_dir()) {
            return Ok(Vec::new());
        }
        self.file()?.load()
    }

    fn save(&self, schedule: &Schedule, why: &str) -> Result<(), Error> {
        self.file()?.save(schedule, why)
    }

    fn place(&self) -> Option<String> {
        let Some(place) = self.file().ok().and_then(|file| file.place()) else {
            return Some(FOLDER.to_owned());
        };
        Some(shown(Path::new(&place)))
    }

    fn path(&self) -> Option<PathBuf> {
        // Each search asks for it, and to find it files are looked for, and perhaps read.
        static PATHS: Mutex<BTreeMap<Asked, Option<PathBuf>>> = Mutex::new(BTreeMap::new());
        let asked = (self.explored_at, self.thread.clone());
        let find = || self.file().ok()?.path();
        PATHS.lock().entry(asked).or_insert_with(find).clone()
    }
}

/// The path from the current directory on, if it lies there.
pub(super) fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The folder of the package under test: the one that Cargo names, otherwise that of the source
/// file.
fn root(source: &str) -> Option<PathBuf> {
    if let Some(folder) = env::var_os("CARGO_MANIFEST_DIR") {
        return Some(PathBuf::from(folder));
    }
    let source = find(source)?;
    let mut folders = source.ancestors().skip(1);
    folders
        .find(|folder| folder.join("Cargo.toml").is_file())
        .map(Path::to_path_buf)
}

/// The path without any part that would lead out of the folder it is joined to.
fn plain(path: &Path) -> PathBuf {
    let parts = path.components();
    parts
        .filter(|part| matches!(part, Component::Normal(_)))
        .collect()
}

#[cold]
fn nowhere(source: &str) -> Error {
    let text = format!(
        "the package of {source} was not found from the current directory, so there is no \
             place for a file beside its sources"
    );
    Error::new(ErrorKind::BadSaved, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_mirrors_the_source_and_is_named_after_the_test() {
        let here = Location::caller();
        let file = |thread: Option<&str>| {
            let thread = thread.map(str::to_owned);
            let beside = DefaultStore {
                explored_at: here,
                thread,
            };
            beside.place().unwrap()
        };
        let folder = "interlace-regressions/src/explorer/default_store";
        assert_eq!(
            file(Some("cache::tests::is_atomic")),
            format!("{folder}/is_atomic.txt")
        );
        assert_eq!(
            file(Some("my worker/1")),
            format!("{folder}/my_worker_1.txt")
        );
        let function = "the_file_mirrors_the_source_and_is_named_after_the_test";
        for thread in [None, Some("main")] {
            assert_eq!(file(thread), format!("{folder}/{function}.txt"));
        }
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        assert_eq!(plain(Path::new("/a/../b/./c.rs")), Path::new("a/b/c.rs"));
    }
}
