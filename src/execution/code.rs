//! What a timeline tells of the code of its steps, in an instrumented build.

#[cfg(interlace)]
use std::collections::BTreeMap;

use super::Record;
#[cfg(interlace)]
use crate::engine::CallStack;
#[cfg(interlace)]
use crate::instrument::{Caller, callers};
#[cfg(interlace)]
use crate::operation::ThreadId;
use crate::operation::Trace;
use crate::schedule::StepKind;
use crate::site::{LineText, MarkerId};
#[cfg(interlace)]
use crate::timeline::CodeLine;
use crate::timeline::{CallLines, Columns, StepCode, shared};

impl Record {
    /// Adds the code to the steps, if any of them is an access that nobody has marked. Returns the lines that have led
    /// to them.
    pub(super) fn add_code(&self, columns: &mut Columns) -> CallLines {
        let sites = || self.steps.iter().map(|step| step.operation.name());
        if !sites().any(|name| name.site().is_found()) {
            return CallLines::default();
        }
        let trace = self.trace();
        let alone = shared::alone(&trace);
        let lines = self.call_lines(columns);
        let own_lines = || lines.of_steps.iter().map(|it| it.first());
        let places = sites()
            .zip(own_lines())
            .map(|(name, line)| match name.site().accessed() {
                // Of what std does, the source is not there.
                "" => line.map_or("", |it| it.accessed()),
                place => place,
            });
        let why = shared::preemptions(&trace, &self.names, &places.collect::<Vec<_>>());
        let codes = sites().zip(alone).zip(why).zip(own_lines());
        for (step, (((name, is_alone), why), own_line)) in columns.steps.iter_mut().zip(codes) {
            let source = text(name, &mut columns.changed);
            step.code = Some(Box::new(StepCode {
                is_access: name.site().is_found() && step.kind == StepKind::Marker,
                source: source.into(),
                own_line: own_line.cloned(),
                is_alone: is_alone && name.site().is_found(),
                why: why.into(),
            }));
        }
        lines
    }

    /// The lines of code from which steps were taken, as far as stacks were noted.
    #[cfg(interlace)]
    fn call_lines(&self, columns: &mut Columns) -> CallLines {
        let mut known = BTreeMap::new();
        let mut lines = |stack: &CallStack| {
            let line = |caller: Caller| CodeLine {
                source: shown(caller.text, &caller.file, &mut columns.changed).into(),
                file: caller.file.into(),
                line: caller.line,
                column: caller.column,
                function: caller.function.into(),
                called: caller.called.into(),
            };
            let lines = || callers(stack).into_iter().map(line).collect();
            let lines: &mut Vec<CodeLine> =
                known.entry(stack.returns_to.clone()).or_insert_with(lines);
            lines.clone()
        };
        let stacks = self.stacks.iter().map(|it| ((it.thread, it.step), it));
        let stacks: BTreeMap<(ThreadId, usize), &CallStack> = stacks.collect();
        let mut taken = vec![0; self.names.len()];
        let mut of_steps = Vec::new();
        for step in &self.steps {
            let number = &mut taken[step.thread.index()];
            let stack = stacks.get(&(step.thread, *number));
            of_steps.push(stack.map_or_else(Vec::new, |it| lines(it)));
            *number += 1;
        }
        let pending = taken.iter().enumerate().map(|(thread, number)| {
            let stack = stacks.get(&(ThreadId::new(thread), *number));
            stack.map_or_else(Vec::new, |it| lines(it))
        });
        let pending = pending.collect();
        CallLines { of_steps, pending }
    }

    #[cfg(not(interlace))]
    fn call_lines(&self, _: &mut Columns) -> CallLines {
        CallLines {
            of_steps: vec![Vec::new(); self.steps.len()],
            pending: vec![Vec::new(); self.names.len()],
        }
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
