//! One tool on one program: what runs in a process of its own.

use std::process;
use std::thread;
use std::time::{Duration, Instant};

use crate::program::{Body, Program};
use crate::tally::{self, Tally};
use crate::tool::Tool;

/// For how long a search that is short is repeated, as a part of the limit.
const REPETITION: u32 = 50;

/// What one process found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Finding {
    /// Searches that came to their end.
    Exhausted {
        executions: u64,
        fastest: f64,
        median: f64,
    },
    /// A search that did not, with what it did in its time.
    Unfinished { executions: u64, seconds: f64 },
    /// A process that panicked, or that had to be killed.
    Failed,
}

/// Searches again and again for a part of `limit`, at least once and no longer than `limit`, and
/// prints a finding.
pub(crate) fn measure(tool: Tool, program: Program, limit: Duration) {
    thread::spawn(move || {
        thread::sleep(limit);
        let (executions, seconds) = (tally::executions(), limit.as_secs_f64());
        println!(
            "{}",
            Finding::Unfinished {
                executions,
                seconds
            }
            .encode()
        );
        process::exit(0);
    });
    let began = Instant::now();
    let mut times = Vec::new();
    let mut first = None;
    while times.is_empty() || began.elapsed() < limit / REPETITION {
        let since = Instant::now();
        tool.exhaust(program);
        times.push(since.elapsed().as_secs_f64());
        let tally = tally::take();
        check(tool, program, tally);
        assert_eq!(*first.get_or_insert(tally), tally, "the searches differ");
    }
    times.sort_by(f64::total_cmp);
    let finding = Finding::Exhausted {
        executions: first.map_or(0, |tally| tally.executions),
        fastest: times[0],
        median: times[times.len() / 2],
    };
    println!("{}", finding.encode());
}

fn check(tool: Tool, program: Program, tally: Tally) {
    if tool.counts_orders() {
        assert_eq!(tally.executions, program.orders(), "{}", tool.name());
    }
    let can_lose = program.body == Body::LoadAndStore;
    assert_eq!(tally.losses > 0, can_lose, "{} on {program:?}", tool.name());
}

impl Finding {
    fn encode(self) -> String {
        match self {
            Finding::Exhausted {
                executions,
                fastest,
                median,
            } => format!("exhausted {executions} {fastest} {median}"),
            Finding::Unfinished {
                executions,
                seconds,
            } => format!("unfinished {executions} {seconds}"),
            Finding::Failed => "failed".to_owned(),
        }
    }

    /// Reads what a process printed. Anything but a finding in its last line is a failure.
    pub(crate) fn decode(output: &str) -> Finding {
        let last = output.lines().last().unwrap_or_default();
        let words: Vec<&str> = last.split(' ').collect();
        Finding::of_words(&words).unwrap_or(Finding::Failed)
    }

    fn of_words(words: &[&str]) -> Option<Finding> {
        match *words {
            ["exhausted", executions, fastest, median] => Some(Finding::Exhausted {
                executions: executions.parse().ok()?,
                fastest: fastest.parse().ok()?,
                median: median.parse().ok()?,
            }),
            ["unfinished", executions, seconds] => Some(Finding::Unfinished {
                executions: executions.parse().ok()?,
                seconds: seconds.parse().ok()?,
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_read_as_they_were_printed() {
        let findings = [
            Finding::Exhausted {
                executions: 6,
                fastest: 0.000_012_5,
                median: 0.1,
            },
            Finding::Unfinished {
                executions: 7,
                seconds: 10.0,
            },
            Finding::Failed,
        ];
        for finding in findings {
            assert_eq!(Finding::decode(&finding.encode()), finding);
        }
    }

    #[test]
    fn anything_else_is_a_failure() {
        for output in [
            "",
            "exhausted",
            "exhausted 1 2",
            "unfinished 1 x",
            "thread panicked",
        ] {
            assert_eq!(Finding::decode(output), Finding::Failed, "{output}");
        }
    }
}
