//! The file that reports are added to, one line each.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Report;
use crate::error::{Error, ErrorKind};
use crate::saved::lock;
use crate::workers::StoppedBy;

/// A file of reports, as JSON, one a line.
#[derive(Debug)]
pub(crate) struct ReportFile {
    path: PathBuf,
    file: File,
}

impl ReportFile {
    /// Opens the file, before a search: after one it would be too late to learn that it cannot be.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if cfg!(not(feature = "json")) {
            let text = "`INTERLACE_REPORT` needs the cargo feature `json` of `interlace-explorer`";
            return Err(Error::new(ErrorKind::BadSetting, text));
        }
        let open = || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            OpenOptions::new().create(true).append(true).open(path)
        };
        let path = path.to_path_buf();
        match open() {
            Ok(file) => Ok(ReportFile { path, file }),
            Err(error) => Err(cannot_write(&path, error)),
        }
    }

    /// Adds a report. One that cannot be written is in error, so that nobody takes its absence for
    /// success.
    pub(crate) fn add(mut self, report: Report) -> Report {
        #[cfg(feature = "json")]
        let line = report.to_json() + "\n";
        #[cfg(not(feature = "json"))]
        let line = String::new();
        // Tests that end at the same time, in this process or another, must not mix their lines.
        lock(&self.file);
        match self.file.write_all(line.as_bytes()) {
            Ok(()) => report,
            Err(error) => Report {
                stopped_by: StoppedBy::Error(cannot_write(&self.path, error)),
                ..report
            },
        }
    }
}

#[cold]
fn cannot_write(path: &Path, error: io::Error) -> Error {
    let path = path.display();
    let text = format!("the report cannot be written to `{path}` (`INTERLACE_REPORT`): {error}");
    Error::new(ErrorKind::BadReport, text).caused_by(error)
}
