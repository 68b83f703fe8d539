//! The table of outcomes: how many executions ended in each, and how one of them goes.

use std::fmt::Write as _;

use super::plural;
use crate::look::{Ink, Look};
use crate::text_width::{cut, one_line, width};
use crate::workers::{OutcomeSummary, Outcomes};

/// More outcomes than these that are alike are not all shown, but as many as `SHOWN`.
const MAX_ALIKE: usize = 20;
const SHOWN: usize = 12;

/// As much is shown of an outcome, however narrow the terminal is.
const MIN_ROOM: usize = 12;

impl OutcomeSummary {
    /// Whether none of them failed, some or all.
    fn rank(&self) -> u8 {
        u8::from(self.failing > 0) + u8::from(self.failing == self.count)
    }

    /// How many of them failed, and how the first goes.
    fn remark(&self) -> String {
        let failed = match self.failing {
            0 => String::new(),
            failing if failing == self.count => "failed; ".to_owned(),
            failing => format!("{failing} failed; "),
        };
        if self.example.is_empty() {
            return format!("({failed}with no step forced)");
        }
        format!("({failed}as in {})", self.example)
    }
}

/// One line for each outcome, each beginning with a line break. Of many that are alike, the first are shown.
pub(super) fn table(outcomes: &Outcomes, look: Look) -> String {
    let most = outcomes.values().map(|summary| summary.count).max();
    let number = most.unwrap_or(0).to_string().len();
    let is_alike = |one: &(&String, &OutcomeSummary), other: &(&String, &OutcomeSummary)| {
        one.1.rank() == other.1.rank()
    };
    let outcomes: Vec<_> = outcomes.iter().collect();
    let mut table = String::new();
    for alike in outcomes.chunk_by(is_alike) {
        let shown = if alike.len() > MAX_ALIKE {
            SHOWN
        } else {
            alike.len()
        };
        for (text, summary) in &alike[..shown] {
            let line = line(text, summary, number, look);
            let _ = write!(table, "\n{line}");
        }
        let rest = &alike[shown..];
        if !rest.is_empty() {
            let executions: u64 = rest.iter().map(|it| it.1.count).sum();
            let executions = plural(executions, "execution");
            let rest = format!(
                "  {:number$} … {} more like these, of {executions}",
                "",
                rest.len()
            );
            let _ = write!(
                table,
                "\n{}",
                look.paint(Ink::Aside, &cut(&rest, look.width))
            );
        }
    }
    table
}

/// The line of one outcome, and another for its example if there is no room beside it.
fn line(text: &str, summary: &OutcomeSummary, number: usize, look: Look) -> String {
    let indent = number + 5;
    let room = look.width.saturating_sub(indent).max(MIN_ROOM);
    let (text, remark) = (one_line(text), summary.remark());
    let text = cut(&text, room);
    let is_beside = width(&text) + 2 + width(&remark) <= room;
    let ink = if summary.failing > 0 {
        Ink::Failed
    } else {
        Ink::Held
    };
    let count = look.paint(ink, &format!("{:number$}", summary.count));
    let remark = look.paint(Ink::Aside, &cut(&remark, room));
    if is_beside {
        format!("  {count} × {text}  {remark}")
    } else {
        format!("  {count} × {text}\n{:indent$}{remark}", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule;
    use crate::schedule::Schedule;

    #[test]
    fn a_line_says_how_many_and_how_many_failed_and_how_one_goes() {
        let summary = |count, failing, example| OutcomeSummary {
            count,
            failing,
            example,
        };
        let outcomes = Outcomes::from([
            ("0".to_owned(), summary(12, 0, Schedule::default())),
            ("1".to_owned(), summary(3, 3, schedule![a: x, b: y])),
            ("2".to_owned(), summary(4, 1, schedule![b: y])),
        ]);
        let expected = "
  12 × 0  (with no step forced)
   3 × 1  (failed; as in a:x b:y)
   4 × 2  (1 failed; as in b:y)";
        assert_eq!(table(&outcomes, Look::PLAIN), expected);
    }
}
