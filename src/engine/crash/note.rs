//! What is said of a search if the process dies in it.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::Path;

use crate::append_list::AppendList;
use crate::engine::lock::Mutex;

/// What is said of a search if the process dies in it. Made before it begins, so that the handler of a signal
/// has it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CrashNote {
    /// The command that runs the test again.
    pub(crate) command: String,
    /// Whether the schedule that is run is one that was saved.
    pub(crate) is_saved: bool,
    /// Whether this process was started to find out by which steps it ends.
    pub(crate) is_isolated: bool,
    /// Where the schedule is left.
    pub(crate) journal: Option<Journal>,
}

/// The file in which a schedule is left for the next run, beside that in which schedules are saved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Journal {
    /// The folders that may have to be made, the outermost first.
    pub(super) folders: Vec<CString>,
    /// What is renamed to `path` once it is whole.
    pub(super) temporary: CString,
    pub(super) path: CString,
    /// The path as it is shown.
    pub(super) place: String,
}

impl Journal {
    /// That at `path`, shown as `place`; nothing if the path cannot be told to the system.
    pub(crate) fn at(path: &Path, place: String) -> Option<Self> {
        // The program may go to another folder.
        let path = std::path::absolute(path).ok()?;
        let text = |path: &Path| CString::new(path.to_str()?).ok();
        let mut folders: Vec<CString> = path.ancestors().skip(1).take(8).filter_map(text).collect();
        folders.reverse();
        let temporary = format!("{}-{}", path.to_str()?, std::process::id());
        Some(Journal {
            folders,
            temporary: CString::new(temporary).ok()?,
            path: text(&path)?,
            place,
        })
    }
}

/// All notes that there ever were: the handler of a signal may be about to read any of them.
static NOTES: AppendList<CrashNote> = AppendList::new();
static NUMBERS: Mutex<BTreeMap<&'static CrashNote, u32>> = Mutex::new(BTreeMap::new());

impl CrashNote {
    /// The number by which the handler of a signal finds it: not 0. Tests explore at few places, so few
    /// different ones are kept.
    pub(crate) fn number(self) -> u32 {
        let mut numbers = NUMBERS.lock();
        if let Some(known) = numbers.get(&self) {
            return *known;
        }
        let kept: &'static CrashNote = Box::leak(Box::new(self));
        let mut number = 0;
        let added = |others| number = u32::try_from(others).map_or(0, |others| others + 1);
        NOTES.add(kept, || true, added);
        numbers.insert(kept, number);
        number
    }

    /// The note of this number.
    #[cfg_attr(not(unix), allow(dead_code, reason = "nothing is told there"))]
    pub(super) fn of_number(number: u32) -> Option<&'static Self> {
        NOTES.get((number as usize).checked_sub(1)?)
    }
}
