//! The scopes of `thread::scope`, in each of which a thread waits for the end of others.
//!
//! std counts the threads of a scope. Who owns it parks until there are none, and the last of them gives it a
//! token. Nobody else looks at the count, so the end of a scope is taken as what it means: a step that can be
//! taken once all its threads have ended, as a join of each.
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
use crate::operation::{Access, Object};
use crate::site::Site;

/// The scopes of one execution that are taken so.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    /// The addresses of the counts of those that have not ended.
    counts: Vec<usize>,
    /// The words at which the owners park of all that there have been.
    owners: Vec<usize>,
}

impl Scopes {
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.owners.clear();
    }
}

/// The calling thread is about to start the first thread of the scope with this count, whose owner parks at
/// this word.
pub(crate) fn begin_scope(count: usize, owner: usize) {
    current::with_core(|core, _| core.begin_scope(count, owner));
}

/// The calling thread has changed this count. Returns whether it is that of a scope that is taken as what it
/// means, so that nothing else tells its owner.
pub(crate) fn change_scope(count: usize) -> bool {
    let change = |core: &mut ExecutionCore, _| {
        let is_known = core.scopes.counts.contains(&count);
        if is_known {
            core.state.touch(Access::read(Object::Scope(count)));
        }
        is_known
    };
    current::with_core(change) == Some(true)
}

/// The calling thread is about to look at the word at `address`. If that is the count of a scope, stops until it
/// is 0, and returns true.
pub(crate) fn await_scope(site: &'static Site, word: LockWord) -> bool {
    let count = word.address;
    let is_known = current::with_core(|core, _| core.scopes.counts.contains(&count));
    if is_known != Some(true) {
        return false;
    }
    wait_until_free(site, word, Access::acquire(Object::Scope(count)));
    // Something else may come to be there.
    current::with_core(|core, _| core.scopes.counts.retain(|it| *it != count));
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
    fn begin_scope(&mut self, count: usize, owner: usize) {
        let is_plain = self.options.points != Points::Calls
            && !self.options.lessons.habits().owners_park
            && !self.is_over();
        if is_plain && !self.scopes.counts.contains(&count) {
            self.scopes.counts.push(count);
            self.scopes.owners.push(owner);
        }
    }
}
