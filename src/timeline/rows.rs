//! Which steps are drawn in which line.

use super::TimelineStep;

/// The most lines that may repeat together.
const MAX_PERIOD: usize = 12;

/// Fewer lines than these are drawn rather than counted.
const MIN_REPEATED: usize = 6;

/// What comes fewer times again is no loop.
const MIN_TIMES: usize = 2;

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    /// The step of this number, from 0.
    Step(usize),
    /// From this step to that, all of one thread, which have nothing to do with others.
    Alone(usize, usize),
    /// From this step to that, which do again what is drawn in the lines before.
    Again {
        first: usize,
        last: usize,
        /// How many lines repeat.
        lines: usize,
        /// How often.
        times: usize,
    },
    /// As many steps are not shown.
    LeftOut(usize),
}

impl Row {
    /// The step that is shown by itself.
    pub(super) fn step<'a>(&self, steps: &'a [TimelineStep]) -> Option<&'a TimelineStep> {
        match *self {
            Row::Step(step) => steps.get(step),
            Row::Alone(..) | Row::Again { .. } | Row::LeftOut(_) => None,
        }
    }

    /// How many steps it stands for.
    pub(super) fn count(&self) -> usize {
        match *self {
            Row::Step(_) => 1,
            Row::Alone(first, last) | Row::Again { first, last, .. } => last + 1 - first,
            Row::LeftOut(count) => count,
        }
    }

    fn first(&self) -> usize {
        match *self {
            Row::Step(first) | Row::Alone(first, _) | Row::Again { first, .. } => first,
            Row::LeftOut(_) => 0,
        }
    }

    fn last(&self) -> usize {
        self.first() + self.count() - 1
    }

    /// Whether both are drawn alike, but for the numbers of the steps.
    fn is_like(&self, other: &Row, steps: &[TimelineStep]) -> bool {
        match (*self, *other) {
            (Row::Step(one), Row::Step(other)) => steps[one] == steps[other],
            (Row::Alone(one, _), Row::Alone(other_one, _)) => {
                let [one, other_one] = [one, other_one].map(|it| &steps[it]);
                self.count() == other.count()
                    && one.thread == other_one.thread
                    && one.is_forced == other_one.is_forced
            }
            _ => false,
        }
    }

    /// What is told of steps that do again what the lines before say.
    pub(crate) fn again(lines: usize, times: usize) -> String {
        match lines {
            1 => format!("{times} more like this"),
            _ => format!("{times} more times these {lines} lines"),
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
    folded(&rows, steps)
}

/// The rows, of which those that repeat the ones before, as in a loop, become one.
fn folded(rows: &[Row], steps: &[TimelineStep]) -> Vec<Row> {
    let mut shown = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let rest = &rows[at..];
        let repeated = |period: usize| {
            let is_like = |it: &usize| rest[*it].is_like(&rest[it - period], steps);
            (period..rest.len()).take_while(is_like).count() / period
        };
        let periods = (1..=MAX_PERIOD.min(rest.len() / 2)).rev();
        // Of those that fold as much, the shortest.
        let (period, times) = periods
            .map(|period| (period, repeated(period)))
            .max_by_key(|(period, times)| period * times)
            .unwrap_or_default();
        let hidden = period * times;
        if hidden < MIN_REPEATED || times < MIN_TIMES {
            shown.push(rest[0]);
            at += 1;
            continue;
        }
        shown.extend(&rest[..period]);
        let (first, last) = (rest[period].first(), rest[period + hidden - 1].last());
        shown.push(Row::Again {
            first,
            last,
            lines: period,
            times,
        });
        at += period + hidden;
    }
    shown
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
