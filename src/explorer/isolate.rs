//! Runs a search in processes of its own, until it is known by which steps the program ends them.
//!
//! The test is started again, alone, and comes to the same search. When it dies there, the steps that led to that
//! are noted, and it is started once more: it does not take the last of them again, but takes the
//! execution for one that has failed. When it has come to the end of the search, everything it has done
//! can be done here as well, with the same crashes known.
//!
//! A process is not forked: a lock that another thread holds would be held for ever, and the threads on
//! which this library depends would be gone.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitStatus, Stdio};
use std::thread;

use crate::engine::{KnownCrash, KnownCrashes};
use crate::environment::{CHILD, Purpose, purpose};
use crate::error::{Error, ErrorKind};
use crate::locks::Mutex;

/// How many crashes are looked for: each is a process, and the search from its beginning.
const MAX_CRASHES: usize = 300;

/// An isolated search.
pub(super) struct Isolation {
    /// The crashes that are known.
    pub(super) known: &'static KnownCrashes,
    /// Where this process leaves a crash, if it was started to find one in this search.
    pub(super) left: Option<PathBuf>,
}

/// What is known of the crashes in the searches that each test has isolated so far.
static FOUND: Mutex<BTreeMap<String, Vec<&'static KnownCrashes>>> = Mutex::new(BTreeMap::new());

/// Begins an isolated search: finds the crashes in it, in other processes. In one of these, they are
/// told to it.
///
/// # Errors
///
/// If they cannot be found.
pub(super) fn begin() -> Result<Isolation, Error> {
    let test = thread::current().name().unwrap_or_default().to_owned();
    let earlier = FOUND.lock().get(&test).cloned().unwrap_or_default();
    let (known, left) = match child()? {
        Some((search, folder)) => {
            let known = read(&folder, earlier.len())?;
            let is_own = earlier.len() == search;
            (known, is_own.then(|| folder.join("crash")))
        }
        None => (find(&test, &earlier)?, None),
    };
    let known: &'static KnownCrashes = Box::leak(Box::new(known));
    FOUND.lock().entry(test).or_default().push(known);
    Ok(Isolation { known, left })
}

impl Isolation {
    /// The search is over. If this process was started for it, ends it.
    pub(super) fn end(self) {
        if let Some(left) = self.left {
            let is_told = fs::write(left.with_file_name("over"), "");
            process::exit(i32::from(is_told.is_err()));
        }
    }
}

/// If this process was started for an isolated search: its number, and the folder with what is known.
fn child() -> Result<Option<(usize, PathBuf)>, Error> {
    let Some(value) = env::var_os(CHILD) else {
        return Ok(None);
    };
    let value = value.to_str().and_then(|value| value.split_once(':'));
    let parsed = value.and_then(|(search, folder)| Some((search.parse().ok()?, folder.into())));
    let error = || {
        let text =
            format!("the environment variable `{CHILD}` is set by interlace, and not as here");
        Error::new(ErrorKind::BadSetting, text)
    };
    parsed.ok_or_else(error).map(Some)
}

/// Finds the crashes of a search: each time that the test dies in it, one more.
fn find(test: &str, earlier: &[&KnownCrashes]) -> Result<KnownCrashes, Error> {
    let folder = Folder::new().map_err(|error| failed("no folder could be made", error))?;
    let write = |search, number, crash: &KnownCrash| {
        let path = path_of(&folder.0, search, number);
        fs::write(path, crash.to_string())
            .map_err(|error| failed("a file could not be made", error))
    };
    for (search, known) in earlier.iter().enumerate() {
        for (number, crash) in known.0.iter().enumerate() {
            write(search, number, crash)?;
        }
    }
    let search = earlier.len();
    let mut known: Vec<KnownCrash> = Vec::new();
    while known.len() < MAX_CRASHES {
        let status = run(test, search, &folder.0);
        let status = status.map_err(|error| failed("no process could be started", error))?;
        if folder.0.join("over").exists() {
            return Ok(KnownCrashes(known));
        }
        let left = folder.0.join("crash");
        let told = fs::read_to_string(&left).unwrap_or_default();
        let _ = fs::remove_file(left);
        let crash = KnownCrash::parse(&told).ok_or_else(|| unknown(test, status))?;
        if let Some(hook) = crash.phase.hook() {
            return Err(outside(&crash, &hook.to_string()));
        }
        if known.iter().any(|other| other.is_same(&crash)) {
            return Err(again(&crash));
        }
        write(search, known.len(), &crash)?;
        known.push(crash);
    }
    Err(too_many())
}

