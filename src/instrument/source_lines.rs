//! The text of lines in source files, for people to read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::SystemTime;
use std::{env, fs};

use super::symbols::Frame;
use crate::site::LineText;

/// The files that were read. What is shown of them lives as long as the places that it is of.
static FILES: Mutex<BTreeMap<PathBuf, File>> = Mutex::new(BTreeMap::new());

#[derive(Clone, Copy)]
enum File {
    Read(&'static str),
    Changed,
    NotReadable,
}

/// The text of the line that a function is at, if the file is still what the program was built of.
pub(super) fn text_of(frame: &Frame) -> LineText {
    let Some(path) = &frame.file else {
        return LineText::NotRead;
    };
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let file = files.entry(path.clone()).or_insert_with(|| read(path));
    match *file {
        File::Read(text) => line(text, frame).map_or(LineText::NotRead, LineText::Known),
        File::Changed => LineText::Changed,
        File::NotReadable => LineText::NotRead,
    }
}

fn read(path: &Path) -> File {
    let is_newer = |file: SystemTime| built().is_some_and(|built| built < file);
    let changed = fs::metadata(path).and_then(|it| it.modified());
    match (changed, fs::read_to_string(path)) {
        (Ok(changed), Ok(_)) if is_newer(changed) => File::Changed,
        (_, Ok(text)) => File::Read(text.leak()),
        _ => File::NotReadable,
    }
}

/// When the program was built.
fn built() -> Option<SystemTime> {
    static BUILT: OnceLock<Option<SystemTime>> = OnceLock::new();
    *BUILT.get_or_init(|| {
        let program = env::current_exe().and_then(fs::metadata);
        program.and_then(|it| it.modified()).ok()
    })
}

/// The line, if it has code where the function is.
fn line(text: &'static str, frame: &Frame) -> Option<&'static str> {
    let number = frame.line.checked_sub(1)?;
    let line = text.lines().nth(number as usize)?;
    let column = frame.column.saturating_sub(1) as usize;
    let has_code = line
        .chars()
        .nth(column)
        .is_some_and(|it| !it.is_whitespace());
    (has_code || frame.column == 0).then_some(line)
}
