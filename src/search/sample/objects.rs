//! The objects that the threads of a program share, known again in every execution.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use itertools::Itertools as _;

use super::counts::{at, raise};
use crate::operation::{Object, Pending, SchedulingPoint, Trace};
use crate::site::MarkerId;

/// What an object is known by in every execution of a program.
///
/// An address is valid in one execution only: another may allocate elsewhere, or give the memory of
/// one object to another. Nor can objects be numbered in the order in which they are first named,
/// since that depends on the schedule. What does not is where a thread names an object: a thread that
/// comes to a marker for the second time touches what it touched there when it came for the second
/// time in other executions, for as long as its own course is the same. Markers are counted one by
/// one, so that one loop more at one marker does not shift what is named at others.
///
/// An object has one mark for each place where it is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Mark {
    /// An object whose value is the same in every execution.
    Itself(Object),
    /// The object of this number among those that a marker declares.
    Named(Visit, usize),
}

/// A thread at a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Visit {
    /// The [identity](SchedulingPoint::identities) of the thread.
    thread: u64,
    marker: MarkerId,
    /// How often it passed the marker before.
    number: usize,
}

impl Mark {
    /// That of an object that is touched from a marker. Only such a step gives marks to memory: a
    /// thread that goes on from a wait touches what its marker has named.
    fn of(object: &Object, visit: Option<Visit>, number: usize) -> Option<Self> {
        match object {
            Object::Memory(_) => visit.map(|visit| Mark::Named(visit, number)),
            _ => Some(Mark::Itself(object.clone())),
        }
    }
}

/// How often each thread has passed each marker in the execution under way.
#[derive(Debug, Default)]
struct Visits {
    counts: HashMap<(u64, MarkerId), usize>,
}

impl Visits {
    /// The visit that `pending` ends. None if it does not go on from a marker that declares anything.
    fn of(&self, point: &SchedulingPoint<'_>, pending: Pending) -> Option<Visit> {
        let footprint = point.footprints.of(pending.thread);
        (pending.operation.is_marker() && footprint.is_some()).then(|| {
            let thread = point.identities.get(pending.thread.index()).copied();
            let (thread, marker) = (thread.unwrap_or_default(), pending.operation.name());
            let number = self.counts.get(&(thread, marker)).copied();
            Visit {
                thread,
                marker,
                number: number.unwrap_or_default(),
            }
        })
    }

    fn count(&mut self, visit: Visit) {
        *self.counts.entry((visit.thread, visit.marker)).or_default() += 1;
    }
}

/// An object that the threads of a program touch.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedObject {
    marks: Arc<HashSet<Mark>>,
    /// The most steps of each thread that touched it.
    pub(super) threads: Vec<usize>,
    is_written: bool,
}

impl SharedObject {
    /// Whether the order of the steps that touch it may matter.
    pub(super) fn is_contested(&self) -> bool {
        self.is_written && self.threads.iter().filter(|&&count| count > 0).count() > 1
    }

    fn join(&mut self, other: &SharedObject) {
        Arc::make_mut(&mut self.marks).extend(other.marks.iter().cloned());
        raise(&mut self.threads, &other.threads);
        self.is_written |= other.is_written;
    }
}

/// What the steps of the execution under way touch, by marks. Their addresses are taken from the trace
/// when it has ended: an engine may run an execution once more up to where it is, with the objects
/// elsewhere.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    visits: Visits,
    /// For each step its visit, and how many objects it touches.
    steps: Vec<(Option<Visit>, usize)>,
}

impl Sightings {
    pub(super) fn note(&mut self, point: &SchedulingPoint<'_>, taken: Pending) {
        let visit = self.visits.of(point, taken);
        let touched = point.touched(taken).into_iter().flatten();
        self.steps.push((visit, touched.count()));
        if let Some(visit) = visit {
            self.visits.count(visit);
        }
    }

    /// The objects that the execution has touched, in the order in which it did.
    pub(super) fn objects(&self, trace: &Trace<'_>) -> Vec<SharedObject> {
        let mut objects: Vec<(Vec<Object>, SharedObject)> = Vec::new();
        let steps = self.steps.iter().zip(trace.events).enumerate();
        for (step, (&(visit, count), event)) in steps {
            let mut touched = Vec::new();
            for (number, access) in trace.accesses(step).take(count).enumerate() {
                let meets = |it: &Object| it.meets(&access.object);
                let known = objects
                    .iter()
                    .position(|(names, _)| names.iter().any(meets));
                let index = known.unwrap_or(objects.len());
                if known.is_none() {
                    objects.push(Default::default());
                }
                let (names, object) = &mut objects[index];
                object.is_written |= access.is_write();
                let mark = Mark::of(&access.object, visit, number);
                Arc::make_mut(&mut object.marks).extend(mark);
                if !names.contains(&access.object) {
                    names.push(access.object);
                }
                touched.push(index);
            }
            // A step that reads and writes an object is one step.
            for index in touched.into_iter().sorted().dedup() {
                *at(&mut objects[index].1.threads, event.thread.index()) += 1;
            }
        }
        objects.into_iter().map(|(_, object)| object).collect()
    }
}

/// Adds the objects of one execution to those of others. Objects that share a mark are taken for one.
pub(super) fn add(new: Vec<SharedObject>, all: &mut Vec<SharedObject>) {
    for object in new {
        let is_same = |known: &SharedObject| !known.marks.is_disjoint(&object.marks);
        let Some(first) = all.iter().position(is_same) else {
            all.push(object);
            continue;
        };
        let others: Vec<_> = all.extract_if(first + 1.., |it| is_same(it)).collect();
        for other in others.iter().chain([&object]) {
            all[first].join(other);
        }
    }
}

/// Recognizes one object in the execution under way.
#[derive(Debug, Default)]
pub(super) struct Recognition {
    marks: Arc<HashSet<Mark>>,
    visits: Visits,
}

impl Recognition {
    pub(super) fn of(object: &SharedObject) -> Self {
        Recognition {
            marks: Arc::clone(&object.marks),
            ..Recognition::default()
        }
    }

    /// Which of the enabled entries are about to touch the object: those at places where it has a mark,
    /// and those that touch the same as one of them.
    pub(super) fn touching(&self, point: &SchedulingPoint<'_>) -> Vec<bool> {
        let mut names: Vec<&Object> = Vec::new();
        for pending in point.enabled {
            let visit = self.visits.of(point, *pending);
            let touched = point.touched(*pending).into_iter().flatten().enumerate();
            names.extend(touched.filter_map(|(number, (object, _))| {
                let mark = Mark::of(object, visit, number)?;
                self.marks.contains(&mark).then_some(object)
            }));
        }
        let is_touching = |pending: &Pending| {
            let mut touched = point.touched(*pending).into_iter().flatten();
            touched.any(|(object, _)| names.iter().any(|name| name.meets(object)))
        };
        point.enabled.iter().map(is_touching).collect()
    }

    pub(super) fn count(&mut self, point: &SchedulingPoint<'_>, taken: Pending) {
        if let Some(visit) = self.visits.of(point, taken) {
            self.visits.count(visit);
        }
    }
}
