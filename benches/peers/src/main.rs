//! Runs the same programs on interlace, shuttle, loom and a bare loop over coroutines, and prints
//! one table.
//!
//! `cargo run --release -p interlace-peers` measures for about five minutes; `-- --test` runs
//! everything once and small, to show that it works. Further arguments: `--limit SECONDS` for one
//! exhaustive search (20), `--rounds N` (5). `-- search TOOL PROGRAM SECONDS` is what the program
//! starts itself with, for one tool and one program; it is of use under a profiler.
//!
//! Every search runs in a process of its own, so that a tool that hangs or panics harms no other.
//! Tools take turns, round after round, and a process repeats short searches for a while: the
//! figures are the fastest search of all, and the median over the rounds of the medians.
//!
//! `-- programs` runs programs of the kind that loom is used for, written with std and unmarked, on interlace, loom
//! and shuttle, and compares each verdict with the one that is expected. It has `cargo interlace` build those of
//! interlace. `-- programs NAME` runs those with this in their names; `--limit` (20 s), `--rounds` (5) and `--test` as
//! above.
//!
//! `-- classes` measures searches that run one execution of each class, by interlace alone.
//!
//! What is counted, and what a scheduling point is to each tool, is printed below the table.

#![allow(
    clippy::duplicate_mod,
    reason = "the same programs are compiled with the types of loom and of shuttle"
)]

use std::process::ExitCode;
use std::time::Duration;

mod classes;
mod contest;
mod number;
mod program;
mod search;
mod suite;
mod table;
mod tally;
mod tool;

use contest::Contest;
use program::Program;
use search::Finding;
use tool::Tool;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("interlace-peers: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["search", tool, program, seconds] = words[..] {
        let tool = named(Tool::ALL, tool, Tool::key)?;
        let program = named(Program::ALL, program, Program::name)?;
        search::measure(tool, program, duration(seconds)?);
        return Ok(());
    }
    if let ["program", tool, program, seconds] = words[..] {
        return suite::search(tool, program, duration(seconds)?);
    }
    if let ["programs", rest @ ..] = &words[..] {
        let (contest, filter) = match rest {
            [filter, rest @ ..] if !filter.starts_with("--") => (settings(rest)?, *filter),
            _ => (settings(rest)?, ""),
        };
        return suite::run(contest.rounds, contest.limit, filter);
    }
    if words == ["classes"] {
        classes::measure();
        return Ok(());
    }
    let contest = settings(&words)?;
    let entries = contest.hold()?;
    println!("{}", table::render(&entries, contest.limit));
    let failed = entries
        .iter()
        .filter(|entry| entry.summary() == Finding::Failed);
    match failed.count() {
        0 => Ok(()),
        count => Err(format!("{count} searches failed")),
    }
}

fn settings(words: &[&str]) -> Result<Contest, String> {
    let mut contest = Contest {
        rounds: 5,
        limit: Duration::from_secs(20),
    };
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        let mut value = || {
            words
                .next()
                .ok_or_else(|| format!("`{word}` needs a value"))
        };
        match word {
            "--test" => {
                contest.rounds = 1;
                contest.limit = Duration::from_millis(200);
            }
            "--limit" => contest.limit = duration(value()?)?,
            "--rounds" => {
                contest.rounds = value()?
                    .parse()
                    .map_err(|error| format!("{word}: {error}"))?;
            }
            _ => return Err(format!("unknown argument `{word}`")),
        }
    }
    Ok(contest)
}

fn duration(seconds: &str) -> Result<Duration, String> {
    let seconds: f64 = seconds
        .parse()
        .map_err(|error| format!("`{seconds}` is no number of seconds: {error}"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn named<T: Copy>(all: &[T], name: &str, its: impl Fn(T) -> String) -> Result<T, String> {
    let find = all.iter().copied().find(|&one| its(one) == name);
    find.ok_or_else(|| {
        let names: Vec<String> = all.iter().map(|&one| its(one)).collect();
        format!("`{name}` is none of: {}", names.join(", "))
    })
}
