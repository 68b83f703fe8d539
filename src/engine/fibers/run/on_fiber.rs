//! Turns that end on the fiber whose turn it was: if the thread goes on, nothing is switched.
//!
//! Only those after points that code cannot be unwound from, which come as often as accesses to memory do.

use std::cell::{Cell, RefCell};

#[cfg(interlace)]
use super::Run;
use crate::engine::core::Turn;
#[cfg(interlace)]
use crate::engine::fiber::TurnEnd;
use crate::engine::fibers::turn_record::TurnRecord;
#[cfg(interlace)]
use crate::site::MarkerId;

/// What was decided on the fiber that has the turn.
#[derive(Default)]
pub(in crate::engine::fibers) struct OnFiber {
    /// Whether the turn under way is none that is repeated.
    is_new: Cell<bool>,
    /// Those after which its thread went on.
    turns: RefCell<Vec<TurnRecord>>,
    /// What comes after the one that is about to end, if that is decided.
    next: Cell<Option<Turn>>,
}

impl OnFiber {
    /// Turns are about to be given, of which the first is new or not.
    #[inline]
    pub(in crate::engine::fibers) fn begin(&self, is_new: bool) {
        self.is_new.set(is_new);
        self.next.set(None);
        self.turns.borrow_mut().clear();
    }

    /// A turn has ended that was none that is repeated, or was the last such. Adds those before it in which the
    /// thread went on, and returns what comes next if that is decided.
    #[inline]
    pub(in crate::engine::fibers) fn take(&self, turns: &mut Vec<TurnRecord>) -> Option<Turn> {
        self.is_new.set(true);
        turns.append(&mut self.turns.borrow_mut());
        self.next.take()
    }
}

#[cfg(interlace)]
impl Run {
    /// The running thread stops at `marker`: decides who goes on, if that can be done on its stack. Returns
    /// whether it is the thread itself.
    pub(super) fn goes_on(&self, marker: MarkerId) -> bool {
        let is_as_usual = self.on_fiber.is_new.get()
            && !self.has_invariants
            && !self.wakes.has_any()
            && self.surroundings.is_still_quiet();
        let mut core = self.core.borrow_mut();
        if !is_as_usual || core.is_over() || core.has_questions() {
            return false;
        }
        let (thread, end) = (self.heartbeat.running(), TurnEnd::at_marker(marker));
        self.heartbeat.reach(thread, end);
        core.state.pause(thread, marker);
        let next = core.turn();
        if next.thread() == Some(thread) {
            let mut turns = self.on_fiber.turns.borrow_mut();
            turns.push(TurnRecord::new(thread, end));
            return true;
        }
        self.on_fiber.next.set(Some(next));
        false
    }
}
