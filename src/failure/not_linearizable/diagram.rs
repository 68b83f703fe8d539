//! Operations as a drawing: a column for each thread, time going downwards.

use std::fmt;

use itertools::Itertools as _;

use super::call::HistoryCall;
use crate::text_width::{cut, one_line, padded, width};

/// How wide a drawing is unless that was said.
pub(super) const WIDTH: usize = 100;

/// A column that is narrower tells nothing.
const NARROWEST: usize = 12;

/// What there is in one row of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Nothing,
    Begins(String),
    UnderWay,
    Ends(String),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Nothing => Ok(()),
            Cell::Begins(text) => write!(f, "┌ {text}"),
            Cell::UnderWay => write!(f, "│"),
            Cell::Ends(text) => write!(f, "└ {text}"),
        }
    }
}

/// Writes the drawing, each line with its end.
pub(super) fn write(f: &mut dyn fmt::Write, calls: &[HistoryCall], line: usize) -> fmt::Result {
    let columns = columns(calls);
    let rows = rows(calls, &columns);
    let lines = std::iter::once(
        columns
            .iter()
            .map(|&(client, _)| one_line(client).into_owned())
            .collect(),
    );
    let texts = rows
        .iter()
        .map(|row| row.iter().map(Cell::to_string).collect());
    let lines: Vec<Vec<String>> = lines.chain(texts).collect();
    let most = (line.saturating_sub(2) / columns.len().max(1))
        .saturating_sub(2)
        .max(NARROWEST);
    let widest = |column: usize| {
        let widths = lines.iter().map(|line| width(&line[column]));
        widths.max().unwrap_or(0).min(most)
    };
    let widths: Vec<usize> = (0..columns.len()).map(widest).collect();
    for line in lines {
        let texts = line.iter().zip(&widths);
        let texts = texts.map(|(text, &width)| padded(&cut(text, width), width));
        writeln!(f, "  {}", texts.format("  ").to_string().trim_end())?;
    }
    Ok(())
}

/// Clients, in the order in which they come first. One whose operations overlap has several columns.
fn columns(calls: &[HistoryCall]) -> Vec<(&str, Vec<usize>)> {
    let mut columns: Vec<(&str, Vec<usize>)> = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        let is_over = |last: &usize| {
            let end = calls[*last].returned_at;
            end.is_some_and(|end| end < call.invoked_at)
        };
        let free = columns
            .iter_mut()
            .find(|(client, own)| *client == call.client && own.last().is_none_or(is_over));
        match free {
            Some((_, own)) => own.push(number),
            None => columns.push((&call.client, vec![number])),
        }
    }
    columns
}

/// A row for each event.
fn rows(calls: &[HistoryCall], columns: &[(&str, Vec<usize>)]) -> Vec<Vec<Cell>> {
    let events = calls.iter().flat_map(|call| {
        let returned = call.returned_at.into_iter();
        std::iter::once(call.invoked_at).chain(returned)
    });
    let last = calls.iter().any(|call| call.returned_at.is_none());
    let events = events.chain(last.then_some(u32::MAX)).sorted().dedup();
    let cell = |own: &[usize], event: u32| {
        let mut own = own.iter().map(|&number| &calls[number]);
        let call =
            own.find(|it| it.invoked_at <= event && it.returned_at.is_none_or(|end| event <= end));
        match call {
            None => Cell::Nothing,
            Some(call) if call.invoked_at == event => {
                Cell::Begins(one_line(&call.operation).into_owned())
            }
            Some(call) if call.returned_at == Some(event) => {
                Cell::Ends(one_line(call.returned.as_deref().unwrap_or_default()).into_owned())
            }
            Some(_) if event == u32::MAX => Cell::Ends("did not return".to_owned()),
            Some(_) => Cell::UnderWay,
        }
    };
    let row = |event| columns.iter().map(|(_, own)| cell(own, event)).collect();
    events.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Drawing(Vec<HistoryCall>);

    impl fmt::Display for Drawing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write(f, &self.0, WIDTH)
        }
    }

    fn call(client: &str, operation: &str, at: u32, ret: Option<(&str, u32)>) -> HistoryCall {
        HistoryCall {
            client: client.to_owned(),
            operation: operation.to_owned(),
            returned: ret.map(|(text, _)| text.to_owned()),
            invoked_at: at,
            returned_at: ret.map(|(_, at)| at),
        }
    }

    #[test]
    fn each_event_has_a_row_and_each_thread_a_column() {
        let drawing = Drawing(vec![
            call("a", "Push(1)", 0, Some(("()", 2))),
            call("b", "Pop", 1, None),
            call("a", "Push(2)", 3, Some(("()", 4))),
        ]);
        let expected = "  a          b
  ┌ Push(1)
  │          ┌ Pop
  └ ()       │
  ┌ Push(2)  │
  └ ()       │
             └ did not return
";
        assert_eq!(drawing.to_string(), expected);
    }

    #[test]
    fn operations_that_overlap_have_columns_of_their_own() {
        let drawing = Drawing(vec![
            call("a", "x", 0, Some(("1", 2))),
            call("a", "y", 1, Some(("2", 3))),
        ]);
        assert_eq!(
            drawing.to_string(),
            "  a    a\n  ┌ x\n  │    ┌ y\n  └ 1  │\n       └ 2\n"
        );
    }

    #[test]
    fn lines_are_no_longer_than_a_hundred_characters() {
        let long = "x".repeat(300);
        let calls = (0..7).map(|at| call(&format!("{at}{long}"), &long, at, Some((&long, at + 7))));
        let drawing = Drawing(calls.collect()).to_string();
        assert_eq!(
            drawing.lines().map(|line| line.chars().count()).max(),
            Some(7 * 12 + 6 * 2 + 2)
        );
        assert!(
            drawing
                .lines()
                .all(|line| line.contains('…') || !line.contains('x'))
        );
    }
}
