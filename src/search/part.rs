//! A part of a search: executions that come one after the other, in whatever way it goes on.

use super::{Bounded, DepthFirst, Mismatch, Sample, SchedulingPoint, Search};

/// Some of the executions of a search, next to each other in its order. It can be divided, so
/// that several workers search side by side.
#[derive(Debug)]
pub(crate) enum Part {
    DepthFirst(DepthFirst),
    Bounded(Bounded),
    Sample(Box<Sample>),
}

/// What a search says of an execution that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Account {
    /// Whether it was run, and counted, in an earlier search of the same course.
    pub(crate) is_repetition: bool,
    /// Whether this search passes over executions of the program.
    pub(crate) leaves_out: bool,
    /// Whether it was drawn such that all executions were equally likely.
    pub(crate) is_uniform: bool,
}

impl Part {
    /// Gives away executions that come after everything that this part keeps, if there are any.
    ///
    /// To be called when an execution has begun and chosen nothing yet.
    pub(crate) fn split(&mut self) -> Option<Part> {
        match self {
            Part::DepthFirst(search) => search.split().map(Part::DepthFirst),
            Part::Bounded(search) => search.split().map(Part::Bounded),
            Part::Sample(search) => search.split().map(|part| Part::Sample(Box::new(part))),
        }
    }

    /// What orders the parts of one search: of two that share no execution, the lesser comes
    /// first as a whole.
    pub(crate) fn order(&self) -> Vec<usize> {
        match self {
            Part::DepthFirst(search) => search.choices(),
            Part::Bounded(search) => search.choices(),
            Part::Sample(search) => search.order(),
        }
    }

    /// How many first steps of the execution under way are those of the one before.
    #[inline]
    pub(crate) fn repeated(&self) -> usize {
        match self {
            Part::DepthFirst(search) => search.repeated(),
            Part::Bounded(search) => search.repeated(),
            Part::Sample(_) => 0,
        }
    }

    /// The point at which the program contradicted an earlier execution, if it did.
    #[inline]
    pub(crate) fn mismatch(&self) -> Option<&Mismatch> {
        match self {
            Part::DepthFirst(search) => search.mismatch(),
            Part::Bounded(search) => search.mismatch(),
            Part::Sample(_) => None,
        }
    }

    /// What is to be said of the execution that has ended.
    #[inline]
    pub(crate) fn account(&self) -> Account {
        match self {
            Part::DepthFirst(search) => Account {
                is_repetition: !search.owns(),
                ..Account::default()
            },
            Part::Bounded(search) => Account {
                is_repetition: !search.counts(),
                leaves_out: search.leaves_out(),
                is_uniform: false,
            },
            Part::Sample(search) => Account {
                is_repetition: !search.owns(),
                leaves_out: true,
                is_uniform: search.was_uniform() && search.owns(),
            },
        }
    }
}

impl Search for Part {
    #[inline]
    fn begin(&mut self) -> bool {
        match self {
            Part::DepthFirst(search) => search.begin(),
            Part::Bounded(search) => search.begin(),
            Part::Sample(search) => search.begin(),
        }
    }

    #[inline]
    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Option<usize> {
        match self {
            Part::DepthFirst(search) => search.choose(point),
            Part::Bounded(search) => search.choose(point),
            Part::Sample(search) => search.choose(point),
        }
    }

    #[inline]
    fn end(&mut self, steps: usize) {
        match self {
            Part::DepthFirst(search) => search.end(steps),
            Part::Bounded(search) => search.end(steps),
            Part::Sample(search) => search.end(steps),
        }
    }
}
