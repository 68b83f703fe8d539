//! The table of outcomes: how many executions ended in each, and how one of them goes.

use std::fmt::Write as _;

use crate::workers::{OutcomeSummary, Outcomes};

impl OutcomeSummary {
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

/// One line for each outcome, each beginning with a line break.
pub(super) fn table(outcomes: &Outcomes) -> String {
    let most = outcomes.values().map(|summary| summary.count).max();
    let width = most.unwrap_or(0).to_string().len();
    let mut table = String::new();
    for (text, summary) in outcomes {
        let (count, remark) = (summary.count, summary.remark());
        let _ = write!(table, "\n  {count:width$} × {text}  {remark}");
    }
    table
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
        assert_eq!(table(&outcomes), expected);
    }
}
