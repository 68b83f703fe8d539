//! Every test of this suite again and again, each time in a process of its own, on a busy machine. A
//! process has room for so many deadlocked threads only, and a new one has nothing left of a search
//! that ran before.
//!
//! `BLOCKING_ROUNDS=200 cargo test --release --test blocking -- --ignored --nocapture again_and_again`
//! prints a line for each test; `BLOCKING_ONLY=philosophers` takes those with that in their names.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{self, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Instant;

use interlace::Report;
use itertools::Itertools as _;

use crate::oracle;

/// One busy thread for each processor, in this process: the searches run in others. They end with
/// this, whatever ends it.
struct Load(Arc<AtomicBool>);

impl Load {
    fn begin() -> (Self, usize) {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let is_over = Arc::new(AtomicBool::new(false));
        for _ in 0..processors {
            let is_over = Arc::clone(&is_over);
            thread::spawn(move || while !is_over.load(Relaxed) {});
        }
        (Load(is_over), processors)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// What one process has found: the report of each search, in the order in which they ended.
type Found = Vec<Report>;

/// Where processes write their reports; removed on drop.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Self {
        let name = format!("interlace-blocking-{}", process::id());
        let folder = env::temp_dir().join(name);
        // What a process of the same number has left is not this one's.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    /// Runs one test in a process of its own, in which each program is explored on one worker and
    /// on two; or says how it failed.
    fn run(&self, test: &str) -> Result<Found, String> {
        let path = self.0.join("reports");
        let _ = fs::remove_file(&path);
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", test])
            .env("BLOCKING_ROUNDS", "1")
            .env("INTERLACE_REPORT", &path)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !printed.contains("test result: ok. 1 passed") {
            let complained = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}\n{printed}\n{complained}", output.status));
        }
        // A test that only replays schedules has written nothing.
        let lines = fs::read_to_string(&path).unwrap_or_default();
        Ok(lines
            .lines()
            .map(|line| Report::from_json(line).unwrap())
            .collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The tests of this program but those of this file.
fn tests() -> Vec<String> {
    let list = Command::new(env::current_exe().unwrap())
        .args(["--list", "--format", "terse"])
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let only = env::var("BLOCKING_ONLY").unwrap_or_default();
    let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
    names
        .filter(|name| name.contains(&only) && !name.starts_with("repeated::"))
        .map(str::to_owned)
        .collect()
}

/// Says where one process has found something else than the first. How often something was found is
/// not compared: a test may search for as long as another search takes.
fn difference(first: &Found, other: &Found) -> Option<String> {
    let is_like = |one: &Report, two: &Report| {
        oracle::text(one) == oracle::text(two) && one.verdicts().eq(two.verdicts())
    };
    let lacks = |found: &Found, report: &Report| !found.iter().any(|one| is_like(one, report));
    let lost = first.iter().find(|report| lacks(other, report));
    let new = other.iter().find(|report| lacks(first, report));
    let lost = lost.map(|report| format!("only at first:\n{report}"));
    let new = new.map(|report| format!("only then:\n{report}"));
    let differences: Vec<String> = lost.into_iter().chain(new).collect();
    (!differences.is_empty()).then(|| differences.join("\n\n"))
}

/// How the executions of each search ended; searches in a row that ended alike are written once.
fn counts(found: &Found) -> String {
    if found.is_empty() {
        return "a replay".to_owned();
    }
    let of_one = |report: &Report| {
        let verdicts = report.verdicts();
        let verdicts = verdicts.map(|(verdict, count)| format!("{count} {verdict}"));
        verdicts.format(", ").to_string()
    };
    let runs = found.iter().map(of_one).dedup_with_count();
    let runs = runs.map(|(searches, ends)| format!("{searches} × ({ends})"));
    runs.format(", ").to_string()
}

/// Runs one test in so many processes. Returns what the first of them found, or where another has
/// found something else.
fn repeat(folder: &Folder, test: &str, rounds: usize) -> Result<Found, String> {
    let first = folder
        .run(test)
        .map_err(|error| format!("round 1: {error}"))?;
    for round in 2..=rounds {
        let different = match folder.run(test) {
            Ok(found) => difference(&first, &found),
            Err(error) => Some(error),
        };
        if let Some(different) = different {
            return Err(format!("round {round}: {different}"));
        }
    }
    Ok(first)
}

#[test]
#[ignore = "takes as long as it is told to: see ARCHITECTURE, Tests"]
fn every_test_finds_the_same_again_and_again_on_a_busy_machine() {
    let (rounds, folder, tests) = (oracle::rounds(), Folder::make(), tests());
    let (load, processors) = Load::begin();
    println!(
        "{} tests, {rounds} rounds each, beside {processors} busy threads",
        tests.len()
    );
    let mut failed = Vec::new();
    for test in &tests {
        let since = Instant::now();
        let result = repeat(&folder, test, rounds);
        let seconds = since.elapsed().as_secs_f64();
        match result {
            Ok(found) => {
                let counts = counts(&found);
                println!("{test}: {rounds} rounds in {seconds:.1} s, each {counts}");
            }
            Err(error) => {
                println!("{test}: FAILED after {seconds:.1} s: {error}");
                failed.push(test);
            }
        }
    }
    drop(load);
    assert!(!tests.is_empty(), "no test has that in its name");
    assert!(failed.is_empty(), "{failed:?}");
}
