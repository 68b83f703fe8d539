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

use super::Points;
use super::access::wait_until_free;
use super::current;
use super::execution_core::ExecutionCore;
use super::lessons::Habits;
use super::lock_words::LockWord;
use crate::operation::{Access, Object, ThreadId};
use crate::site::Site;

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
    open: Vec<ScopePlaces>,
    /// The words at which the owners park of all that there have been.
    owners: Vec<usize>,
    /// The threads that have come to the end of one.
    waiting: Vec<ThreadId>,
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
    fn references(&self, count: usize) -> Option<usize> {
        let mut open = self.open.iter();
        open.find(|it| it.count == count).map(|it| it.references)
    }
}

/// The calling thread is about to start the first thread of a scope.
pub(crate) fn begin_scope(scope: ScopePlaces) {
    current::with_core(|core, _| core.begin_scope(scope));
}

/// The calling thread is about to change this count of threads. Returns whether it is that of a scope that is taken as what it
/// means, so that nothing else tells its owner.
pub(crate) fn change_scope(count: usize) -> bool {
    let change = |core: &mut ExecutionCore, _| {
        let references = core.scopes.references(count);
        if let Some(references) = references {
            core.state.touch(Access::read(Object::Scope(references)));
        }
        references.is_some()
    };
    current::with_core(change) == Some(true)
}

/// The calling thread is about to look at the word at `count`. If that counts the threads of a scope, stops until
/// there are none, and returns true. `is_one` tells whether a word is 1.
pub(crate) fn await_scope(site: &'static Site, count: usize, is_one: fn(usize) -> bool) -> bool {
    let find = |core: &mut ExecutionCore, thread| {
        let references = core.scopes.references(count)?;
        core.scopes.waiting.push(thread);
        Some(references)
    };
    let Some(references) = current::with_core(find).flatten() else {
        return false;
    };
    let word = LockWord {
        address: references,
        is_free: is_one,
        is_shared: false,
    };
    wait_until_free(site, word, Access::acquire(Object::Scope(references)));
    // Something else may come to be there.
    current::with_core(|core, thread| {
        core.scopes.open.retain(|it| it.count != count);
        core.scopes.waiting.retain(|it| *it != thread);
    });
    true
}

/// The calling thread is about to park at this word.
pub(crate) fn parks(word: usize) {
    current::with_core(|core, _| {
        if !core.is_over() && core.scopes.owners.contains(&word) {
            core.options.lessons.note(Habits {
                owners_park: true,
                ..Habits::default()
            });
        }
    });
}

impl ExecutionCore {
    fn begin_scope(&mut self, scope: ScopePlaces) {
        let is_plain = self.options.points != Points::Calls
            && !self.options.lessons.habits().owners_park
            && !self.is_over();
        if is_plain && !self.scopes.open.contains(&scope) {
            self.scopes.open.push(scope);
            self.scopes.owners.push(scope.owner);
        }
    }
}
