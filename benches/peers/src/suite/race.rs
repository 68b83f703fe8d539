//! Rounds in which every tool searches every program, each time in a process of its own.

use std::io::{Error, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::answer::{Answer, Verdict};
use super::expected::{ALL, Expected};
use super::rows;
use super::tool::Tool;

/// Searches all programs whose name has `filter` in it, prints the table, and compares with what is expected.
///
/// # Errors
///
/// If a verdict is another one than expected, or a process cannot be run.
pub(crate) fn run(rounds: usize, limit: Duration, filter: &str) -> Result<(), String> {
    let instrumented = build_instrumented()?;
    let programs = ALL.iter().filter(|it| it.program.contains(filter));
    let mut found: Vec<(&Expected, [Option<Answer>; 4])> =
        programs.map(|it| (it, [None; 4])).collect();
    for round in 1..=rounds {
        for (expected, answers) in &mut found {
            let program = expected.program;
            for (tool, answer) in Tool::ALL.into_iter().zip(answers) {
                if answer.is_some_and(|it| it.verdict == Verdict::Unfinished) {
                    continue;
                }
                say(round, rounds, program, tool);
                let mut command = command(&instrumented, tool, program, limit)
                    .map_err(|error| error.to_string())?;
                let output = command.output().map_err(|error| error.to_string())?;
                let text = String::from_utf8_lossy(&output.stdout);
                let new = Answer::decode(&text)
                    .ok_or_else(|| format!("{program}, {}: {output:?}", tool.key()))?;
                if answer.is_none_or(|old| new.seconds < old.seconds) {
                    *answer = Some(new);
                }
            }
        }
    }
    let found: Vec<_> = found
        .into_iter()
        .map(|(expected, answers)| (expected, answers.into_iter().flatten().collect::<Vec<_>>()))
        .collect();
    println!("{}", rows::render(&found));
    let wrong = rows::wrong(&found);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("not as expected:\n{}", wrong.join("\n")))
}

/// Shows a person who waits how far it has come.
fn say(round: usize, rounds: usize, program: &str, tool: Tool) {
    if std::io::stderr().is_terminal() {
        eprintln!("round {round} of {rounds}: {program}, {}", tool.key());
    }
}

fn command(
    instrumented: &Path,
    tool: Tool,
    program: &str,
    limit: Duration,
) -> Result<Command, Error> {
    let seconds = limit.as_secs_f64().to_string();
    let mut command;
    if tool == Tool::Interlace {
        command = Command::new(instrumented);
        command.args([program, &seconds]);
    } else {
        command = Command::new(std::env::current_exe()?);
        command.args(["program", tool.key(), program, &seconds]);
    }
    command.stdin(Stdio::null()).stderr(Stdio::null());
    // It costs shuttle a third of a second at a failure.
    command.env_remove("RUST_BACKTRACE");
    Ok(command)
}

/// Has `cargo interlace` build the executable with the programs of std, and asks that where it is.
fn build_instrumented() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args([
        "run",
        "--quiet",
        "-p",
        "cargo-interlace",
        "--",
        "run",
        "--release",
    ]);
    command.args(["-p", "interlace-peers-instrumented", "--", "where"]);
    command.stderr(Stdio::inherit());
    let output = command.output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().last() {
        Some(path) if output.status.success() => Ok(path.into()),
        _ => Err("`cargo interlace run` has failed".into()),
    }
}
