//! What steps touch: what their markers declare, and what the calls in them are known to do.

use super::{
    Access, Event, ExecutionState, Footprint, Knowledge, Object, OperationKind, Pending, ThreadId,
    in_32_bits,
};
use crate::site::MarkerId;

impl ExecutionState {
    /// `thread`, which is running, is about to reach a marker that declares what it gates.
    pub(crate) fn declare(&mut self, thread: ThreadId, footprint: Footprint) {
        self.footprints.declare(thread, footprint);
    }

    /// The step under way has touched this.
    #[inline]
    pub(crate) fn touch(&mut self, access: Access) {
        // What a repeated step touches is known.
        if self.taken > self.repeated {
            self.accesses.push(access);
            self.steps[self.taken - 1].accesses_end = in_32_bits(self.accesses.len());
        }
    }

    /// The step under way has woken `thread`.
    pub(super) fn touch_waker(&mut self, thread: ThreadId) {
        self.touch(Access::write(Object::Waker(thread)));
    }

    /// The step under way begins or ends a wait that may also end otherwise than by a step of another
    /// thread.
    pub(crate) fn note_conditional(&mut self) {
        let step = self.taken.saturating_sub(1);
        self.conditional_step.get_or_insert(step);
    }

    /// The step that begins with `pending` has just been added: notes what is known of it.
    #[cold]
    pub(super) fn note_footprint(&mut self, pending: Pending) {
        let Pending { thread, operation } = pending;
        let footprint = self.footprints.of(thread);
        let is_marker = operation.is_marker();
        let knowledge = match operation.kind() {
            OperationKind::Start => Knowledge::Unmarked,
            _ if footprint.is_some() => Knowledge::Declared,
            _ if is_marker || operation.name() != MarkerId::start() => Knowledge::Nothing,
            _ => Knowledge::Unmarked,
        };
        let is_guarded = is_marker && footprint.is_some_and(|it| !it.locks.is_empty());
        self.footprints.step(thread, is_marker, &mut self.accesses);
        if let Some(step) = self.steps.last_mut() {
            *step = Event {
                knowledge,
                is_guarded,
                accesses_end: in_32_bits(self.accesses.len()),
                ..*step
            };
        }
    }
}
