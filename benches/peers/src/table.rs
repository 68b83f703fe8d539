//! The table, as Markdown, and what its columns mean.

use std::time::Duration;

use crate::contest::Entry;
use crate::number::{grouped, rounded};
use crate::program::Program;
use crate::search::Finding;
use crate::tool::{POINTS, Tool};

pub(crate) fn render(entries: &[Entry], limit: Duration) -> String {
    let mut rows = vec![head()];
    rows.extend(entries.iter().map(|entry| row(entry, entries)));
    format!(
        "{}\n\
         Seconds are those of one exhaustive search, the fastest and the median; executions/s are of\n\
         the median. A search that was not finished in {} s says so, and its executions/s are of that\n\
         time. `rate` is the tool's executions/s divided by those of that engine of interlace (below 1,\n\
         interlace is faster); `time` is the tool's seconds divided by interlace's (above 1, interlace\n\
         is faster).\n\n{POINTS}",
        lines(&rows),
        rounded(limit.as_secs_f64()),
    )
}

fn head() -> Vec<String> {
    let fixed = [
        "program",
        "tool",
        "points a thread",
        "executions",
        "executions/s",
        "s, fastest",
        "s, median",
    ];
    let mut head: Vec<String> = fixed.map(str::to_owned).into();
    for tool in Tool::OURS {
        head.push(format!("rate / {}", tool.engine()));
        head.push(format!("time / {}", tool.engine()));
    }
    head
}

fn row(entry: &Entry, entries: &[Entry]) -> Vec<String> {
    let finding = entry.summary();
    let mut cells = vec![
        title(entry.program),
        entry.tool.name(),
        entry.tool.points(entry.program),
    ];
    cells.extend(match finding {
        Finding::Exhausted {
            executions,
            fastest,
            median,
        } => [
            grouped(executions),
            rate(finding).map_or_else(String::new, rounded),
            rounded(fastest),
            rounded(median),
        ],
        Finding::Unfinished {
            executions,
            seconds,
        } => [
            format!("> {}", grouped(executions)),
            rate(finding).map_or_else(String::new, rounded),
            "not finished".to_owned(),
            format!("> {}", rounded(seconds)),
        ],
        Finding::Failed => ["failed", "", "", ""].map(str::to_owned),
    });
    for &tool in Tool::OURS {
        let mut all = entries.iter();
        let ours = all.find(|other| other.program == entry.program && other.tool == tool);
        let ours = ours.map_or(Finding::Failed, Entry::summary);
        cells.push(ratio(rate(finding), rate(ours)).unwrap_or_default());
        cells.push(time_ratio(finding, ours).unwrap_or_default());
    }
    cells
}

fn title(program: Program) -> String {
    program.name().replace('x', "×").replace('-', " ")
}

fn rate(finding: Finding) -> Option<f64> {
    let (executions, seconds) = match finding {
        Finding::Exhausted {
            executions, median, ..
        } => (executions, median),
        Finding::Unfinished {
            executions,
            seconds,
        } => (executions, seconds),
        Finding::Failed => return None,
    };
    Some(f64::from(u32::try_from(executions).ok()?) / seconds)
}

fn ratio(theirs: Option<f64>, ours: Option<f64>) -> Option<String> {
    Some(rounded(theirs? / ours?))
}

/// The ratio of the times to exhaust, or a bound of it.
fn time_ratio(theirs: Finding, ours: Finding) -> Option<String> {
    let Finding::Exhausted { median: ours, .. } = ours else {
        return None;
    };
    match theirs {
        Finding::Exhausted { median, .. } => Some(rounded(median / ours)),
        Finding::Unfinished { seconds, .. } => Some(format!("> {}", rounded(seconds / ours))),
        Finding::Failed => None,
    }
}

/// Lays the rows out; all columns but the first three are numbers and stand to the right.
fn lines(rows: &[Vec<String>]) -> String {
    let is_text = |column| column < 3;
    let columns = 0..rows[0].len();
    let width = |column: usize| {
        rows.iter()
            .map(move |row| row[column].chars().count())
            .max()
    };
    let widths: Vec<usize> = columns.map(|column| width(column).unwrap_or(0)).collect();
    let line = |cells: Vec<String>| format!("|{}|\n", cells.join("|"));
    let padded = |row: &Vec<String>| {
        let pad = |(column, cell): (usize, &String)| {
            let width = widths[column];
            if is_text(column) {
                format!(" {cell:<width$} ")
            } else {
                format!(" {cell:>width$} ")
            }
        };
        line(row.iter().enumerate().map(pad).collect())
    };
    let rule = |(column, &width): (usize, &usize)| {
        let end = if is_text(column) { '-' } else { ':' };
        format!("{}{end}", "-".repeat(width + 1))
    };
    let rule = line(widths.iter().enumerate().map(rule).collect());
    let rest: String = rows[1..].iter().map(padded).collect();
    padded(&rows[0]) + &rule + &rest
}
