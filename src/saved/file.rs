//! Schedules in a text file.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind as Io, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::lock::{lock, lock_shared};
use super::{Store, text};
use crate::error::{Error, ErrorKind};
use crate::schedule::Schedule;

/// Keeps schedules in one text file, which is created when the first is saved.
///
/// Any number of tests and processes may save to one file at the same time, with Rust 1.89 or
/// later: older standard libraries have no file locks.
///
/// ```no_run
/// use interlace::{Explorer, marker, saved::File};
///
/// Explorer::new(|| ())
///     .thread("a", |()| marker!("x"))
///     .saved(File::new("tests/failures/a.txt"))
///     .explore()
///     .assert_ok();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    path: PathBuf,
}

impl File {
    /// Keeps schedules in the file at `path`, relative to the current directory: under `cargo
    /// test`, that is the folder of the package.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        File { path: path.into() }
    }

    #[cold]
    fn error(&self, did: &str, error: &dyn std::fmt::Display) -> Error {
        let path = self.path.display();
        let text = format!("the saved schedules in {path} could not be {did}: {error}");
        Error::new(ErrorKind::BadSaved, text)
    }
}

impl Store for File {
    fn load(&self) -> Result<Vec<Schedule>, Error> {
        let text = match read(&self.path) {
            Err(error) if error.kind() == Io::NotFound => return Ok(Vec::new()),
            text => text.map_err(|error| self.error("read", &error).caused_by(error))?,
        };
        text::parse(&text).map_err(|error| self.error("read", &error))
    }

    fn save(&self, schedule: &Schedule, why: &str) -> Result<(), Error> {
        let added = add(&self.path, schedule, why);
        added.map_err(|error| self.error("written", &error).caused_by(error))
    }

    fn place(&self) -> Option<String> {
        Some(self.path.display().to_string())
    }

    fn path(&self) -> Option<PathBuf> {
        Some(self.path.clone())
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    // Otherwise an entry that another process is writing could be read by half.
    lock_shared(&file);
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// Appends an entry, under a lock, so that no entry is lost when two are saved at once. What people
/// have written in the file stays.
fn add(path: &Path, schedule: &Schedule, why: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    lock(&file);
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let saved = text::parse(&text).map_err(|error| io::Error::new(Io::InvalidData, error))?;
    if saved.contains(schedule) {
        return Ok(());
    }
    let mut new = String::new();
    if saved.is_empty() && text.trim().is_empty() {
        new.push_str(&text::header());
    } else if !text.ends_with('\n') {
        new.push('\n');
    }
    new.push_str(&text::entry(schedule, why));
    file.write_all(new.as_bytes())
}

#[cfg(test)]
mod tests;
