//! Which lines of code have led to a step.

use super::names::{is_of_package, is_of_workspace, short_name, shown};
use super::source_lines::text_of;
use super::symbols::{Frame, frames_of};
use crate::engine::{CallStack, aside};
use crate::site::LineText;

/// A line from which a step was taken.
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

/// The innermost line of the workspace in a stack, then those of packages that were called there, inwards. Empty if
/// there is no line of the workspace.
pub(crate) fn callers(stack: &CallStack) -> Vec<Caller> {
    aside(|| {
        let mut called = String::new();
        let mut inwards = Vec::new();
        for address in &stack.returns_to {
            for frame in frames_of(*address) {
                let is_own = is_of_workspace(&frame);
                if is_own || is_of_package(&frame) {
                    inwards.push(caller_at(&frame, called));
                }
                if is_own {
                    inwards.reverse();
                    return inwards;
                }
                called = short_name(&frame.function);
            }
        }
        Vec::new()
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
