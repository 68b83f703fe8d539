//! Merges the reports of shards: reads the files that `INTERLACE_REPORT` named, prints what each
//! search found as one machine would have, and fails if one of them failed.
//!
//! ```sh
//! cargo run --example merge -- shard-1.jsonl shard-2.jsonl
//! ```

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use interlace::{Error, Report};

fn main() -> ExitCode {
    let paths: Vec<String> = env::args().skip(1).collect();
    if paths.is_empty() {
        println!("merges reports of interlace: give it the files that INTERLACE_REPORT named");
        return ExitCode::SUCCESS;
    }
    match merge(&paths) {
        Ok(reports) => {
            for report in &reports {
                println!("{}: {report}\n", report.describe_search());
            }
            let has_failed =
                |report: &Report| report.failure().is_some() || report.error().is_some();
            ExitCode::from(u8::from(reports.iter().any(has_failed)))
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn merge(paths: &[String]) -> Result<Vec<Report>, String> {
    let mut reports = Vec::new();
    for path in paths {
        reports.extend(read(Path::new(path))?);
    }
    Report::merge_all(reports).map_err(|error| error.to_string())
}

/// The reports in a file, one a line.
fn read(path: &Path) -> Result<Vec<Report>, String> {
    let place = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{place}: {error}"))?;
    let lines = text.lines().zip(1_u32..);
    lines
        .map(|(text, line)| {
            let at = |error: Error| format!("{place}:{line}: {error}");
            Report::from_json(text).map_err(at)
        })
        .collect()
}
