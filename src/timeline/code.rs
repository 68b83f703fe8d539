//! The code that a step is of, in an instrumented build.

use std::borrow::Cow;

use crate::getters::getters;
use crate::site::accessed;

/// What is known of the code of a step that nobody has marked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct StepCode {
    /// Whether it is an access, rather than a call to the system or a marker.
    pub(crate) is_access: bool,
    /// The text of the line that the step is named after; empty if it is not known.
    pub(crate) source: Cow<'static, str>,
    /// The innermost line of the workspace that has led to the step: the same line, if it is of the workspace.
    pub(crate) own_line: Option<CodeLine>,
    /// Whether it touches nothing that another thread touches which runs at the same time.
    pub(crate) is_alone: bool,
    /// Why it matters that the thread before this step was stopped.
    pub(crate) why: Cow<'static, str>,
}

/// A line of the user's code. [`TimelineStep::called_from`](crate::TimelineStep::called_from) returns one.
///
/// ```
/// use interlace::Failure;
///
/// /// From where the code of the workspace has led to the last step.
/// fn last_line(failure: &Failure) -> Option<String> {
///     let line = failure.timeline().steps().last()?.called_from()?;
///     Some(format!("{}:{} in {}: {}", line.file(), line.line(), line.function(), line.source()))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    pub(crate) file: Cow<'static, str>,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) source: Cow<'static, str>,
    /// The function that has the line, and the one that it calls there.
    pub(crate) function: Cow<'static, str>,
    pub(crate) called: Cow<'static, str>,
}

getters! { CodeLine {
    /// Returns the source file, as it is called in the workspace.
    file: &str,
    /// Returns the number of the line, counted from 1.
    line: copy u32,
    /// Returns the text of the line, without the white space around it; empty if it is not known.
    source: &str,
    /// Returns the name of the function that has the line.
    function: &str,
} }

/// The lines that have led to steps: the innermost line of the workspace, then those of the packages that are
/// called there, inwards. Empty where that is not known. There are none at all in a build that is not instrumented.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallLines {
    pub(crate) of_steps: Vec<Vec<CodeLine>>,
    /// For each thread, of the step before which it was stopped when the execution ended.
    pub(crate) pending: Vec<Vec<CodeLine>>,
}

impl CodeLine {
    /// What the function that is called there is called on, as the source says it; empty if that is not known.
    pub(crate) fn accessed(&self) -> &str {
        accessed(&self.source, &self.called, 0)
    }

    /// Whether both are the same line.
    pub(crate) fn is_line_of(&self, other: &CodeLine) -> bool {
        self.line == other.line && self.file == other.file
    }
}
