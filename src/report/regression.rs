//! A regression test to paste: the user's own explorer, replaying one schedule.

use std::panic::Location;

use super::source::Source;
use crate::schedule::Schedule;

/// Where an explorer was made, and where it was told to explore.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) made_at: &'static Location<'static>,
    pub(crate) explored_at: &'static Location<'static>,
}

/// The test that replays `schedule` with the explorer of `call`.
pub(crate) fn test(schedule: &Schedule, call: Call) -> String {
    Source::read(call.explored_at.file())
        .and_then(|source| from_source(&source, schedule, call))
        .unwrap_or_else(|| without_source(schedule, call))
}

/// The text of the function that explores, with `replay` in the place of `explore`.
fn from_source(source: &Source, schedule: &Schedule, call: Call) -> Option<String> {
    let explore = source.offset(call.explored_at.line(), call.explored_at.column())?;
    if !source.code()[explore..].starts_with("explore") {
        return None;
    }
    let function = source.function_around(explore)?;
    if function.has_parameters {
        return None;
    }
    let mut end = source.statement_start(explore);
    let mut rest = end;
    let made = source.offset(call.made_at.line(), call.made_at.column());
    let is_here = call.made_at.file() == call.explored_at.file();
    match made.filter(|&made| is_here && (end..explore).contains(&made)) {
        // What stands before the explorer in its statement wants a report: leave it out.
        Some(made) => rest = made,
        None => rest += binding(&source.code()[end..explore]),
    }
    end = source.without_trailing_comments(function.body, end);
    let before = source.text()[function.body..end].trim_end();
    let chain = source.text()[rest..explore].trim_start();
    let before = if before.trim().is_empty() {
        String::new()
    } else {
        format!("{before}\n\n")
    };
    let indent = source.indent_of(rest);
    let replay = format!(
        "{before}{indent}{chain}replay(&interlace::{})\n{indent}    .assert_ok();",
        schedule.to_rust()
    );
    let closers = source.open_braces(function.body, explore);
    let body = outdent(replay.trim_start_matches('\n')) + &"\n    }".repeat(closers);
    Some(wrap(&function.name, &body))
}

/// The length of `let name =` at the start of a statement.
fn binding(statement: &str) -> usize {
    let trimmed = statement.trim_start();
    let is_let = trimmed.starts_with("let ");
    let assign = statement.find('=').filter(|_| is_let);
    assign.map_or(statement.len() - trimmed.len(), |assign| {
        let after = &statement[assign + 1..];
        assign + 1 + after.len() - after.trim_start().len()
    })
}

fn without_source(schedule: &Schedule, call: Call) -> String {
    let Call {
        made_at,
        explored_at,
    } = call;
    wrap(
        "schedule",
        &format!(
            "    // Build the explorer as it is built at {made_at}\n    \
             // (explored at {explored_at}), and end with:\n    \
             //     .replay(&interlace::{})\n    \
             //     .assert_ok();\n    \
             unimplemented!(\"paste the explorer here\");",
            schedule.to_rust()
        ),
    )
}

fn wrap(name: &str, body: &str) -> String {
    let name = if name == "main" { "schedule" } else { name };
    format!("#[test]\nfn {name}_regression() {{\n{body}\n}}")
}

/// Moves the lines so far to the left that the first is indented by four.
fn outdent(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let surplus = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .map_or(0, indent);
    let lines = text.lines().map(|line| {
        let cut = surplus.min(indent(line));
        match &line[cut..] {
            "" => String::new(),
            rest => format!("    {rest}"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
