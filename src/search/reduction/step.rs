//! The steps of an execution as a reduction sees them.

use super::mutant::Mutant;
use super::summary::Summary;
use crate::operation::{
    Access, AccessKind, Knowledge, Object, Operation, OperationKind, Pending, SchedulingPoint,
    ThreadId, ThreadState, ThreadStatus, Trace,
};
use crate::site::MarkerId;

/// A thread, by a number that is the same under every schedule.
pub(crate) type Identity = u64;

/// A step that was taken, or one that a thread was about to take when the execution ended.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "facts that have nothing to do with each other"
)]
pub(super) struct Step {
    pub(super) thread: Identity,
    pub(super) pending: Pending,
    accesses: Vec<Access>,
    summary: Summary,
    /// Whether it could be taken only while a lock was free.
    pub(super) is_guarded: bool,
    /// Whether its thread has waited in a loop, and goes on after any step that has changed what it read.
    pub(super) leaves_loop: bool,
    /// The threads that can go on, or be joined, by it.
    enables: Vec<ThreadId>,
    /// Whether it may have touched more.
    is_opaque: bool,
    /// Whether it has touched what was not known before it was taken.
    pub(super) has_called: bool,
    /// The thread that this one goes on after something has happened to, if it does: it was started, it
    /// has ended, or it was woken.
    pub(super) awaits: Option<ThreadId>,
}

/// A step that an execution is to take, as it was seen in another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlannedStep {
    pub(crate) thread: Identity,
    pub(super) pending: Pending,
}

impl PlannedStep {
    /// What its thread does.
    pub(crate) fn operation(self) -> Operation {
        self.pending.operation
    }

    /// Which of the enabled it is, if it can be taken.
    pub(crate) fn among(self, point: &SchedulingPoint<'_>) -> Option<usize> {
        let is_planned = |it: &Pending| {
            point.identities[it.thread.index()] == self.thread
                && it.operation.goes_on_like(self.pending.operation)
        };
        point.enabled.iter().position(is_planned)
    }
}

/// The steps of an execution, to be taken again in this order.
pub(crate) fn planned_again(trace: &Trace<'_>, order: &[usize]) -> Vec<PlannedStep> {
    let planned = |number: &usize| {
        let event = &trace.events[*number];
        PlannedStep {
            thread: trace.identities[event.thread.index()],
            pending: event.pending(),
        }
    };
    order.iter().map(planned).collect()
}

/// The lists of a step, to be used again for another.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    accesses: Vec<Access>,
    enables: Vec<ThreadId>,
}

impl Step {
    pub(super) fn into_buffers(self) -> Buffers {
        let (mut accesses, mut enables) = (self.accesses, self.enables);
        accesses.clear();
        enables.clear();
        Buffers { accesses, enables }
    }

    /// The step of this number.
    pub(super) fn taken(trace: &Trace<'_>, number: usize, buffers: Buffers) -> Step {
        let event = &trace.events[number];
        let has_aborted = trace.has_aborted && number + 1 == trace.events.len();
        let Buffers {
            mut accesses,
            mut enables,
        } = buffers;
        let mut leaves_loop = false;
        for access in trace.accesses(number) {
            match access.object {
                // That it can be taken is no conflict: there is no other order.
                Object::Thread(thread) | Object::Loop(thread) if access.is_write() => {
                    enables.push(thread);
                }
                Object::Thread(_) => {}
                Object::Clock if Mutant::TimeUntouched.is_on() => {}
                _ if Mutant::WakesComeFirst.is_on() && event.operation.ends_wait() => {}
                Object::Loop(_) => leaves_loop = true,
                _ => accesses.push(access),
            }
        }
        Step {
            thread: trace.identities[event.thread.index()],
            pending: event.pending(),
            summary: Summary::of(&accesses),
            is_guarded: accesses.iter().any(Access::is_acquire),
            accesses,
            enables,
            // Whatever ends an execution keeps all others from going on.
            is_opaque: event.knowledge == Knowledge::Nothing || has_aborted,
            has_called: event.has_called,
            leaves_loop,
            awaits: match event.operation.kind() {
                _ if leaves_loop => None,
                OperationKind::Start | OperationKind::Resume => Some(event.thread),
                OperationKind::Join(other) => Some(other),
                _ => None,
            },
        }
    }

