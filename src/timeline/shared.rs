//! Which steps of an execution have to do with other threads; pure.

use std::sync::Arc;

use crate::operation::{Access, AccessKind, Event, Object, OperationKind, Trace};

/// Each pair of steps is compared.
const MAX_STEPS: usize = 2000;

/// For each step, whether it touches nothing that another thread touches which runs at the same time. A
/// thread runs at the same time as others from its start to when it is joined.
pub(crate) fn alone(trace: &Trace<'_>) -> Vec<bool> {
    let steps = Steps::of(trace);
    let count = trace.events.len();
    let is_alone = |step: usize| {
        let event = &trace.events[step];
        let is_last = step + 1 == count;
        let is_told = is_last || event.preempts || event.waits() || event.is_opaque();
        !is_told && event.operation.is_marker() && !(0..count).any(|it| steps.race(step, it))
    };
    (0..count)
        .map(|step| count <= MAX_STEPS && is_alone(step))
        .collect()
}

/// For each step that is a preemption, why it matters that the thread before it was stopped: what other threads
/// do meanwhile with what it touches. Empty for other steps, and where nothing of that kind is known. `places` are
/// what the steps access, as far as that has a name.
pub(crate) fn preemptions(trace: &Trace<'_>, names: &[Arc<str>], places: &[&str]) -> Vec<String> {
    let steps = Steps::of(trace);
    let count = trace.events.len();
    let why = |step: usize| {
        let event = &trace.events[step];
        let stopped = trace.events[step.checked_sub(1)?].thread;
        let is_switch = event.preempts && !event.operation.is_interruption();
        if !is_switch || stopped == event.thread || count > MAX_STEPS {
            return None;
        }
        steps
            .conflict_around(step)
            .map(|it| it.tell(&steps, names, places))
    };
    (0..count)
        .map(|step| why(step).unwrap_or_default())
        .collect()
}

/// The steps of an execution, and which of them must come after which.
struct Steps<'a> {
    events: &'a [Event],
    accesses: Vec<Vec<Access>>,
    /// For each step, how many of the first steps of each thread come before it whatever the schedule.
    before: Vec<Vec<usize>>,
    /// The number of each step among those of its thread.
    own: Vec<usize>,
}

/// What a thread does that is stopped, what others do with the same meanwhile, and what it does after that: steps,
/// and what each does.
struct Around {
    first: Option<(usize, AccessKind)>,
    between: (usize, AccessKind),
    last: Option<(usize, AccessKind)>,
}

impl<'a> Steps<'a> {
    fn of(trace: &Trace<'a>) -> Self {
        let events = trace.events;
        let accesses = (0..events.len()).map(|it| trace.accesses(it).collect());
        let accesses: Vec<Vec<Access>> = accesses.collect();
        let threads = events.iter().map(|it| it.thread.index() + 1).max();
        let mut clocks = vec![vec![0; threads.unwrap_or(0)]; threads.unwrap_or(0)];
        let (mut before, mut own) = (Vec::new(), Vec::new());
        for (event, accesses) in events.iter().zip(&accesses) {
            let thread = event.thread.index();
            if let OperationKind::Join(other) = event.operation.kind()
                && let Some(other) = clocks.get(other.index()).cloned()
            {
                raise(&mut clocks[thread], &other);
            }
            own.push(clocks[thread][thread]);
            clocks[thread][thread] += 1;
            // Who starts a thread writes to its life. So does who wakes it, but that may come in another order.
            for access in accesses {
                if let (Object::Thread(other), true) = (&access.object, access.is_write())
                    && clocks
                        .get(other.index())
                        .is_some_and(|it| it[other.index()] == 0)
                {
                    let clock = clocks[thread].clone();
                    raise(&mut clocks[other.index()], &clock);
                }
            }
            before.push(clocks[thread].clone());
        }
        Steps {
            events,
            accesses,
            before,
            own,
        }
    }

    /// Whether two steps of different threads conflict, and could come in either order.
    fn race(&self, one: usize, other: usize) -> bool {
        let [thread, other_thread] = [one, other].map(|it| self.events[it].thread);
        let is_ordered = |earlier: usize, later: usize| {
            self.before[later][self.events[earlier].thread.index()] > self.own[earlier]
        };
        let (earlier, later) = (one.min(other), one.max(other));
        thread != other_thread
            && !is_ordered(earlier, later)
            && (self.events[one].is_opaque()
                || self.events[other].is_opaque()
                || self.conflict(one, other).is_some())
    }

