//! Marker lists by name, and schedules as orders of threads.

use itertools::Itertools as _;

use super::counts::Counts;
use crate::error::{Error, ErrorKind};
use crate::schedule::{Schedule, Step};

/// The steps of each thread, in the order the threads were added.
///
/// The n-th turn of a thread is its n-th step, so a schedule of these lists is just an order of
/// threads, each given by its position here.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    threads: Vec<Thread>,
}

#[derive(Debug, Clone)]
struct Thread {
    name: String,
    steps: Vec<Step>,
}

impl Lists {
    pub(crate) fn new(
        lists: impl IntoIterator<Item = (impl AsRef<str>, impl IntoIterator<Item = impl AsRef<str>>)>,
    ) -> Self {
        let mut threads: Vec<Thread> = Vec::new();
        for (name, markers) in lists {
            let name = name.as_ref();
            let steps = markers.into_iter().map(|m| Step::new(name, m.as_ref()));
            match threads.iter_mut().find(|thread| thread.name == name) {
                Some(thread) => thread.steps.extend(steps),
                None => threads.push(Thread {
                    name: name.to_owned(),
                    steps: steps.collect(),
                }),
            }
        }
        Lists { threads }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.lengths().collect()
    }

    /// How many steps each thread has.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = usize> {
        self.threads.iter().map(|t| t.steps.len())
    }

    /// Returns the schedule of this order, in which each thread has as many turns as steps.
    pub(crate) fn schedule(&self, order: &[usize]) -> Schedule {
        let mut left: Vec<_> = self.threads.iter().map(|t| t.steps.iter()).collect();
        let steps = order.iter().filter_map(|&thread| left[thread].next());
        steps.cloned().collect()
    }

    /// Returns the order of this schedule, which must hold all steps of these lists and no others.
    pub(super) fn order(&self, schedule: &Schedule) -> Result<Vec<usize>, Error> {
        let mut turns = vec![0; self.threads.len()];
        let mut order = Vec::with_capacity(schedule.len());
        for step in schedule.steps() {
            let thread = self.threads.iter().position(|t| t.name == step.thread());
            let thread = thread
                .filter(|&thread| self.threads[thread].steps.get(turns[thread]) == Some(step))
                .ok_or_else(|| self.error(&turns, Some(step)))?;
            turns[thread] += 1;
            order.push(thread);
        }
        if self.expected(&turns).next().is_some() {
            return Err(self.error(&turns, None));
        }
        Ok(order)
    }

    /// Iterates over the steps that are legal after this many turns of each thread.
    fn expected(&self, turns: &[usize]) -> impl Iterator<Item = &Step> {
        let threads = self.threads.iter().zip(turns);
        threads.filter_map(|(thread, &turn)| thread.steps.get(turn))
    }

    #[cold]
    fn error(&self, turns: &[usize], found: Option<&Step>) -> Error {
        let number = turns.iter().sum::<usize>() + 1;
        let found = match found {
            Some(step) => format!("is `{step}`"),
            None => "is missing".to_owned(),
        };
        let mut expected = self.expected(turns).map(|step| format!("`{step}`"));
        let mut expected = expected.join(" or ");
        if expected.is_empty() {
            expected = format!("the end after {} steps", number - 1);
        }
        let text = format!(
            "not a schedule of these marker lists: step {number} {found}, expected {expected}"
        );
        Error::new(ErrorKind::NotOfTheseMarkers, text)
    }
}
