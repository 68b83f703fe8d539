//! How many steps the first executions of a program took.

use super::counts::{at, raise};
use super::objects::{self, SharedObject, Sightings};
use crate::operation::{Pending, SchedulingPoint, Trace};
use crate::site::MarkerId;

/// The most steps that were seen: in all, of each thread, of each thread at each marker that declares
/// nothing, and of each thread that touched each object.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    pub(super) steps: usize,
    pub(super) threads: Vec<usize>,
    /// In the order in which the markers were first met: their numbers depend on what else the
    /// process has run.
    pub(super) markers: Vec<(MarkerId, Vec<usize>)>,
    pub(super) objects: Vec<SharedObject>,
}

/// What the execution under way teaches.
#[derive(Debug, Default)]
pub(super) struct Lesson {
    counts: Profile,
    sightings: Sightings,
}

impl Lesson {
    pub(super) fn count(&mut self, point: &SchedulingPoint<'_>, taken: Pending) {
        let thread = taken.thread.index();
        self.counts.steps += 1;
        *at(&mut self.counts.threads, thread) += 1;
        if point.footprints.of(taken.thread).is_none() {
            *at(self.counts.at_marker(taken.operation.name()), thread) += 1;
        }
        self.sightings.note(point, taken);
    }

    /// The execution has ended.
    pub(super) fn end(&mut self, trace: &Trace<'_>) {
        self.counts.objects = self.sightings.objects(trace);
    }
}

impl Profile {
    pub(super) fn learn(&mut self, lesson: Lesson) {
        let counts = lesson.counts;
        self.steps = self.steps.max(counts.steps);
        raise(&mut self.threads, &counts.threads);
        for (marker, threads) in &counts.markers {
            raise(self.at_marker(*marker), threads);
        }
        objects::add(counts.objects, &mut self.objects);
    }

    fn at_marker(&mut self, marker: MarkerId) -> &mut Vec<usize> {
        let place = self.markers.iter().position(|(known, _)| *known == marker);
        let place = place.unwrap_or_else(|| {
            self.markers.push((marker, Vec::new()));
            self.markers.len() - 1
        });
        &mut self.markers[place].1
    }
}
