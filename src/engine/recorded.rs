//! When the calling thread begins and ends operations of a history.

use std::sync::Arc;

use super::current;
use crate::operation::ThreadId;

/// The thread that has called an operation, and how many steps had been taken then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) thread: ThreadId,
    since: usize,
}

/// The calling thread calls an operation. Nothing if no run controls it.
pub(crate) fn begin_operation() -> Option<Begun> {
    if !current::is_controlled() {
        return None;
    }
    current::with_core(|core, thread| Begun {
        thread,
        since: core.state.begin_operation(thread),
    })
}

/// The calling thread returns from an operation: the numbers of its first step and its last.
pub(crate) fn end_operation(begun: Begun) -> Option<[usize; 2]> {
    if !current::is_controlled() {
        return None;
    }
    current::with_core(|core, thread| core.state.end_operation(begun.thread, begun.since, thread))
}

/// The number of the first step of an operation that does not return.
pub(crate) fn began(begun: Begun) -> Option<usize> {
    if !current::is_controlled() {
        return None;
    }
    current::with_core(|core, _| core.state.began(begun.thread, begun.since))
}

/// What the calling thread, which a run controls, is called.
pub(crate) fn thread_name() -> Option<Arc<str>> {
    current::with_core(|core, thread| Arc::clone(&core.state.threads().names()[thread.index()]))
}
