//! Runs of single tests.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use super::executables::Executable;

/// What the library is asked for by variables, which `src/instrument/mutant.rs` reads: to change an operation,
pub(super) const MUTANT: &str = "CARGO_INTERLACE_MUTANT";
/// to write into a folder which operations were reached,
pub(super) const REACHED: &str = "CARGO_INTERLACE_REACHED";
/// to write into a file which operations there are,
pub(super) const OPERATIONS: &str = "CARGO_INTERLACE_OPERATIONS";
/// of the packages in these folders.
pub(super) const FOLDERS: &str = "CARGO_INTERLACE_FOLDERS";

/// What would make a search another one than that of the test, or write what is to be kept.
const REMOVED: [&str; 3] = ["INTERLACE_REPLAY", "INTERLACE_REPORT", "INTERLACE_SHARD"];
const SET: [(&str, &str); 3] = [
    ("INTERLACE_PROGRESS", "0"),
    ("INTERLACE_SAVED", "0"),
    ("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1"),
];

/// What is the same for all runs.
pub(super) struct Surroundings<'a> {
    variables: &'a [(&'static str, OsString)],
    /// A folder for what runs write.
    pub(super) scratch: &'a Path,
}

/// How a run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Passed,
    Failed,
    TimedOut,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(variables: &'a [(&'static str, OsString)], scratch: &'a Path) -> Self {
        Surroundings { variables, scratch }
    }

    /// Calls a program with tests as cargo does.
    pub(super) fn command(&self, executable: &Executable) -> Command {
        let mut command = Command::new(&executable.path);
        let (name, version) = &executable.package;
        command.current_dir(&executable.folder);
        command.env("CARGO_MANIFEST_DIR", &executable.folder);
        command
            .env("CARGO_PKG_NAME", name)
            .env("CARGO_PKG_VERSION", version);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        // Libraries that are linked when the program starts are beside it.
        let known = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        let folders = executable.path.parent().map(Path::to_path_buf);
        let folders = folders.into_iter().chain(env::split_paths(&known));
        if let Ok(folders) = env::join_paths(folders) {
            command.env("LD_LIBRARY_PATH", folders);
        }
        for name in REMOVED {
            command.env_remove(name);
        }
        command.envs(SET).stdin(Stdio::null());
        command
    }

    /// Runs one test. What it prints goes to a file, if there is one.
    pub(super) fn run(
        &self,
        executable: &Executable,
        test: &str,
        (variable, value): (&str, &OsStr),
        output: Option<&Path>,
        limit: Duration,
    ) -> io::Result<(End, Duration)> {
        let mut command = self.command(executable);
        command.args([test, "--exact", "--include-ignored"]);
        command.env(variable, value);
        match output {
            Some(path) => {
                let file = File::create(path)?;
                command.stdout(file.try_clone()?).stderr(file);
            }
            None => {
                command.stdout(Stdio::null()).stderr(Stdio::null());
            }
        }
        await_end(&mut command, limit)
    }
}

/// Runs a program, and ends it if it takes longer than it may.
fn await_end(command: &mut Command, limit: Duration) -> io::Result<(End, Duration)> {
    /// How often it is asked.
    const INTERVAL: Duration = Duration::from_millis(5);
    let began = Instant::now();
    let mut running = command.spawn()?;
    loop {
        if let Some(status) = running.try_wait()? {
            let end = if status.success() {
                End::Passed
            } else {
                End::Failed
            };
            return Ok((end, began.elapsed()));
        }
        if began.elapsed() > limit {
            // It may have ended just now.
            let _ = running.kill();
            running.wait()?;
            return Ok((End::TimedOut, began.elapsed()));
        }
        thread::sleep(INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_passes_or_fails_or_takes_too_long() {
        for (script, end) in [
            ("exit 0", End::Passed),
            ("exit 101", End::Failed),
            ("kill -ABRT $$", End::Failed),
            ("exec sleep 100", End::TimedOut),
        ] {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]);
            let limit = Duration::from_secs(if end == End::TimedOut { 0 } else { 60 });
            assert_eq!(await_end(&mut shell, limit).unwrap().0, end, "{script}");
        }
    }
}
