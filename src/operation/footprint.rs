//! What paused threads are about to touch, as far as they have said so.

use super::{
    Access, AccessKind, Knowledge, MemoryAccess, Object, OperationKind, Pending, ThreadId,
};
use crate::site::MarkerId;

/// What the code touches that a marker gates, as the marker declares it: up to the next marker of its
/// thread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Footprint {
    /// With the locks that it acquires, which must be free for the thread to go on.
    pub(crate) accesses: Vec<Access>,
}

impl Footprint {
    /// Whether the thread goes on only while locks are free.
    pub(crate) fn is_guarded(&self) -> bool {
        self.accesses.iter().any(Access::is_acquire)
    }
}

/// The footprints of the threads of an execution, each as the marker declares it that its thread reached
/// last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Footprints {
    /// By thread. One beyond the end has declared nothing.
    rows: Vec<Row>,
    /// Room for accesses, that rows had which are gone.
    spare: Vec<Vec<Access>>,
    /// Whether any thread has come to a marker that acquires a lock.
    have_locks: bool,
}

#[derive(Debug, Clone, Default)]
struct Row {
    declared: Option<Footprint>,
    /// Whether the thread has said so on its way to the marker at which it has not arrived yet.
    is_new: bool,
    /// The one access in `declared`, if it is to memory: there it is read without being taken for what it may be
    /// otherwise.
    one: Option<MemoryAccess>,
    /// Whether `declared` is all of the next step, so that a wait in that step does not do it again.
    is_one_step: bool,
    /// Whether it has reached a marker.
    has_reached: bool,
    /// The locks that it has acquired at markers, and has not been said to release since.
    held: Vec<Object>,
    /// What it touches when it goes on, if it is in a wait that may time out.
    wait_end: Vec<Access>,
    /// How many operations that are [recorded](Object::Returns) begin with its next step.
    begins: usize,
}

