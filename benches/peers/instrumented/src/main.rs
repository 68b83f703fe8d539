//! Runs one of the programs as std has them, under Interlace, and prints what came of it. It is started by
//! `interlace-peers -- programs`, and built by `cargo interlace run`: loom and shuttle, which are not
//! instrumented, are in another executable.
//!
//! Arguments: `where` prints the path of this executable; `NAME SECONDS` searches a program, up to the first
//! failure, and `NAME SECONDS all` goes on after it.

use std::process::ExitCode;
use std::time::Duration;

use interlace::saved::Nowhere;
use interlace::{Engine, Explorer, Repeats, Report};

#[path = "../../programs/answer.rs"]
#[allow(dead_code, reason = "answers are read elsewhere")]
mod answer;
#[path = "../../programs/mod.rs"]
mod programs;
mod types;

use answer::{Answer, Verdict};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("interlace-peers-instrumented: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<String, String> {
    if !cfg!(interlace) {
        return Err("this is to be built by `cargo interlace run`".into());
    }
    let (name, seconds, keeps_going) = match *words {
        ["where"] => {
            let path = std::env::current_exe().map_err(|error| error.to_string())?;
            return Ok(path.display().to_string());
        }
        [name, seconds] => (name, seconds, false),
        [name, seconds, "all"] => (name, seconds, true),
        _ => return Err("expected `where`, or NAME SECONDS".into()),
    };
    let seconds: f64 = seconds
        .parse()
        .map_err(|error| format!("{seconds}: {error}"))?;
    let limit = Duration::from_secs_f64(seconds);
    let (_, program) = programs::all()
        .find(|&(its, _)| its == name)
        .ok_or_else(|| format!("there is no program `{name}`"))?;
    let explore = || {
        let explorer = Explorer::model(program).engine(Engine::Fibers).workers(1);
        let explorer = explorer
            .time_limit(limit)
            .repeats(Repeats::Never)
            .saved(Nowhere);
        if keeps_going {
            explorer.keep_going().explore()
        } else {
            explorer.explore()
        }
    };
    if keeps_going {
        let report = explore();
        let verdicts: Vec<String> = report
            .verdicts()
            .map(|(verdict, count)| format!("{count} {verdict:?}"))
            .collect();
        let end = if report.is_exhaustive() {
            ""
        } else {
            ", and more"
        };
        return Ok(format!("{}{end}\n{report}", verdicts.join(", ")));
    }
    let search = || {
        let report = explore();
        (verdict(&report), report.schedules())
    };
    Ok(Answer::of(limit, search).encode())
}

fn verdict(report: &Report) -> Verdict {
    use interlace::FailureKind as Kind;

    match report.failure().map(interlace::Failure::kind) {
        Some(Kind::Deadlock(_)) => Verdict::Deadlock,
        Some(Kind::DataRace(_)) => Verdict::DataRace,
        Some(Kind::Livelock(_) | Kind::StepLimit(_)) => Verdict::Livelock,
        Some(_) => Verdict::Panic,
        None if report.is_exhaustive() => Verdict::Holds,
        None if report.error().is_some() => {
            eprintln!("{report}");
            Verdict::Unsupported
        }
        None => Verdict::Unfinished,
    }
}
