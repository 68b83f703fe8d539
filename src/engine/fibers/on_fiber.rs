//! Turns that end on the fiber whose turn it was: if the thread goes on, nothing is switched.
//!
//! Only those after points that code cannot be unwound from, which come as often as accesses to memory do.

use std::cell::{Cell, RefCell};

use super::turn_record::TurnRecord;
use crate::engine::core::Turn;

/// What was decided on the fiber that has the turn.
#[derive(Default)]
pub(super) struct OnFiber {
    /// Whether the turn under way is none that is repeated.
    pub(super) is_new: Cell<bool>,
    /// Those after which its thread went on.
    pub(super) turns: RefCell<Vec<TurnRecord>>,
    /// What comes after the one that is about to end, if that is decided.
    pub(super) next: Cell<Option<Turn>>,
}

impl OnFiber {
    /// Turns are about to be given, of which the first is new or not.
    #[inline]
    pub(super) fn begin(&self, is_new: bool) {
        self.is_new.set(is_new);
        self.next.set(None);
        self.turns.borrow_mut().clear();
    }

    /// A turn has ended that was none that is repeated, or was the last such. Adds those before it in which the
    /// thread went on, and returns what comes next if that is decided.
    #[inline]
    pub(super) fn take(&self, turns: &mut Vec<TurnRecord>) -> Option<Turn> {
        self.is_new.set(true);
        turns.append(&mut self.turns.borrow_mut());
        self.next.take()
    }
}
