//! What a thread that a program starts runs.

/// What a thread that is started runs.
pub(super) type Body = Box<dyn FnOnce() + Send>;
