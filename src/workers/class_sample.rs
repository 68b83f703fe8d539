//! Some of the classes that a search has run.

use std::collections::BTreeMap;

use crate::operation::Trace;
use crate::search::{PlannedStep, planned_again};

/// How many classes are kept.
const MOST: usize = 64;

/// The classes with the least numbers, which are as good as random: so which they are depends neither on the
/// number of workers nor on their speed.
#[derive(Debug, Default)]
pub(crate) struct ClassSample(BTreeMap<u64, Vec<PlannedStep>>);

impl ClassSample {
    /// A class of this number was run by this execution.
    pub(super) fn add(&mut self, class: u64, trace: &Trace<'_>) {
        let greatest = self.0.last_key_value();
        if self.0.len() < MOST || greatest.is_some_and(|(greatest, _)| class < *greatest) {
            let order: Vec<usize> = (0..trace.events.len()).collect();
            self.0.insert(class, planned_again(trace, &order));
            self.shorten();
        }
    }

    pub(super) fn append(&mut self, other: &mut ClassSample) {
        self.0.append(&mut other.0);
        self.shorten();
    }

    fn shorten(&mut self) {
        while self.0.len() > MOST {
            self.0.pop_last();
        }
    }

    /// The steps of an execution of each.
    pub(crate) fn executions(&self) -> impl ExactSizeIterator<Item = &[PlannedStep]> {
        self.0.values().map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Event, Pending, Trace};

    #[test]
    fn the_least_are_kept_whoever_has_run_them() {
        let [mut one, mut other] = [ClassSample::default(), ClassSample::default()];
        for class in (0..300).rev() {
            // So the class can be told by the number of steps.
            let steps = vec![Event::of(Pending::at(0, 0)); usize::try_from(class).unwrap()];
            let trace = Trace {
                identities: &[1],
                ..Trace::of(&steps)
            };
            let half = if class % 3 == 0 { &mut one } else { &mut other };
            half.add(class, &trace);
        }
        assert_eq!((one.0.len(), other.0.len()), (MOST, MOST));
        one.append(&mut other);
        let lengths: Vec<usize> = one.executions().map(<[_]>::len).collect();
        assert_eq!(lengths, (0..MOST).collect::<Vec<_>>());
    }
}
