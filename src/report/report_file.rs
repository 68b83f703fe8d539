//! The file to which reports are appended, one a line.

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
    /// Opens the file. This is done before the search, since afterwards an error would come too
    /// late.
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

    /// Appends a report. If it cannot be written, the returned report is an error, so that nobody
    /// takes the missing line for success.
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