impl Footprints {
    /// Those of an execution in which no thread has declared anything.
    pub(crate) const NONE: &'static Footprints = &Footprints {
        rows: Vec::new(),
        spare: Vec::new(),
        have_locks: false,
    };

    /// What a thread is about to touch. Nothing if it may be anything.
    pub(crate) fn of(&self, thread: ThreadId) -> Option<&Footprint> {
        self.rows.get(thread.index())?.declared.as_ref()
    }

    /// Whether no thread has declared anything.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether any thread has come to a marker that acquires a lock.
    pub(crate) fn have_locks(&self) -> bool {
        self.have_locks
    }

    pub(crate) fn clear(&mut self) {
        for Footprint { mut accesses } in self.rows.drain(..).filter_map(|row| row.declared) {
            accesses.clear();
            self.spare.push(accesses);
        }
        self.have_locks = false;
    }

    /// `thread` is about to reach a marker that declares this.
    pub(crate) fn declare(&mut self, thread: ThreadId, footprint: Footprint) {
        self.have_locks |= footprint.is_guarded();
        let row = self.row(thread);
        row.declared = Some(footprint);
        row.is_new = true;
        row.is_one_step = false;
        row.one = None;
    }

    /// `thread` is about to stop before these accesses. What follows them touches nothing that others touch
    /// too, but for what it stops before again.
    #[cfg_attr(
        not(any(interlace, test)),
        allow(dead_code, reason = "for instrumented builds")
    )]
    pub(crate) fn declare_accesses(
        &mut self,
        thread: ThreadId,
        accesses: impl IntoIterator<Item = Access>,
    ) {
        let row = self.row(thread);
        let footprint = row.declared.get_or_insert_default();
        footprint.accesses.clear();
        footprint.accesses.extend(accesses);
        let is_guarded = footprint.is_guarded();
        row.is_new = true;
        row.is_one_step = true;
        row.one = None;
        self.have_locks |= is_guarded;
    }

    /// As [`declare_accesses`](Self::declare_accesses), for one that acquires no lock.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    #[inline]
    pub(crate) fn declare_access(&mut self, thread: ThreadId, access: MemoryAccess) {
        let mut row = self.row(thread);
        if row.declared.is_none() {
            let accesses = self.spare.pop().unwrap_or_default();
            row = self.row(thread);
            row.declared = Some(Footprint { accesses });
        }
        row.is_new = true;
        row.is_one_step = true;
        row.one = Some(access);
        if let Some(footprint) = &mut row.declared {
            footprint.accesses.clear();
            footprint.accesses.push(access.access());
        }
    }

    /// Whether [`stop`](Self::stop) and [`take_at_once`](Self::take_at_once) are all for an access of `thread`.
    #[inline]
    pub(crate) fn may_stop_at_once(&self, thread: ThreadId) -> bool {
        let may = |row: &Row| row.declared.is_some() && row.held.is_empty() && row.begins == 0;
        self.rows.get(thread.index()).is_some_and(may)
    }

    /// `thread` stops before this access, which acquires no lock: it [declares](Self::declare_access) that, and
    /// [reaches](Self::reach) it.
    #[inline]
    pub(crate) fn stop(&mut self, thread: ThreadId, access: MemoryAccess) {
        let row = &mut self.rows[thread.index()];
        (row.is_new, row.has_reached) = (false, true);
        (row.is_one_step, row.one) = (true, Some(access));
        if let Some(footprint) = &mut row.declared {
            footprint.accesses.clear();
            footprint.accesses.push(access.access());
        }
    }

    /// It makes the access, as its next step.
    #[inline]
    pub(crate) fn take_at_once(&mut self, thread: ThreadId) {
        let row = &mut self.rows[thread.index()];
        row.one = None;
        row.declared.iter_mut().for_each(|it| it.accesses.clear());
    }

    /// `thread` waits, and makes these accesses when it goes on.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) fn declare_after_wait(&mut self, thread: ThreadId, accesses: Vec<Access>) {
        self.declare_accesses(thread, accesses);
        self.row(thread).is_new = false;
    }

    /// Whether what was declared of the thread is all of the step that begins with `pending`.
    pub(crate) fn is_one_step(&self, pending: Pending) -> bool {
        let row = self.rows.get(pending.thread.index());
        row.is_some_and(|row| row.is_one_step) && pending.operation.kind() != OperationKind::Start
    }

    /// `thread` has reached a marker. If it has not declared anything on the way there, the marker
    /// declares nothing; in an instrumented build it touches nothing, since what follows is seen.
    #[inline]
    pub(crate) fn reach(&mut self, thread: ThreadId) {
        let row = self.row(thread);
        row.has_reached = true;
        if !std::mem::take(&mut row.is_new) {
            row.one = None;
            match &mut row.declared {
                Some(footprint) if cfg!(interlace) => footprint.accesses.clear(),
                declared => *declared = cfg!(interlace).then(Footprint::default),
            }
        }
    }

    /// `thread` begins a wait that may time out. It goes on in one step, whether it was woken or not: that
    /// shows when it does. So it touches the same in both cases, its `queue` if others can wake it there, and
    /// the clock.
    pub(crate) fn begin_timed_wait(&mut self, thread: ThreadId, queue: Option<Access>) {
        let clock = Access::write(Object::Clock);
        self.row(thread).wait_end = queue.into_iter().chain([clock]).collect();
    }

    /// `thread` has gone on.
    pub(crate) fn end_timed_wait(&mut self, thread: ThreadId) {
        if let Some(row) = self.rows.get_mut(thread.index()) {
            row.wait_end.clear();
        }
    }

    /// `thread` is to begin a recorded operation, in its next step.
    pub(crate) fn begin_operation(&mut self, thread: ThreadId) {
        self.row(thread).begins += 1;
    }

    /// It has come to the end of one without taking a step.
    pub(crate) fn end_without_step(&mut self, thread: ThreadId) {
        let row = self.row(thread);
        row.begins = row.begins.saturating_sub(1);
    }

    /// `thread` takes a step, in which operations begin that it was to begin.
    pub(crate) fn have_begun(&mut self, thread: ThreadId) {
        if let Some(row) = self.rows.get_mut(thread.index()) {
            row.begins = 0;
        }
    }

    #[inline]
    fn row(&mut self, thread: ThreadId) -> &mut Row {
        if self.rows.len() <= thread.index() {
            self.rows.resize_with(thread.index() + 1, Row::default);
        }
        &mut self.rows[thread.index()]
    }

    /// Whether `pending` can be taken only while a lock is free.
    pub(crate) fn is_guarded(&self, pending: Pending) -> bool {
        let footprint = self.of(pending.thread);
        pending.operation.is_marker() && footprint.is_some_and(Footprint::is_guarded)
    }

    /// Adds to `accesses` what the step touches that begins with `pending`, and returns how much that is.
    pub(crate) fn touched_by(&self, pending: Pending, accesses: &mut Vec<Access>) -> Knowledge {
        let operation = pending.operation;
        let is_start = operation.kind() == OperationKind::Start;
        let row = self.rows.get(pending.thread.index());
        let declared = row.and_then(|row| row.declared.as_ref());
        if let Some(footprint) = declared.filter(|_| !is_start) {
            let own = footprint.accesses.iter();
            let is_marker = operation.is_marker();
            let seen = |it: &Access| {
                if is_marker {
                    it.clone()
                } else {
                    it.after_wait()
                }
            };
            accesses.extend(own.map(seen));
        }
        let held = row.map_or(&[][..], |row| &row.held);
        accesses.extend(held.iter().cloned().map(Access::write));
        if operation.ends_wait() {
            accesses.extend(row.into_iter().flat_map(|row| row.wait_end.iter().cloned()));
        }
        if row.is_some_and(|row| row.begins > 0) {
            accesses.push(Access::read(Object::Returns(None)));
        }
        let has_marker = match operation.kind() {
            OperationKind::Start => false,
            OperationKind::Join(_) => row.is_some_and(|row| row.has_reached),
            _ => operation.is_marker() || operation.name() != MarkerId::start(),
        };
        match (has_marker, declared) {
            (false, _) => Knowledge::Unmarked,
            (true, Some(_)) => Knowledge::Declared,
            (true, None) => Knowledge::Nothing,
        }
    }

    /// The step that begins with `pending` is being taken. If it is one access that was declared, and nothing
    /// else, adds that to `accesses`. Returns whether it is so.
    #[inline]
    pub(crate) fn take_one(&mut self, pending: Pending, accesses: &mut Vec<Access>) -> bool {
        let Some(row) = self.rows.get_mut(pending.thread.index()) else {
            return false;
        };
        if !(row.held.is_empty() && row.begins == 0 && pending.operation.is_marker()) {
            return false;
        }
        let (Some(access), Some(declared)) = (row.one.take(), &mut row.declared) else {
            return false;
        };
        accesses.push(access.access());
        declared.accesses.clear();
        true
    }

    /// `thread` passes its marker: it acquires the locks that it waited for, and releases others. If nothing
    /// says when it releases one, that may be in any later step: so each touches the lock.
    pub(crate) fn pass(&mut self, thread: ThreadId) {
        let Some(row) = self.rows.get_mut(thread.index()) else {
            return;
        };
        let (Some(footprint), held) = (&mut row.declared, &mut row.held) else {
            return;
        };
        if row.is_one_step {
            footprint.accesses.clear();
            row.one = None;
            return;
        }
        for Access { object, kind, .. } in &footprint.accesses {
            if *kind == AccessKind::Acquire && !held.contains(object) {
                held.push(object.clone());
            }
        }
        // One that is acquired and released in one step is not held after it.
        let released = footprint
            .accesses
            .iter()
            .filter(|it| it.kind == AccessKind::Release);
        released.for_each(|it| held.retain(|held| *held != it.object));
    }
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;
    use crate::operation::Operation;

    #[test]
    fn a_lock_is_touched_from_where_it_is_acquired_to_where_it_is_released() {
        let thread = ThreadId::new(1);
        let (lock, place) = (Object::Memory(8..9), Object::Text(1));
        let mut footprints = Footprints::default();
        let reach = |footprints: &mut Footprints, footprint: Option<Footprint>| {
            if let Some(footprint) = footprint {
                footprints.declare(thread, footprint);
            }
            footprints.reach(thread);
            let (mut accesses, operation) = (Vec::new(), Operation::at_marker(MarkerId::new(0)));
            let knowledge = footprints.touched_by(Pending { thread, operation }, &mut accesses);
            footprints.pass(thread);
            (knowledge, accesses)
        };
        let of = |accesses: &[Access]| {
            Some(Footprint {
                accesses: accesses.to_vec(),
            })
        };
        let read = Access::read(place);
        let acquire = Access::acquire(lock.clone());
        let (held, release) = (Access::write(lock.clone()), Access::release(lock));
        let none = Vec::new();
        for (declared, touched) in [
            (
                of(&[read.clone(), acquire.clone()]),
                vec![read, acquire.clone()],
            ),
            (of(&[]), vec![held.clone()]),
            (None, vec![held.clone()]),
            (of(slice::from_ref(&release)), vec![release.clone(), held]),
            (of(&[]), none.clone()),
            (
                of(&[acquire.clone(), release.clone()]),
                vec![acquire, release],
            ),
            (None, none),
        ] {
            let knowledge = match declared {
                Some(_) => Knowledge::Declared,
                None => Knowledge::Nothing,
            };
            assert_eq!(reach(&mut footprints, declared), (knowledge, touched));
        }
    }

    #[test]
    fn an_access_is_all_of_its_step_and_of_no_later_one() {
        let thread = ThreadId::new(0);
        let access = Access::write(Object::Memory(8..12));
        let mut footprints = Footprints::default();
        footprints.declare_accesses(thread, [access.clone()]);
        footprints.reach(thread);
        let marker = MarkerId::new(0);
        let mut touched = |operation| {
            let mut accesses = Vec::new();
            let pending = Pending { thread, operation };
            let knowledge = footprints.touched_by(pending, &mut accesses);
            footprints.pass(thread);
            (knowledge, accesses)
        };
        let access_step = touched(Operation::at_marker(marker));
        assert_eq!(access_step, (Knowledge::Declared, vec![access]));
        // It waits in that step, and goes on: nothing is touched again.
        let wait_step = touched(Operation::join(ThreadId::new(1)));
        assert_eq!(wait_step, (Knowledge::Declared, vec![]));
    }
}
