//! Where threads are stopped, and where markers stop them in the same way.

use std::sync::Arc;

use super::lines::{Lines, can_mark, is_access};
use crate::schedule::StepKind;
use crate::timeline::CodeLine;

/// Where a thread is stopped that could go on.
pub(super) struct Halt {
    /// The number of the step that another thread takes then.
    pub(super) at: usize,
    place: Place,
}

enum Place {
    /// Before this step.
    Before(usize),
    /// For the rest of the execution; the thread is that of this number.
    ForGood(usize),
}

/// Where it is stopped by a marker, or where it calls the system.
pub(super) enum Stop {
    /// Before the step `at`, by its line on this level; where it was stopped before is `halted`.
    Before {
        at: usize,
        level: usize,
        halted: usize,
    },
    /// For the rest of the execution, by the line on this level of what this thread would have done.
    ForGood { thread: usize, level: usize },
}

impl Stop {
    pub(super) fn level(&self) -> usize {
        match *self {
            Stop::Before { level, .. } | Stop::ForGood { level, .. } => level,
        }
    }

    /// The first of the steps that are taken later since the thread is stopped earlier, and the step after them.
    pub(super) fn moved(&self) -> Option<(usize, usize)> {
        match *self {
            Stop::Before { at, halted, .. } => (at < halted).then_some((at, halted)),
            Stop::ForGood { .. } => None,
        }
    }
}

impl<'a> Lines<'a> {
    /// Where threads are stopped that could go on, in the forced steps.
    pub(super) fn halts(&self) -> Vec<Halt> {
        let (steps, threads) = (&self.columns.steps, &self.columns.threads);
        let mut halts = Vec::new();
        let first = |thread: &Arc<str>| steps.iter().position(|step| step.thread == *thread);
        let firsts = threads.iter().filter_map(first);
        let declared = firsts.filter(|it| steps[*it].kind != StepKind::Start);
        let declared: Vec<usize> = declared.collect();
        if declared.len() > 1 {
            // Each runs up to its first marker before any other step is taken.
            let place = declared.into_iter().map(Place::Before);
            halts.extend(place.map(|place| Halt { at: 0, place }));
        }
        for at in 1..self.forced() {
            let thread = &steps[at - 1].thread;
            if *thread == steps[at].thread || steps[at - 1].waits {
                continue;
            }
            let goes_on = (at..steps.len()).find(|it| steps[*it].thread == *thread);
            let number = threads.iter().position(|it| it == thread);
            let is_pending =
                |it: &usize| self.calls.pending.get(*it).is_some_and(|it| !it.is_empty());
            let place = match (goes_on, number.filter(is_pending)) {
                (Some(step), _) => Place::Before(step),
                (None, Some(number)) => Place::ForGood(number),
                (None, None) => continue,
            };
            halts.push(Halt { at, place });
        }
        halts
    }

    /// How a plain build stops the thread in the same way.
    ///
    /// # Errors
    ///
    /// Why it cannot, as the end of a sentence.
    pub(super) fn stop(&self, halt: &Halt) -> Result<Stop, String> {
        match halt.place {
            Place::Before(halted) => self.stop_before(halted),
            Place::ForGood(thread) => self.stop_for_good(halt.at - 1, thread),
        }
    }

    /// It is stopped a little later or earlier if what it does in between has to do with no other thread. Markers in
    /// the workspace come first.
    fn stop_before(&self, halted: usize) -> Result<Stop, String> {
        let steps = &self.columns.steps;
        let own = |it: &usize| steps[*it].thread == steps[halted].thread;
        let is_alone = |it: &usize| steps[*it].is_alone();
        let later: Vec<usize> = (halted..steps.len()).filter(own).collect();
        let alone = later.iter().take_while(|it| is_alone(it)).count();
        // In the turn that ends where it is stopped.
        let turn = (0..halted).rev().skip_while(|it| !own(it)).take_while(own);
        let earlier = turn.take_while(is_alone);
        let candidates: Vec<usize> = later.into_iter().take(alone + 1).chain(earlier).collect();
        let levels = candidates.iter().map(|it| self.levels(*it)).max();
        let found = (0..levels.unwrap_or(0).max(1)).find_map(|level| {
            let at = candidates.iter().find(|it| self.can_stop(**it, level))?;
            Some(Stop::Before {
                at: *at,
                level,
                halted,
            })
        });
        let line = self.calls.of_steps[halted].first();
        found.ok_or_else(|| {
            let at = steps[halted].marker.to_string();
            obstacle(&steps[halted].thread, line, &at)
        })
    }

    /// `last` is the last step of the thread.
    fn stop_for_good(&self, last: usize, thread: usize) -> Result<Stop, String> {
        let lines = &self.calls.pending[thread];
        let before = &self.calls.of_steps[last];
        let are_begun = lines.iter().zip(before);
        let begun = are_begun.take_while(|(one, other)| one.is_line_of(other));
        let begun = begun.count();
        let level = (begun..lines.len()).find(|level| can_mark(&lines[*level]));
        let found = level.map(|level| Stop::ForGood { thread, level });
        found.ok_or_else(|| obstacle(&self.columns.threads[thread], lines.first(), ""))
    }

    /// The line that is to be marked for this, with its level. None where the thread calls the system.
    pub(super) fn line_to_mark(&self, stop: &Stop) -> Option<(&'a CodeLine, usize)> {
        let lines = match *stop {
            Stop::Before { at, .. } if !is_access(&self.columns.steps[at]) => return None,
            Stop::Before { at, .. } => &self.calls.of_steps[at],
            Stop::ForGood { thread, .. } => &self.calls.pending[thread],
        };
        let level = stop.level();
        Some((lines.get(level)?, level))
    }
}

/// Why a thread cannot be stopped before the step `at`, which it has come to by this line.
fn obstacle(thread: &str, line: Option<&CodeLine>, at: &str) -> String {
    let at = if at.is_empty() {
        String::new()
    } else {
        format!(", at {at}")
    };
    match line {
        None => {
            format!("it is not known from where `{thread}` has come to where it is stopped{at}")
        }
        Some(CodeLine {
            file, line, source, ..
        }) if source.is_empty() => format!("the line {file}:{line} cannot be read"),
        Some(CodeLine { file, line, .. }) => format!(
            "`{thread}` is stopped in the middle of {file}:{line}{at}.\nA marker stops a thread before a line"
        ),
    }
}
