//! The table, as Markdown.

use std::collections::BTreeMap;

use super::answer::{Answer, Verdict};
use super::expected::{Expected, Needs};
use super::tool::Tool;
use crate::number::{grouped, rounded};

/// A program, and the answers of the tools in their order.
type Row<'a> = (&'a Expected, Vec<Answer>);

pub(super) fn render(rows: &[Row<'_>]) -> String {
    let mut lines = vec![
        "| program | is | interlace | loom | shuttle, depth first | shuttle, random |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(rows.iter().map(line));
    lines.extend([String::new(), summary(rows), String::new()]);
    lines.extend(reasons(rows));
    lines.join("\n")
}

/// How many programs each tool judges rightly: a verdict that is cut short is none.
fn summary(rows: &[Row<'_>]) -> String {
    let right = Tool::ALL.into_iter().enumerate().map(|(column, tool)| {
        let is_right = |(expected, answers): &&Row<'_>| {
            answers
                .get(column)
                .is_some_and(|it| it.verdict == expected.verdict)
        };
        let count = rows.iter().filter(is_right).count();
        format!("{} {count}", tool.name())
    });
    let right: Vec<String> = right.collect();
    let orders = |(expected, _): &&Row<'_>| expected.needs == Needs::Orders;
    format!(
        "Right verdicts of {}, of which {} need orders of steps only: {}.",
        rows.len(),
        rows.iter().filter(orders).count(),
        right.join("; ")
    )
}

fn line((expected, answers): &Row<'_>) -> String {
    let needs = match expected.needs {
        Needs::Orders => "",
        Needs::WeakMemory => " (weak memory)",
        Needs::HappensBefore => " (happens-before)",
    };
    let cells = Tool::ALL.into_iter().zip(answers);
    let cells: Vec<String> = cells
        .map(|(tool, &answer)| cell(expected, tool, answer))
        .collect();
    format!(
        "| {} | {}{needs} | {} |",
        title(expected),
        word(expected.verdict),
        cells.join(" | ")
    )
}

fn title(expected: &Expected) -> String {
    expected.program.replace('_', " ")
}

/// Says of what tools do not do why, each reason once.
fn reasons(rows: &[Row<'_>]) -> Vec<String> {
    let exceptions = rows.iter().flat_map(|(expected, _)| {
        let but = expected.but.iter();
        but.map(|&(tool, _, reason)| ((tool.name(), reason), title(expected)))
    });
    let mut programs: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (reason, program) in exceptions {
        programs.entry(reason).or_default().push(program);
    }
    let line = |((tool, reason), programs): ((&str, &str), Vec<String>)| {
        format!("- {tool} {reason}: {}.", programs.join(", "))
    };
    programs.into_iter().map(line).collect()
}

/// Which verdicts are not those that are expected.
pub(super) fn wrong(rows: &[Row<'_>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (expected, answers) in rows {
        for (tool, answer) in Tool::ALL.into_iter().zip(answers) {
            let by = expected.by(tool);
            let is_cut = answer.verdict == Verdict::Unfinished && by == Verdict::Holds;
            if answer.verdict != by && !is_cut {
                wrong.push(format!(
                    "{}, {}: {}, and not {}",
                    expected.program,
                    tool.key(),
                    word(answer.verdict),
                    word(by)
                ));
            }
        }
        let classes = answers.first().map(|answer| answer.executions);
        let holds = answers
            .first()
            .is_some_and(|it| it.verdict == Verdict::Holds);
        if holds && expected.classes.is_some() && expected.classes != classes {
            let program = expected.program;
            wrong.push(format!(
                "{program}, interlace: {classes:?} classes, and not {:?}",
                expected.classes
            ));
        }
    }
    wrong
}

/// A verdict that is not right is marked.
fn cell(expected: &Expected, tool: Tool, answer: Answer) -> String {
    let mark = if expected.by(tool) == expected.verdict {
        ""
    } else {
        "\\*"
    };
    let Answer {
        verdict,
        executions,
        seconds,
    } = answer;
    let (executions, time) = (grouped(executions), time(seconds));
    match verdict {
        Verdict::Unfinished => format!("> {executions}, > {time}"),
        _ => format!("{}{mark} {executions}, {time}", word(verdict)),
    }
}

/// With a unit that fits.
fn time(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{} ms", rounded(seconds * 1e3))
    } else {
        format!("{} s", rounded(seconds))
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Panic => "panic",
        Verdict::Deadlock => "deadlock",
        Verdict::Livelock => "livelock",
        Verdict::DataRace => "data race",
        Verdict::Leak => "leak",
        Verdict::Unsupported => "cannot",
        Verdict::Unfinished => "unfinished",
    }
}
