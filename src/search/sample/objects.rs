//! The objects that the threads of a program share, known again in every execution.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use itertools::Itertools as _;

use super::counts::{at, raise};
use crate::operation::{Object, Pending, SchedulingPoint};
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
/// An object has one mark for each place where it is named. So it is known again as soon as any
/// thread comes to one of them, and by its address from then on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Mark {
    /// An object whose value is the same in every execution.
    Itself(Object),
    NamedAt {
        /// The [identity](SchedulingPoint::identities) of the thread.
        thread: u64,
        marker: MarkerId,
        /// How often the thread passed the marker before.
        visit: usize,
        /// The place of the object among those that the marker declares.
        number: usize,
    },
}

/// How often each thread has passed each marker in the execution under way.
#[derive(Debug, Default)]
pub(super) struct Visits {
    counts: HashMap<(u64, MarkerId), usize>,
}

impl Visits {
    /// What `pending` is about to touch, each with whether it writes, and with its mark. Only a step
    /// from a marker gives marks: a thread that goes on from a wait touches what its marker named.
    fn touched<'a>(
        &self,
        point: &SchedulingPoint<'a>,
        pending: Pending,
    ) -> impl Iterator<Item = (&'a Object, bool, Option<Mark>)> + use<'a> {
        let thread = identity(point, pending);
        let marker = pending.operation.name();
        let visit = self.counts.get(&(thread, marker)).copied().unwrap_or(0);
        let is_marker = pending.operation.is_marker();
        let touched = point.touched(pending).into_iter().flatten().enumerate();
        touched.map(move |(number, (object, is_write))| {
            let mark = match object {
                Object::Memory(_) => is_marker.then_some(Mark::NamedAt {
                    thread,
                    marker,
                    visit,
                    number,
                }),
                _ => Some(Mark::Itself(object.clone())),
            };
            (object, is_write, mark)
        })
    }

    pub(super) fn count(&mut self, point: &SchedulingPoint<'_>, taken: Pending) {
        if taken.operation.is_marker() && point.footprints.of(taken.thread).is_some() {
            let place = (identity(point, taken), taken.operation.name());
            *self.counts.entry(place).or_default() += 1;
        }
    }
}

fn identity(point: &SchedulingPoint<'_>, pending: Pending) -> u64 {
    let identity = point.identities.get(pending.thread.index());
    identity.copied().unwrap_or_default()
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
}

/// The objects that the execution under way has touched, in the order in which it did.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    visits: Visits,
    objects: Vec<SharedObject>,
    /// What each is called in this execution.
    names: Vec<Vec<Object>>,
}

impl Sightings {
    pub(super) fn count(&mut self, point: &SchedulingPoint<'_>, taken: Pending) {
        let mut touched = Vec::new();
        for (name, is_write, mark) in self.visits.touched(point, taken) {
            let number = self.number(name);
            let object = &mut self.objects[number];
            object.is_written |= is_write;
            Arc::make_mut(&mut object.marks).extend(mark);
            touched.push(number);
        }
        // A step that reads and writes an object is one step.
        for number in touched.into_iter().sorted().dedup() {
            *at(&mut self.objects[number].threads, taken.thread.index()) += 1;
        }
        self.visits.count(point, taken);
    }

    /// The number of the object that meets `name`. A new one if none does.
    fn number(&mut self, name: &Object) -> usize {
        let meets = |names: &Vec<Object>| names.iter().any(|it| it.meets(name));
        let number = self.names.iter().position(meets).unwrap_or_else(|| {
            self.objects.push(SharedObject::default());
            self.names.push(Vec::new());
            self.names.len() - 1
        });
        if !self.names[number].contains(name) {
            self.names[number].push(name.clone());
        }
        number
    }

    /// Adds these objects to those of other executions. Objects that share a mark are taken for one.
    pub(super) fn add_to(&self, all: &mut Vec<SharedObject>) {
        for new in &self.objects {
            let is_same = |known: &&mut SharedObject| !known.marks.is_disjoint(&new.marks);
            if let Some(known) = all.iter_mut().find(is_same) {
                Arc::make_mut(&mut known.marks).extend(new.marks.iter().cloned());
                raise(&mut known.threads, &new.threads);
                known.is_written |= new.is_written;
            } else {
                all.push(new.clone());
            }
        }
    }
}

/// Recognizes one object in the execution under way.
#[derive(Debug, Default)]
pub(super) struct Recognition {
    marks: Arc<HashSet<Mark>>,
    /// What it is called in this execution, as far as that is known.
    names: Vec<Object>,
    visits: Visits,
}

impl Recognition {
    pub(super) fn of(object: &SharedObject) -> Self {
        Recognition {
            marks: Arc::clone(&object.marks),
            ..Recognition::default()
        }
    }

    /// Learns what the object is called, if a thread is about to touch it where it has a mark.
    pub(super) fn look(&mut self, point: &SchedulingPoint<'_>) {
        for pending in point.enabled {
            for (name, _, mark) in self.visits.touched(point, *pending) {
                let is_it = mark.is_some_and(|mark| self.marks.contains(&mark));
                if is_it && !self.names.contains(name) {
                    self.names.push(name.clone());
                }
            }
        }
    }

    /// Whether `pending` is about to touch the object.
    pub(super) fn is_touched(&self, point: &SchedulingPoint<'_>, pending: Pending) -> bool {
        let mut touched = point.touched(pending).into_iter().flatten();
        touched.any(|(object, _)| self.names.iter().any(|name| name.meets(object)))
    }

    pub(super) fn count(&mut self, point: &SchedulingPoint<'_>, taken: Pending) {
        self.visits.count(point, taken);
    }
}
