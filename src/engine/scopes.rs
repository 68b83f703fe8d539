//! The scopes of `thread::scope`, in each of which a thread waits for the end of others.
//!
//! std counts the threads of a scope. Who owns it parks until there are none, and the last of them gives it a
//! token. Nobody else looks at the count, so the end of a scope is taken as what it means: a step that can be
//! taken once all its threads have ended, as a join of each. A thread that has counted itself out does one thing
//! more with the scope, to drop its reference. So that it does not matter who is the last to do that, the owner
//! is: it goes on once it has the only one.
//!
//! What differs is the token. It may be left behind, or the wait may take one that is meant for something else.
//! Only an owner that parks for other reasons can tell. Where one does, the search begins again, and scopes are
//! taken as std runs them.

use crate::operation::ThreadId;

/// Where things of a scope lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScopePlaces {
    /// The count of its threads.
    pub(crate) count: usize,
    /// The count of references to it.
    pub(crate) references: usize,
    /// The word at which its owner parks.
    pub(crate) owner: usize,
}

/// The scopes of one execution that are taken so.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    /// Those that have not ended.
    pub(super) open: Vec<ScopePlaces>,
    /// The words at which the owners park of all that there have been.
    pub(super) owners: Vec<usize>,
    /// The threads that have come to the end of one.
    pub(super) waiting: Vec<ThreadId>,
}

impl Scopes {
    pub(super) fn clear(&mut self) {
        self.open.clear();
        self.owners.clear();
        self.waiting.clear();
    }

    /// Whether `thread` waits for the end of others.
    pub(super) fn awaits(&self, thread: ThreadId) -> bool {
        self.waiting.contains(&thread)
    }

    /// The place of the count of references to the scope with this count of threads.
    pub(super) fn references(&self, count: usize) -> Option<usize> {
        let mut open = self.open.iter();
        open.find(|it| it.count == count).map(|it| it.references)
    }
}
