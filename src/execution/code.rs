//! What a timeline tells of the code of its steps, in an instrumented build.

#[cfg(interlace)]
use std::collections::BTreeMap;

use super::Record;
#[cfg(interlace)]
use crate::instrument::caller;
use crate::operation::Trace;
use crate::site::{LineText, MarkerId};
#[cfg(interlace)]
use crate::timeline::CodeLine;
use crate::timeline::{Columns, StepCode, shared};

impl Record {
    /// Adds the code to the steps, if any of them is an access that nobody has marked.
    pub(super) fn add_code(&self, columns: &mut Columns) {
        let sites = || self.steps.iter().map(|step| step.operation.name());
        if !sites().any(|name| name.site().is_found()) {
            return;
        }
        let trace = self.trace();
        let alone = shared::alone(&trace);
        let why = shared::preemptions(&trace, &self.names);
        let own_lines = self.own_lines(columns);
        let codes = sites().zip(alone).zip(why).zip(own_lines);
        for (step, (((name, is_alone), why), own_line)) in columns.steps.iter_mut().zip(codes) {
            let source = text(name, &mut columns.changed);
            step.code = Some(Box::new(StepCode {
                source: source.into(),
                own_line,
                is_alone: is_alone && name.site().is_found(),
                why: why.into(),
            }));
        }
    }

    /// For each step, the innermost line of the workspace, as far as stacks were noted.
    #[cfg(interlace)]
    fn own_lines(&self, columns: &mut Columns) -> Vec<Option<CodeLine>> {
        let mut lines = vec![None; self.steps.len()];
        let mut known = BTreeMap::new();
        for stack in &self.stacks {
            let line = known.entry(&stack.returns_to).or_insert_with(|| {
                caller(stack).map(|caller| CodeLine {
                    source: shown(caller.text, &caller.file, &mut columns.changed).into(),
                    file: caller.file.into(),
                    line: caller.line,
                    column: caller.column,
                    function: caller.function.into(),
                    called: caller.called.into(),
                })
            });
            if let Some(place) = lines.get_mut(stack.step) {
                place.clone_from(line);
            }
        }
        lines
    }

    #[cfg(not(interlace))]
    fn own_lines(&self, _: &mut Columns) -> Vec<Option<crate::timeline::CodeLine>> {
        vec![None; self.steps.len()]
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
        LineText::Known(text) => return text,
        LineText::Changed if !changed.iter().any(|it| it == file) => changed.push(file.to_owned()),
        LineText::Changed | LineText::NotRead => {}
    }
    ""
}
