//! How many steps the first executions of a program took.

use crate::operation::Pending;
use crate::site::MarkerId;

/// The most steps that were seen: in all, of each thread, and of each thread at each marker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) steps: usize,
    pub(super) threads: Vec<usize>,
    /// In the order in which the markers were first met: their numbers depend on what else the
    /// process has run.
    pub(super) markers: Vec<(MarkerId, Vec<usize>)>,
}

impl Profile {
    pub(super) fn count(&mut self, step: Pending) {
        let thread = step.thread.index();
        self.steps += 1;
        *at(&mut self.threads, thread) += 1;
        *at(self.at_marker(step.operation.name()), thread) += 1;
    }

    pub(super) fn learn(&mut self, execution: &Profile) {
        self.steps = self.steps.max(execution.steps);
        raise(&mut self.threads, &execution.threads);
        for (marker, threads) in &execution.markers {
            raise(self.at_marker(*marker), threads);
        }
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

/// The count of a thread, 0 if it has none yet.
pub(super) fn at(counts: &mut Vec<usize>, thread: usize) -> &mut usize {
    if counts.len() <= thread {
        counts.resize(thread + 1, 0);
    }
    &mut counts[thread]
}

fn raise(most: &mut Vec<usize>, counts: &[usize]) {
    for (thread, &count) in counts.iter().enumerate() {
        let most = at(most, thread);
        *most = count.max(*most);
    }
}
