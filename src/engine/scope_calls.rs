//! What threads do with [scopes](super::scopes) that a run controls.

use super::Points;
use super::access::wait_until_free;
use super::current;
use super::execution_core::ExecutionCore;
use super::lessons::Habits;
use super::lock_words::LockWord;
use super::scopes::ScopePlaces;
use crate::operation::{Access, Object};
use crate::site::Site;

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
