//! The tests as they are: what each takes, and which operations it reaches.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use super::executables::{Executable, Executables};
use super::operations::Operations;
use super::options::Options;
use super::program::{End, FOLDERS, OPERATIONS, REACHED, Surroundings};
use super::progress::Progress;
use super::queue::in_parallel;
use crate::toolchain::text;

/// A test.
pub(super) struct Test {
    pub(super) name: String,
    /// The number of its executable.
    pub(super) executable: usize,
    /// What it takes.
    pub(super) time: Duration,
}

/// All tests, and what they reach.
pub(super) struct Baseline {
    pub(super) tests: Vec<Test>,
    pub(super) operations: Operations,
}

impl Baseline {
    /// Runs each test by itself.
    ///
    /// # Errors
    ///
    /// If one fails, or none reaches an operation in a search.
    pub(super) fn run(
        executables: &Executables,
        options: &Options,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, String> {
        let (mut tests, mut told) = (Vec::new(), Vec::new());
        for (number, executable) in executables.all.iter().enumerate() {
            let listed = list(executable, executables, options, surroundings)?;
            told.push(listed.operations);
            tests.extend(listed.tests.into_iter().map(|name| Test {
                name,
                executable: number,
                time: Duration::ZERO,
            }));
        }
        if tests.is_empty() {
            return Err("there is no test to run: is the filter after `--` right?".to_owned());
        }
        let mut operations = Operations::new(&told, executables);
        let numbers: Vec<_> = (0..tests.len()).collect();
        let progress = Progress::new("tests as they are", tests.len());
        let runs = in_parallel(
            &numbers,
            options.jobs,
            |&number| {
                let test = &tests[number];
                run(
                    number,
                    test,
                    &executables.all[test.executable],
                    surroundings,
                )
            },
            |_| progress.step(),
        );
        for (number, run) in runs.into_iter().enumerate() {
            let (time, told) = run?;
            tests[number].time = time;
            operations.reached(tests[number].executable, number, &told);
        }
        if operations.all.iter().all(|it| it.tests.is_empty()) {
            return Err(nothing_reached(executables, operations.all.len()));
        }
        Ok(Baseline { tests, operations })
    }
}

/// What an executable tells of itself.
struct Listed {
    tests: Vec<String>,
    operations: String,
}

fn list(
    executable: &Executable,
    executables: &Executables,
    options: &Options,
    surroundings: &Surroundings<'_>,
) -> Result<Listed, String> {
    let names = |ignored: &[&str], variables: &[(&str, OsString)]| {
        let mut command = surroundings.command(executable);
        command.args(["--list", "--format", "terse"]).args(ignored);
        command.args(&options.for_tests);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let names = text(&mut command)?;
        let names = names.lines().filter_map(|it| it.strip_suffix(": test"));
        Ok::<_, String>(names.map(str::to_owned).collect::<Vec<_>>())
    };
    let file = surroundings.scratch.join("operations");
    let folders = env::join_paths(&executables.folders)
        .map_err(|_| "the path of a package has a colon in it".to_owned())?;
    let variables = [(OPERATIONS, file.clone().into()), (FOLDERS, folders)];
    let mut tests = names(&[], &variables)?;
    let chooses = |it: &OsString| it == "--ignored" || it == "--include-ignored";
    if !options.for_tests.iter().any(chooses) {
        let ignored: BTreeSet<_> = names(&["--ignored"], &[])?.into_iter().collect();
        tests.retain(|it| !ignored.contains(it));
    }
    // It is not there if the program does not link Interlace: then it has no search either.
    let operations = fs::read_to_string(&file).unwrap_or_default();
    let _ = fs::remove_file(file);
    Ok(Listed { tests, operations })
}

/// Runs a test without a change. Returns what it takes, and what it tells of what it has reached.
fn run(
    number: usize,
    test: &Test,
    executable: &Executable,
    surroundings: &Surroundings<'_>,
) -> Result<(Duration, String), String> {
    let folder = surroundings.scratch.join(number.to_string());
    let output = surroundings.scratch.join(format!("{number}.output"));
    let failed = |error: std::io::Error| format!("`{}` cannot be run: {error}", test.name);
    fs::create_dir(&folder).map_err(failed)?;
    let variable = (REACHED, folder.as_os_str());
    let run = surroundings.run(
        executable,
        &test.name,
        variable,
        Some(&output),
        Duration::MAX,
    );
    let (end, time) = run.map_err(failed)?;
    if end != End::Passed {
        let printed = fs::read(&output).unwrap_or_default();
        return Err(format!(
            "the test `{}` of {} fails as it is, so it cannot show what it notices:\n\n{}",
            test.name,
            executable.name,
            String::from_utf8_lossy(&printed).trim()
        ));
    }
    // One file for each process that the test has started.
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = files.map(|it| it.path()).collect();
    files.sort();
    let told = files
        .into_iter()
        .filter_map(|it| fs::read_to_string(it).ok());
    Ok((time, told.collect()))
}

#[cold]
fn nothing_reached(executables: &Executables, known: usize) -> String {
    let crates = executables.crates.join(", ");
    if known == 0 {
        format!(
            "the code of {crates} makes no atomic operation of its own in these tests: what locks of std and \
             other packages do is not counted. `--crates <package>` names others, whose operations are changed"
        )
    } else {
        format!(
            "no test reaches one of the {known} atomic operations of {crates} in a search: explore what uses \
             them by `interlace::model`"
        )
    }
}
