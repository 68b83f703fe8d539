//! Rounds in which every tool runs every program, each time in a process of its own.

use std::io::{Error, IsTerminal};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::program::Program;
use crate::search::Finding;
use crate::tool::Tool;

/// How long a process may take beyond the limit, which it keeps by itself, before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// How often, and how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contest {
    pub(crate) rounds: usize,
    pub(crate) limit: Duration,
}

/// What all rounds found of one tool on one program.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) program: Program,
    pub(crate) tool: Tool,
    findings: Vec<Finding>,
    spent: Duration,
}

impl Contest {
    /// Runs all rounds. A tool that has used the limit on a program, in one round or in several,
    /// is not asked again.
    pub(crate) fn hold(self) -> Result<Vec<Entry>, String> {
        let mut entries = Vec::new();
        for &program in Program::ALL {
            entries.extend(Tool::ALL.iter().map(|&tool| Entry::new(program, tool)));
        }
        for round in 1..=self.rounds {
            for entry in entries.iter_mut().filter(|entry| entry.spent < self.limit) {
                self.say(round, entry);
                let since = Instant::now();
                let finding = self.search(entry.program, entry.tool);
                entry
                    .findings
                    .push(finding.map_err(|error| error.to_string())?);
                entry.spent += since.elapsed();
            }
        }
        Ok(entries)
    }

    /// Shows a person who waits how far it has come.
    fn say(self, round: usize, entry: &Entry) {
        if std::io::stderr().is_terminal() {
            let (program, tool) = (entry.program.name(), entry.tool.name());
            eprintln!("round {round} of {}: {program}, {tool}", self.rounds);
        }
    }

    fn search(self, program: Program, tool: Tool) -> Result<Finding, Error> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["search", &tool.key(), &program.name()])
            .arg(self.limit.as_secs_f64().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        if !is_done(&mut child, self.limit + GRACE)? {
            child.kill()?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Ok(Finding::Failed);
        }
        Ok(Finding::decode(&String::from_utf8_lossy(&output.stdout)))
    }
}

fn is_done(child: &mut Child, limit: Duration) -> Result<bool, Error> {
    let since = Instant::now();
    while child.try_wait()?.is_none() {
        if since.elapsed() > limit {
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(true)
}

impl Entry {
    fn new(program: Program, tool: Tool) -> Self {
        Entry {
            program,
            tool,
            findings: Vec::new(),
            spent: Duration::ZERO,
        }
    }

    /// One finding for all rounds. One that did not finish or that failed stands for all.
    pub(crate) fn summary(&self) -> Finding {
        let (mut number, mut least, mut medians) = (0, f64::INFINITY, Vec::new());
        for &finding in &self.findings {
            let Finding::Exhausted {
                executions,
                fastest,
                median,
            } = finding
            else {
                return finding;
            };
            number = executions;
            least = least.min(fastest);
            medians.push(median);
        }
        if medians.is_empty() {
            return Finding::Failed;
        }
        medians.sort_by(f64::total_cmp);
        Finding::Exhausted {
            executions: number,
            fastest: least,
            median: medians[medians.len() / 2],
        }
    }
}
