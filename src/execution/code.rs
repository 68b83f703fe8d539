//! What a timeline tells of the code of its steps, in an instrumented build.

#[cfg(interlace)]
use std::collections::BTreeMap;

use super::Record;
#[cfg(interlace)]
use crate::engine::CallStack;
#[cfg(interlace)]
use crate::instrument::caller;
#[cfg(interlace)]
use crate::operation::ThreadId;
use crate::operation::Trace;
use crate::schedule::StepKind;
use crate::site::{LineText, MarkerId};
use crate::timeline::{CodeLine, Columns, StepCode, shared};

impl Record {
    /// Adds the code to the steps, if any of them is an access that nobody has marked.
    pub(super) fn add_code(&self, columns: &mut Columns) {
        let sites = || self.steps.iter().map(|step| step.operation.name());
        if !sites().any(|name| name.site().is_found()) {
            return;
        }
        let trace = self.trace();
        let alone = shared::alone(&trace);
        let [own_lines, pending] = self.own_lines(columns);
        let places = sites()
            .zip(&own_lines)
            .map(|(name, line)| match name.site().accessed() {
                // Of what std does, the source is not there.
                "" => line.as_ref().map_or("", CodeLine::accessed),
                place => place,
            });
        let why = shared::preemptions(&trace, &self.names, &places.collect::<Vec<_>>());
        columns.pending = pending;
        let codes = sites().zip(alone).zip(why).zip(own_lines);
        for (step, (((name, is_alone), why), own_line)) in columns.steps.iter_mut().zip(codes) {
            let source = text(name, &mut columns.changed);
            step.code = Some(Box::new(StepCode {
                is_access: name.site().is_found() && step.kind == StepKind::Marker,
                source: source.into(),
                own_line,
                is_alone: is_alone && name.site().is_found(),
                why: why.into(),
            }));
        }
    }

    /// For each step, the innermost line of the workspace, as far as stacks were noted. Then, for each thread,
    /// that at which it was stopped at the end.
    #[cfg(interlace)]
    fn own_lines(&self, columns: &mut Columns) -> [Vec<Option<CodeLine>>; 2] {
        let mut known = BTreeMap::new();
        let mut line = |stack: &CallStack| {
            let line = known.entry(stack.returns_to.clone()).or_insert_with(|| {
                caller(stack).map(|caller| CodeLine {
                    source: shown(caller.text, &caller.file, &mut columns.changed).into(),
                    file: caller.file.into(),
                    line: caller.line,
                    column: caller.column,
                    function: caller.function.into(),
                    called: caller.called.into(),
                })
            });
            line.clone()
        };
        let stacks = self.stacks.iter().map(|it| ((it.thread, it.step), it));
        let stacks: BTreeMap<(ThreadId, usize), &CallStack> = stacks.collect();
        let mut taken = vec![0; self.names.len()];
        let mut of_steps = Vec::new();
        for step in &self.steps {
            let number = &mut taken[step.thread.index()];
            let stack = stacks.get(&(step.thread, *number));
            of_steps.push(stack.and_then(|it| line(it)));
            *number += 1;
        }
        let pending = taken.iter().enumerate().map(|(thread, number)| {
            let stack = stacks.get(&(ThreadId::new(thread), *number));
            stack.and_then(|it| line(it))
        });
        [of_steps, pending.collect()]
    }

    #[cfg(not(interlace))]
    fn own_lines(&self, _: &mut Columns) -> [Vec<Option<CodeLine>>; 2] {
        [vec![None; self.steps.len()], vec![None; self.names.len()]]
    }

    fn trace(&self) -> Trace<'_> {
        self.result(None).trace
    }
}

fn text(name: MarkerId, changed: &mut Vec<String>) -> &'static str {
    shown(name.site().text(), name.site().file(), changed)
}

/// The text of a line. Of a file that was changed, none: it is added to those.
fn shown(text: LineText, file: &str, changed: &mut Vec<String>) -> &'static str {
    match text {
        LineText::Known(text) => return text.trim(),
        LineText::Changed if !changed.iter().any(|it| it == file) => changed.push(file.to_owned()),
        LineText::Changed | LineText::NotRead => {}
    }
    ""
}