    /// What each of two steps does with something that they conflict in.
    fn conflict(&self, one: usize, other: usize) -> Option<(AccessKind, AccessKind)> {
        let mut pairs = self.accesses[one]
            .iter()
            .flat_map(|a| self.accesses[other].iter().map(move |b| (a, b)));
        let pair = pairs.find(|(a, b)| a.conflicts_with(b));
        pair.map(|(a, b)| (a.kind, b.kind))
    }

    /// The conflict for which it matters that the thread before `switch` was stopped: rather one in which it
    /// comes back to what others have changed.
    fn conflict_around(&self, switch: usize) -> Option<Around> {
        let stopped = self.events[switch - 1].thread;
        let is_own = |step: &usize| self.events[*step].thread == stopped;
        let count = self.events.len();
        let back = (switch..count).find(is_own).unwrap_or(count);
        let pair = |one: usize, other: usize| {
            let races = self.race(one, other);
            races.then(|| self.conflict(one, other)).flatten()
        };
        let mut found: Option<Around> = None;
        for between in switch..back {
            let first = (0..switch).rev().filter(is_own);
            let first = first.clone().find_map(|it| Some((it, pair(it, between)?)));
            let last = (back..count).filter(is_own);
            let last = last.clone().find_map(|it| Some((it, pair(between, it)?)));
            let Some((_, kind)) = first
                .map(|it| (it.0, it.1.1))
                .or(last.map(|it| (it.0, it.1.0)))
            else {
                continue;
            };
            let around = Around {
                first: first.map(|(step, kinds)| (step, kinds.0)),
                between: (between, kind),
                last: last.map(|(step, kinds)| (step, kinds.1)),
            };
            if found.as_ref().is_none_or(|it| it.rank() < around.rank()) {
                found = Some(around);
            }
        }
        found
    }
}

impl Around {
    /// What says more comes last: of how many steps of the stopped thread is known what they do, whether it is
    /// about more than a lock, and how near the first step is.
    fn rank(&self) -> (usize, bool, Option<usize>) {
        let ends = [self.first, self.last].into_iter().flatten();
        let kinds = ends.clone().map(|it| it.1).chain([self.between.1]);
        let is_of_lock = kinds
            .into_iter()
            .any(|it| matches!(it, AccessKind::Acquire | AccessKind::AcquireShared));
        (ends.count(), !is_of_lock, self.first.map(|it| it.0))
    }

    /// As in `main stops here: it has read `self.value` in step 5; main/1 writes it in step 8, before main writes it
    /// in step 11`.
    fn tell(&self, steps: &Steps<'_>, names: &[Arc<str>], places: &[&str]) -> String {
        let name = |step: usize| &names[steps.events[step].thread.index()];
        let (between, does) = self.between;
        let known = [
            self.first.map(|it| it.0),
            Some(between),
            self.last.map(|it| it.0),
        ];
        let known = known.into_iter().flatten();
        let mut places = known.filter_map(|step| places.get(step).filter(|it| !it.is_empty()));
        let place = places.next().map(|place| format!("`{place}`"));
        let place = place.unwrap_or_else(|| "what others touch".to_owned());
        let other = name(between);
        match (self.first, self.last) {
            (Some((first, did)), last) => {
                let before = last.map_or_else(String::new, |(step, kind)| {
                    format!(", before {} {kind} it in step {}", name(step), step + 1)
                });
                format!(
                    "{} stops here: it has {} {place} in step {}; {other} {does} it in step {}{before}",
                    name(first),
                    participle(did),
                    first + 1,
                    between + 1
                )
            }
            (None, Some((step, kind))) => format!(
                "{} stops here: {other} {does} {place} in step {}, before {0} {kind} it in step {}",
                name(step),
                between + 1,
                step + 1
            ),
            (None, None) => String::new(),
        }
    }
}

fn participle(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Read => "read",
        AccessKind::Write => "written",
        AccessKind::Acquire => "acquired",
        AccessKind::Release => "released",
        AccessKind::AcquireShared => "acquired to share",
        AccessKind::ReleaseShared => "stopped to share",
        AccessKind::Increment => "incremented",
        AccessKind::Decrement => "decremented",
    }
}

/// Raises each number to that of another clock.
fn raise(clock: &mut [usize], other: &[usize]) {
    for (own, other) in clock.iter_mut().zip(other) {
        *own = (*own).max(*other);
    }
}

#[cfg(test)]
mod tests;
