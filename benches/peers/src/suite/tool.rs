//! The tools that are asked, and a search of one program by one of this executable.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use super::answer::{Answer, Verdict};
use super::{loom, shuttle};

/// A tool, in a way to use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Interlace,
    Loom,
    ShuttleDepthFirst,
    ShuttleRandom,
}

impl Tool {
    /// In the order of the columns.
    pub(super) const ALL: [Tool; 4] = [
        Tool::Interlace,
        Tool::Loom,
        Tool::ShuttleDepthFirst,
        Tool::ShuttleRandom,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Tool::Interlace => "interlace",
            Tool::Loom => "loom",
            Tool::ShuttleDepthFirst => "shuttle (depth first)",
            Tool::ShuttleRandom => "shuttle (random)",
        }
    }

    /// The name on the command line.
    pub(super) fn key(self) -> &'static str {
        match self {
            Tool::Interlace => "interlace",
            Tool::Loom => "loom",
            Tool::ShuttleDepthFirst => "shuttle-depth-first",
            Tool::ShuttleRandom => "shuttle-random",
        }
    }
}

/// The executions so far in this search.
static EXECUTIONS: AtomicU64 = AtomicU64::new(0);

/// Takes note of an execution that begins.
pub(super) fn count() {
    EXECUTIONS.fetch_add(1, Relaxed);
}

/// Searches a program by a tool, other than interlace, and prints an answer.
///
/// # Errors
///
/// If there is no such tool or program.
pub(crate) fn search(tool: &str, program: &str, limit: Duration) -> Result<(), String> {
    let of_shuttle = || find(shuttle::programs::all(), program);
    let answer = match Tool::ALL.into_iter().find(|it| it.key() == tool) {
        Some(Tool::Loom) => loom::search(find(loom::programs::all(), program)?, limit),
        Some(Tool::ShuttleDepthFirst) => shuttle::depth_first(of_shuttle()?, limit),
        Some(Tool::ShuttleRandom) => shuttle::random(of_shuttle()?, limit),
        Some(Tool::Interlace) | None => return Err(format!("`{tool}` is none of those here")),
    };
    println!("{}", answer.encode());
    Ok(())
}

fn find(
    mut all: impl Iterator<Item = (&'static str, fn())>,
    program: &str,
) -> Result<fn(), String> {
    let found = all.find(|&(name, _)| name == program);
    let missing = || format!("there is no program `{program}`");
    Ok(found.ok_or_else(missing)?.1)
}

/// Searches, and takes a panic for a failure of the kind that `verdict` makes of its message. When the time is
/// up, the process prints that and ends.
pub(super) fn measure(
    limit: Duration,
    verdict: fn(&str) -> Verdict,
    search: impl Fn() + Copy,
) -> Answer {
    let began = Instant::now();
    let print = move |verdict| {
        let answer = Answer {
            verdict,
            executions: EXECUTIONS.load(Relaxed),
            seconds: began.elapsed().as_secs_f64(),
        };
        println!("{}", answer.encode());
    };
    thread::spawn(move || {
        thread::sleep(limit);
        print(Verdict::Unfinished);
        process::exit(0);
    });
    // Loom ends the process at some deadlocks: it panics once more while the first panic unwinds.
    let has_panicked = AtomicBool::new(false);
    panic::set_hook(Box::new(move |info| {
        if !has_panicked.swap(true, Relaxed) {
            print(verdict(message(info.payload())));
        }
    }));
    Answer::of(limit, || {
        EXECUTIONS.store(0, Relaxed);
        let result = panic::catch_unwind(AssertUnwindSafe(search));
        let verdict = result.map_or_else(
            |panic| {
                let message = panic.downcast_ref::<String>().map(String::as_str);
                verdict(
                    message
                        .or(panic.downcast_ref().copied())
                        .unwrap_or_default(),
                )
            },
            |()| Verdict::Holds,
        );
        (verdict, EXECUTIONS.load(Relaxed))
    })
}

fn message(panic: &dyn Any) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref().copied()).unwrap_or_default()
}
