//! What `poll` takes.

/// A file and the events that are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct PollEntry {
    file: i32,
    events: i16,
    /// What `poll` answers.
    answer: i16,
}

impl PollEntry {
    pub(crate) fn new(file: i32, events: i16) -> Self {
        PollEntry {
            file,
            events,
            answer: 0,
        }
    }
}
