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
    let call_of = |method: &&str| source.code()[explore..].starts_with(method);
    if !["explore", "sample"].iter().any(call_of) {
        return None;
    }
    let function = source.function_around(explore)?;
    if function.has_parameters {
        return None;
    }
    let statement = source.statement_start(explore);
    let chain = start_of_chain(source, statement, explore, call)?;
    if source
        .open_brackets(function.body, statement)
        .iter()
        .any(is_not_brace)
    {
        return None;
    }
    let before = source.text()[function.body..source.end_of_code(statement)].trim_end();
    let indent = source.indent_of(chain);
    let calls = source.text()[chain..explore]
        .trim_end()
        .trim_end_matches('.')
        .trim_end();
    let replay = format!(
        "{before}\n{indent}{calls}\n{indent}    .replay(&interlace::{})\n{indent}    .assert_ok();",
        schedule.to_rust()
    );
    let mut body = outdent(replay.trim_start_matches('\n'));
    let blocks = source.open_braces(function.body, explore);
    if blocks > 0 {
        let note =
            "    // The explorer stood in these blocks; of a loop, keep the round that failed.";
        body = format!("{note}\n{body}{}", "\n    }".repeat(blocks));
    }
    Some(wrap(&function.name, &body))
}

/// Where the expression starts that ends in `.explore()`. What stands before it in its statement
/// wants a report, and is left out.
///
/// None if that cannot be told: the expression is a closure's, or stands among arguments.
fn start_of_chain(source: &Source, statement: usize, explore: usize, call: Call) -> Option<usize> {
    let made = source.offset(call.made_at.line(), call.made_at.column());
    let is_here = call.made_at.file() == call.explored_at.file();
    let made = made.filter(|made| is_here && (statement..explore).contains(made));
    let start = made.unwrap_or_else(|| statement + binding(&source.code()[statement..explore]));
    let open = source.open_brackets(start, explore);
    let Some(&(bracket, _)) = open.iter().rfind(|bracket| is_not_brace(bracket)) else {
        return Some(start);
    };
    let argument = &source.code()[bracket + 1..explore];
    (!argument.contains([',', '|', '{'])).then_some(bracket + 1)
}

/// Whether a bracket is open that the braces after the replayed call would not close.
fn is_not_brace(&(_, bracket): &(usize, u8)) -> bool {
    bracket != b'{'
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
            "    // The explorer could not be cut out of the source where it stands. Build it as at\n    \
             // {made_at} (explored at {explored_at}), and end with:\n    \
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule;

    #[test]
    fn without_its_source_the_test_says_what_to_fill_in() {
        let here = Location::caller();
        let text = without_source(
            &schedule![a: x],
            Call {
                made_at: here,
                explored_at: here,
            },
        );
        assert!(
            text.contains(".replay(&interlace::schedule![a: x])"),
            "{text}"
        );
        assert!(text.contains(&here.to_string()), "{text}");
    }

    #[test]
    fn a_binding_is_left_out_and_the_rest_of_the_statement_stays() {
        let chain = |statement: &str| statement[binding(statement)..].to_owned();
        assert_eq!(chain("\n  let report = a.b"), "a.b");
        assert_eq!(chain(" let r: Report =\n a == b"), "a == b");
        assert_eq!(chain("\n  a.b(x = 1)"), "a.b(x = 1)");
    }

    #[test]
    fn lines_keep_their_places_to_each_other() {
        assert_eq!(
            outdent("        a\n            .b\n\n        }"),
            "    a\n        .b\n\n    }"
        );
    }
}
