//! Which steps are drawn in which line.

use super::TimelineStep;

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    /// The step of this number, from 0.
    Step(usize),
    /// From this step to that, all of one thread, which have nothing to do with others.
    Alone(usize, usize),
    /// As many steps are not shown.
    LeftOut(usize),
}

impl Row {
    /// The step that is shown by itself.
    pub(super) fn step<'a>(&self, steps: &'a [TimelineStep]) -> Option<&'a TimelineStep> {
        match *self {
            Row::Step(step) => steps.get(step),
            Row::Alone(..) | Row::LeftOut(_) => None,
        }
    }

    /// How many steps it stands for.
    pub(super) fn count(&self) -> usize {
        match *self {
            Row::Step(_) => 1,
            Row::Alone(first, last) => last + 1 - first,
            Row::LeftOut(count) => count,
        }
    }
}

/// The lines of these steps.
pub(crate) fn rows(steps: &[TimelineStep]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let goes_on = |before: usize| {
            let before = &steps[before];
            let are_alone = before.is_alone() && step.is_alone();
            are_alone && before.thread == step.thread && before.is_forced == step.is_forced
        };
        match rows.last().copied() {
            Some(Row::Alone(first, last)) if goes_on(last) => {
                rows.pop();
                rows.push(Row::Alone(first, number));
            }
            Some(Row::Step(first)) if goes_on(first) => {
                rows.pop();
                rows.push(Row::Alone(first, number));
            }
            _ => rows.push(Row::Step(number)),
        }
    }
    rows
}

/// The rows without the middle of an execution that has more than `most`.
pub(crate) fn shortened(rows: Vec<Row>, most: usize) -> Vec<Row> {
    if rows.len() <= most {
        return rows;
    }
    let kept = most / 2;
    let left_out = &rows[kept..rows.len() - kept];
    let count = left_out.iter().map(Row::count).sum();
    let mut shown = rows[..kept].to_vec();
    shown.push(Row::LeftOut(count));
    shown.extend_from_slice(&rows[rows.len() - kept..]);
    shown
}
