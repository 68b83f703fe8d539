//! At which steps threads begin to run a line of code.

use std::collections::BTreeMap;

use crate::schedule::StepKind;
use crate::timeline::{CallLines, CodeLine, Columns, TimelineStep};

/// The names of markers, by file and line.
pub(super) type Names<'a> = BTreeMap<(&'a str, u32), String>;

/// Packages that Interlace itself depends on: a copy of them cannot depend on Interlace.
const BELOW_INTERLACE: [&str; 8] = [
    "crossbeam-deque-",
    "crossbeam-epoch-",
    "crossbeam-utils-",
    "lock_api-",
    "parking_lot-",
    "parking_lot_core-",
    "rayon-",
    "rayon-core-",
];

/// Steps, and whether each begins to run the lines that have led to it. The lines of a step are on levels: on
/// level 0 that of the workspace, and those of packages on the others.
pub(super) struct Lines<'a> {
    pub(super) columns: &'a Columns,
    pub(super) calls: &'a CallLines,
    begins: Vec<Vec<bool>>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(columns: &'a Columns, calls: &'a CallLines) -> Self {
        let steps = &columns.steps;
        let mut begins = vec![Vec::new(); steps.len()];
        // Whether both are the same access, in the same functions: so the line is run once more, or a loop within.
        let is_again = |one: usize, other: usize| {
            let [one_lines, other_lines] = [one, other].map(|it| &calls.of_steps[it]);
            let mut pairs = one_lines.iter().zip(other_lines);
            steps[one].marker == steps[other].marker
                && one_lines.len() == other_lines.len()
                && pairs.all(|(one, other)| one.is_line_of(other))
        };
        for thread in &columns.threads {
            // On each level, the first step of what the line does now.
            let mut firsts: Vec<usize> = Vec::new();
            for number in (0..steps.len()).filter(|it| steps[*it].thread == *thread) {
                let lines = &calls.of_steps[number];
                firsts.truncate(lines.len());
                let mut is_anew = false;
                for (level, line) in lines.iter().enumerate() {
                    let first = firsts.get(level).copied();
                    is_anew |= first.is_none_or(|first| {
                        !calls.of_steps[first][level].is_line_of(line) || is_again(first, number)
                    });
                    if is_anew {
                        firsts.truncate(level);
                        firsts.push(number);
                    }
                    begins[number].push(is_anew);
                }
            }
        }
        Lines {
            columns,
            calls,
            begins,
        }
    }

    pub(super) fn forced(&self) -> usize {
        let steps = self.columns.steps.iter();
        steps.take_while(|step| step.is_forced).count()
    }

    /// On how many levels a step has lines.
    pub(super) fn levels(&self, step: usize) -> usize {
        self.begins[step].len()
    }

    /// Whether a plain build can stop the thread before this step: by a marker at its line on this level, or since it
    /// calls the system there.
    pub(super) fn can_stop(&self, step: usize, level: usize) -> bool {
        let is_call = level == 0 && !is_access(&self.columns.steps[step]);
        is_call
            || self.begins[step].get(level) == Some(&true)
                && can_mark(&self.calls.of_steps[step][level])
    }

    /// The markers that the step passes, if these are written.
    pub(super) fn marked(&self, step: usize, names: &Names<'_>) -> Vec<String> {
        let lines = self.calls.of_steps[step].iter().zip(&self.begins[step]);
        let begun = lines.filter(|(_, begins)| **begins);
        let marked = begun.filter_map(|(line, _)| names.get(&(&*line.file, line.line)));
        marked.cloned().collect()
    }
}

/// Whether a comment at the end of the line would gate all that the line does, as far as its text tells: whether it
/// begins a statement or an expression.
pub(super) fn can_mark(line: &CodeLine) -> bool {
    let CodeLine { file, source, .. } = line;
    let goes_on = ['.', ')', ']', '}', ',', ';', '?'];
    let is_else = source.starts_with("} else");
    !source.is_empty()
        && (is_else || !source.starts_with(goes_on))
        && !BELOW_INTERLACE.iter().any(|it| is_version_of(file, it))
}

fn is_version_of(file: &str, package: &str) -> bool {
    file.strip_prefix(package)
        .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()))
}

/// Whether the step is an access, or a call of a futex, before which no thread is stopped in a plain build.
pub(super) fn is_access(step: &TimelineStep) -> bool {
    let is_found = step.code.as_ref().is_some_and(|code| code.is_access);
    step.kind == StepKind::Marker && (is_found || step.marker.file.is_empty())
}