/// Starts the test again, alone, for the search of this number, and waits for its end.
fn run(test: &str, search: usize, folder: &Path) -> io::Result<ExitStatus> {
    let mut command = Command::new(env::current_exe()?);
    if purpose() == Purpose::Test && test != "main" {
        command.args([test, "--exact", "--include-ignored", "--nocapture"]);
    } else {
        command.args(env::args_os().skip(1));
    }
    let mut value = format!("{search}:").into_bytes();
    value.extend(folder.as_os_str().as_encoded_bytes());
    command
        .env(CHILD, String::from_utf8_lossy(&value).into_owned())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
}

/// What is known of a search.
fn read(folder: &Path, search: usize) -> Result<KnownCrashes, Error> {
    let texts = (0..).map_while(|number| fs::read_to_string(path_of(folder, search, number)).ok());
    let crashes = texts.map(|text| KnownCrash::parse(&text));
    let known: Option<Vec<KnownCrash>> = crashes.collect();
    let error = || Error::new(ErrorKind::Internal, "a crash was not noted as it should be");
    known.ok_or_else(error).map(KnownCrashes)
}

fn path_of(folder: &Path, search: usize, number: usize) -> PathBuf {
    folder.join(format!("{search}-{number}"))
}

/// A folder that is removed when the search is known.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let process = process::id();
        let mut error = io::ErrorKind::AlreadyExists.into();
        for number in 0..10_000 {
            let path = env::temp_dir().join(format!("interlace-isolated-{process}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Folder(path)),
                Err(other) if other.kind() == io::ErrorKind::AlreadyExists => {}
                Err(other) => {
                    error = other;
                    break;
                }
            }
        }
        Err(error)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cold]
fn failed(what: &str, error: io::Error) -> Error {
    let text = format!("the search is to be isolated, but {what}: {error}");
    Error::new(ErrorKind::NotIsolated, text).caused_by(error)
}

#[cold]
fn unknown(test: &str, status: ExitStatus) -> Error {
    let message = format!(
        "the search is to be isolated, but the process in which it was to be run did not come to its end, nor \
         to a crash that can be told ({status}). It runs this program once more, for the test `{test}` alone, \
         which must come to the same searches in the same order; and it must not be killed, as for want of memory"
    );
    Error::new(ErrorKind::NotIsolated, message)
}

#[cold]
fn outside(crash: &KnownCrash, hook: &str) -> Error {
    let by = &crash.crash.by;
    let text = format!(
        "{hook} ends the process: {by}. Only crashes of threads can be isolated; without `isolate`, the schedule \
         that leads there is told"
    );
    Error::new(ErrorKind::NotIsolated, text)
}

#[cold]
fn again(crash: &KnownCrash) -> Error {
    let crash = &crash.crash;
    let text = format!(
        "{crash}; and the same steps ended it again, though they were known. Either the program depends on \
         something besides the schedule, or the process ends while the threads of a failed execution unwind, as it does in an instrumented build where \
         the step begins at an access to memory"
    );
    Error::new(ErrorKind::NotIsolated, text)
}

#[cold]
fn too_many() -> Error {
    let text = format!(
        "more than {MAX_CRASHES} schedules end the process, and each is found by a process of its own: do not \
         `keep_going`"
    );
    Error::new(ErrorKind::NotIsolated, text)
}