    /// The step that `thread` was about to take at the end, if it is known which.
    pub(super) fn pending(trace: &Trace<'_>, thread: ThreadId, buffers: Buffers) -> Option<Step> {
        let ThreadStatus { state, passed } = trace.threads[thread.index()];
        let last = passed.unwrap_or_else(MarkerId::start);
        let (operation, awaits) = match state {
            ThreadState::Marker(marker) | ThreadState::WaitingForLock(marker) => {
                (Operation::at_marker(marker), None)
            }
            ThreadState::Starting => (Operation::start(), Some(thread)),
            ThreadState::Joined(other) => (Operation::join(other), Some(other)),
            ThreadState::Woken | ThreadState::Unblocked(_) => {
                (Operation::resume(last), Some(thread))
            }
            ThreadState::MayGoOn(_) => (Operation::timeout(last), None),
            _ => return None,
        };
        let pending = Pending { thread, operation };
        let Buffers {
            mut accesses,
            enables,
        } = buffers;
        let knowledge = trace.footprints.touched_by(pending, &mut accesses);
        let declared = accesses.len();
        accesses.retain(|it| !matches!(it.object, Object::Loop(_)));
        let leaves_loop = accesses.len() < declared;
        Some(Step {
            thread: trace.identities[thread.index()],
            pending,
            summary: Summary::of(&accesses),
            is_guarded: accesses.iter().any(Access::is_acquire),
            accesses,
            enables,
            is_opaque: knowledge == Knowledge::Nothing,
            has_called: false,
            leaves_loop,
            awaits: awaits.filter(|_| !leaves_loop),
        })
    }

    pub(super) fn planned(&self) -> PlannedStep {
        PlannedStep {
            thread: self.thread,
            pending: self.pending,
        }
    }

    /// What it does with counts.
    pub(super) fn counts(&self) -> impl Iterator<Item = &Access> {
        self.accesses.iter().filter(|it| it.is_count())
    }

    /// The count that it has found, if it was about to change one and not known to.
    pub(super) fn find(&mut self, count_of: impl Fn(&Object) -> Option<u64>) {
        for access in self.accesses.iter_mut().filter(|it| it.is_count()) {
            access.found = count_of(&access.object).unwrap_or_default();
        }
    }

    /// How it changes the object of a count, if it does.
    pub(super) fn change_of(&self, object: &Object) -> Option<&Access> {
        let mut changes = self.accesses.iter().filter(|it| it.is_write());
        changes.find(|it| it.object.meets(object))
    }

    /// Whether it [conflicts](Self::conflicts_with) with another for more than what both count.
    pub(super) fn conflicts_firmly_with(&self, other: &Step) -> bool {
        self.thread == other.thread || self.is_opaque || other.is_opaque || {
            let mut own = self.accesses.iter();
            own.any(|one| {
                let mut others = other.accesses.iter();
                others.any(|it| !one.count_the_same(it) && one.conflicts_with(it))
            })
        }
    }

    pub(super) fn conflicts_with(&self, other: &Step) -> bool {
        if Mutant::NobodyIsLast.is_on() {
            return self.conflicts_firmly_with(other);
        }
        self.thread == other.thread || self.is_opaque || other.is_opaque || {
            self.summary.may_conflict(other.summary) && {
                let mut own = self.accesses.iter();
                own.any(|one| other.accesses.iter().any(|it| one.conflicts_with(it)))
            }
        }
    }

    /// The locks that it acquires.
    pub(super) fn locks(&self) -> impl Iterator<Item = &Access> {
        self.accesses.iter().filter(|it| it.is_acquire())
    }

    /// Whether it begins to share a lock that `other` acquires.
    pub(super) fn shares_lock_of(&self, other: &Step) -> bool {
        let mut shared = self.locks().filter(|it| it.is_shared_acquire());
        shared.any(|own| other.locks().any(|it| it.object.meets(&own.object)))
    }

    /// What it does with this object.
    pub(super) fn kinds_at(&self, object: &Object) -> impl Iterator<Item = AccessKind> {
        let own = self.accesses.iter().filter(|it| it.object.meets(object));
        own.map(|it| it.kind)
    }

    /// Whether it may have touched more than is known.
    pub(super) fn is_opaque(&self) -> bool {
        self.is_opaque
    }

    /// Whether it touches a lock that `other` acquires.
    pub(super) fn touches_lock_of(&self, other: &Step) -> bool {
        other
            .locks()
            .any(|lock| self.accesses.iter().any(|it| it.object.meets(&lock.object)))
    }

    /// Whether it could be taken only after `other`, which came earlier.
    pub(super) fn needs(&self, other: &Step) -> bool {
        self.awaits.is_some_and(|it| other.enables(it))
            || self.is_guarded && {
                let mut own = self.accesses.iter();
                own.any(|one| other.accesses.iter().any(|it| one.waits_for(it)))
            }
    }

    /// Whether it lets `thread` go on, or join it.
    pub(super) fn enables(&self, thread: ThreadId) -> bool {
        self.enables.contains(&thread)
    }
}
