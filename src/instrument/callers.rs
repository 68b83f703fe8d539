//! Which line of the user's code has led to a step.

use super::names::{is_of_workspace, short_name, shown};
use super::source_lines::text_of;
use super::symbols::{Frame, frames_of};
use crate::engine::{CallStack, aside};
use crate::site::LineText;

/// A line of the workspace from which a step was taken.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) text: LineText,
    /// The function that has the line, and the one that it calls there.
    pub(crate) function: String,
    pub(crate) called: String,
}

/// The innermost line of the workspace in a stack. There may be none.
pub(crate) fn caller(stack: &CallStack) -> Option<Caller> {
    aside(|| {
        let mut called = String::new();
        for address in &stack.returns_to {
            for frame in frames_of(*address) {
                if is_of_workspace(&frame) {
                    return Some(caller_at(&frame, called));
                }
                called = short_name(&frame.function);
            }
        }
        None
    })
}

fn caller_at(frame: &Frame, called: String) -> Caller {
    Caller {
        file: shown(frame.file.as_deref()),
        line: frame.line,
        column: frame.column,
        text: text_of(frame),
        function: short_name(&frame.function),
        called,
    }
}
