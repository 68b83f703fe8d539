//! Accesses to memory: the fiber that makes one decides itself who comes next.

use std::cell::RefMut;

use super::Run;
use crate::engine::access_begin::AccessBegin;
use crate::engine::core::{Reach, Turn};
use crate::engine::execution_core::ExecutionCore;
use crate::engine::fiber::TurnEnd;
use crate::engine::fibers::turn_record::TurnRecord;
use crate::operation::ThreadId;
use crate::site::MarkerId;

impl Run {
    /// The running thread stops before an access.
    pub(super) fn arrive(&self, reach: &Reach) -> AccessBegin {
        let mut core = self.core.borrow_mut();
        let thread = self.heartbeat.running();
        if self.is_as_usual(&core)
            && let Some(next) = core.turn_at_access(thread, reach)
        {
            self.heartbeat.reach(thread, TurnEnd::at_marker(reach.site));
            return self.begin_with(thread, reach.site, next);
        }
        self.arrive_unusually(core, thread, reach)
    }

    #[inline(never)]
    fn arrive_unusually(
        &self,
        mut core: RefMut<'_, ExecutionCore>,
        thread: ThreadId,
        reach: &Reach,
    ) -> AccessBegin {
        let begin = core.arrive(thread, reach);
        self.alert_if_called(&core);
        if begin != AccessBegin::Pauses || core.is_over() || !self.is_as_usual(&core) {
            return begin;
        }
        self.heartbeat.reach(thread, TurnEnd::at_marker(reach.site));
        core.state.pause(thread, reach.site);
        let next = core.turn();
        self.begin_with(thread, reach.site, next)
    }

    /// Whether it can be decided on the stack of the running thread who goes on, when that stops.
    #[inline]
    fn is_as_usual(&self, core: &ExecutionCore) -> bool {
        self.on_fiber.is_new.get()
            && !self.has_invariants
            && !self.wakes.has_any()
            && self.surroundings.is_still_quiet()
            && !core.has_questions()
    }

    /// The running thread has stopped at `marker`, and `next` comes after that.
    #[inline]
    fn begin_with(&self, thread: ThreadId, marker: MarkerId, next: Turn) -> AccessBegin {
        if next.thread() == Some(thread) {
            let mut turns = self.on_fiber.turns.borrow_mut();
            turns.push(TurnRecord::new(thread, TurnEnd::at_marker(marker)));
            return AccessBegin::GoesOn;
        }
        self.on_fiber.next.set(Some(next));
        AccessBegin::Pauses
    }
}
