//! A regression test to paste: the user's own explorer, replaying one schedule.

use std::panic::Location;

use super::marker_home::Home;
use super::markers::MarkerLine;
use super::source::Source;
use crate::schedule::Schedule;

/// Where an explorer was made, and where its search was started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) made_at: &'static Location<'static>,
    pub(crate) explored_at: &'static Location<'static>,
}

/// The test that replays `schedule` with the explorer of `call`.
pub(crate) fn test(schedule: &Schedule, call: Call) -> String {
    Source::read(call.explored_at.file())
        .and_then(|source| from_source(&source, schedule, call, ""))
        .unwrap_or_else(|| without_source(schedule, call))
}

/// The same, for instrumented builds only.
pub(super) fn instrumented_test(schedule: &Schedule, call: Call) -> String {
    format!(
        "#[cfg(interlace)] // under `cargo interlace`\n{}",
        test(schedule, call)
    )
}

/// The same for any build in which these markers are written, and where each of them is.
pub(super) fn marked_test(
    schedule: &Schedule,
    markers: &[MarkerLine],
    call: Call,
) -> (String, Vec<Home>) {
    const POINTS: &str = ".points(interlace::Points::Calls)";
    let source = Source::read(call.explored_at.file());
    let home = |marker: &MarkerLine, source: Option<&Source>| match source {
        _ if !marker.package.is_empty() => Home::Package,
        Some(source) if is_copied(source, marker, call) => Home::Test,
        _ if is_in_one_crate(&marker.file, call.explored_at.file()) => Home::Crate,
        _ => Home::Workspace,
    };
    let homes = |source: Option<&Source>| markers.iter().map(|it| home(it, source)).collect();
    let found: Vec<Home> = homes(source.as_ref());
    let written = source.and_then(|source| {
        let copied = markers.iter().zip(&found).filter(|it| *it.1 == Home::Test);
        let source = copied.fold(source, |source, (marker, _)| {
            source.with_comment(marker.line, &format!("interlace: {}", marker.name))
        });
        from_source(&source, schedule, call, POINTS)
    });
    match written {
        Some(test) if found.contains(&Home::Test) => (
            test.replacen("#[test]\n", "#[test]\n#[interlace::trace]\n", 1),
            found,
        ),
        Some(test) => (test, found),
        None => (without_source(schedule, call), homes(None)),
    }
}

/// Whether two source files are of one library or program, as far as their paths tell.
fn is_in_one_crate(file: &str, other: &str) -> bool {
    fn folder(file: &str) -> Option<&str> {
        let at = file.match_indices("src/").map(|it| it.0);
        let mut whole = at.filter(|at| *at == 0 || file[..*at].ends_with('/'));
        whole.next().map(|at| &file[..at])
    }
    file == other || folder(file).is_some_and(|it| folder(other) == Some(it))
}

/// Whether the line of a marker is in the function that explores: the test has a copy of it.
fn is_copied(source: &Source, marker: &MarkerLine, call: Call) -> bool {
    let location = call.explored_at;
    let function = source
        .offset(location.line(), location.column())
        .and_then(|explore| source.function_around(explore));
    let body = function.and_then(|it| Some(it.body..source.closer(it.body - 1)?));
    let line = source.offset(marker.line, 1);
    location.file() == marker.file
        && body
            .zip(line)
            .is_some_and(|(body, line)| body.contains(&line))
}

/// The text of the function that explores, with `replay` in place of `explore`. What precedes the
/// explorer in its statement uses the report, and is left out.
///
/// None if the result would not compile or would do something else: what is cut out may need
/// parameters, or names that a closure or a pattern binds.
///
/// `setting` is a call of a method of the explorer, to be added.
fn from_source(source: &Source, schedule: &Schedule, call: Call, setting: &str) -> Option<String> {
    let explore = source.offset(call.explored_at.line(), call.explored_at.column())?;
    let (chain, explorer) =
        method_call(source, explore).or_else(|| call_of_model(source, explore))?;
    let function = source.function_around(explore)?;
    let statement = source.statement_start(explore);
    let copied = &source.code[function.body..explore];
    let is_out_of_place = copied.contains("Self")
        || function.returns && (copied.contains('?') || copied.contains("return"));
    if !function.is_plain || is_out_of_place || binds(&source.code[statement..chain]) {
        return None;
    }
    let open = source.open_brackets(function.body, statement);
    if !open.iter().all(|&(at, _)| source.is_loose_block(at)) {
        return None;
    }
    let before = source.text[function.body..source.end_of_code(statement)].trim_end();
    let indent = source.indent_of(chain);
    let setting = match setting {
        "" => String::new(),
        setting => format!("\n{indent}    {setting}"),
    };
    let replay = format!(
        "{before}\n{indent}{explorer}{setting}\n{indent}    .replay(&interlace::{})\n{indent}    \
         .assert_ok();",
        schedule.to_rust()
    );
    let mut body = outdent(replay.trim_start_matches('\n'));
    if !open.is_empty() {
        let note =
            "    // The explorer stood in these blocks; of a loop, keep the round that failed.";
        body = format!("{note}\n{body}{}", "\n    }".repeat(open.len()));
    }
    Some(wrap(&function.name, &body))
}

/// Where the explorer begins whose method is called at `explore`, and its text.
fn method_call(source: &Source, explore: usize) -> Option<(usize, String)> {
    let is_call = |method| {
        let rest = source.code[explore..].strip_prefix(method);
        rest.is_some_and(|rest| rest.trim_start().starts_with('('))
    };
    if !is_call("explore") && !is_call("sample") {
        return None;
    }
    let dot = source.end_of_code(explore).checked_sub(1)?;
    let chain = source.operand_start(dot)?;
    let explorer = source.text[chain..dot].trim_end();
    Some((chain, explorer.to_owned()))
}

/// Of a call of `interlace::model` at `explore`, the same place, and an explorer of the same body.
fn call_of_model(source: &Source, explore: usize) -> Option<(usize, String)> {
    let (path, _) = source.code[explore..].split_once('(')?;
    let name = path.rsplit("::").next()?;
    let open = explore + path.len();
    let close = source.closer(open)?;
    let body = &source.text[open..=close];
    (name.trim() == "model").then(|| (explore, format!("interlace::Explorer::model{body}")))
}

/// Whether the start of a statement binds names that the rest of it may use.
fn binds(start: &str) -> bool {
    let is_closure_with_parameters = start.replace("||", "").contains('|');
    is_closure_with_parameters || start.contains("let ") && start.contains("&&")
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

/// Shifts the lines to the left until the first is indented by four spaces.
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
    fn the_test_is_in_the_crate_of_files_beside_it() {
        for (file, other, is_in_one) in [
            ("src/lib.rs", "src/queue/tests.rs", true),
            ("one/src/lib.rs", "one/src/a.rs", true),
            ("one/src/lib.rs", "src/lib.rs", false),
            ("src/lib.rs", "tests/all.rs", false),
            ("tests/all.rs", "tests/all.rs", true),
        ] {
            assert_eq!(is_in_one_crate(file, other), is_in_one, "{file}, {other}");
        }
    }

    #[test]
    fn lines_keep_their_places_to_each_other() {
        assert_eq!(
            outdent("        a\n            .b\n\n        }"),
            "    a\n        .b\n\n    }"
        );
    }
}
