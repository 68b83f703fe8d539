//! How long files and functions may be.

use crate::blank::blank;
use crate::files;

/// The functions in a source file that have a body: their names, and how many lines they take.
fn functions(text: &str) -> Vec<(String, usize)> {
    let code = blank(text);
    let starts = code.match_indices("fn ").filter(|&(at, _)| {
        let before = code[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
    });
    let function = |(at, _): (usize, &str)| {
        let rest = &code[at..];
        let name = rest[3..].split(|c: char| !c.is_alphanumeric() && c != '_');
        let name = name.into_iter().next()?.to_owned();
        let mut depth = 0_usize;
        for (place, c) in rest.char_indices() {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.checked_sub(1)?,
                // Only declared, in a trait or as a type.
                ';' | ',' if depth == 0 => return None,
                _ => {}
            }
            if c == '}' && depth == 0 {
                return Some((name, rest[..=place].lines().count()));
            }
        }
        None
    };
    starts.filter_map(function).collect()
}

#[test]
fn a_function_is_measured_from_its_first_line_to_its_last() {
    let text = "trait A {\n    fn a(&self);\n}\n\nfn b(c: fn (u8)) {\n    \"}\";\n}\nfn d() {}\n";
    let expected = [("b".to_owned(), 3), ("d".to_owned(), 1)];
    assert_eq!(functions(text), expected);
}

#[test]
fn files_and_functions_stay_small() {
    let (mut lengths, mut too_long) = (Vec::new(), Vec::new());
    for folder in ["src", "macros/src"] {
        for (name, text) in files(folder) {
            let lines = text.lines().count();
            let functions = functions(&text)
                .into_iter()
                .filter(|&(_, lines)| lines > 60);
            let functions =
                functions.map(|(function, lines)| (format!("{name}: {function}"), lines));
            too_long.extend(functions);
            lengths.push(lines);
            if lines > 400 {
                too_long.push((name, lines));
            }
        }
    }
    assert!(too_long.is_empty(), "{too_long:#?}");
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(
        median < 130,
        "half of the files have {median} lines or more"
    );
}
