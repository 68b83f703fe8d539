//! Executions with few preemptions, ahead of their turn in a search that may not get to them.
//!
//! Most bugs need one or two preemptions (Musuvathi and Qadeer, "Iterative Context Bounding for Systematic
//! Testing of Multithreaded Programs", PLDI 2007). Depth first, executions with few of them are spread over
//! all of the search.

use super::part::Decided;
use super::{Account, Bounded, Multinomial, Part, Progress, Search};
use crate::operation::{Choice, SchedulingPoint, Trace};

/// How many executions a search has that is not small.
const SMALL: u64 = 1000;

/// How many executions with no, one and two preemptions are run ahead, at most. Those without preemption
/// are orders of whole threads, of which there may be very many, and which show little.
const AHEAD: [u64; 3] = [20, 500, 2000];

/// A search that, if it is not small, runs some executions with few preemptions before it goes on. They are
/// repetitions, unless they fail.
#[derive(Debug)]
pub(crate) struct Scouted {
    all: Box<dyn Part>,
    phase: Phase,
    /// How many executions have been begun in this phase.
    begun: u64,
}

#[derive(Debug)]
enum Phase {
    /// The search may yet turn out to be small.
    First,
    /// Executions with this number of preemptions are run.
    Ahead(usize, Box<Bounded>),
    /// The search has gone on after that.
    Rest,
}

impl Scouted {
    pub(crate) fn new(all: Box<dyn Part>) -> Self {
        Scouted {
            all,
            phase: Phase::First,
            begun: 0,
        }
    }

    fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.begun = 0;
    }

    /// The search whose execution is under way.
    fn current(&mut self) -> &mut dyn Search {
        match &mut self.phase {
            Phase::Ahead(_, scout) => &mut **scout,
            Phase::First | Phase::Rest => &mut *self.all,
        }
    }
}

impl Search for Scouted {
    fn new_execution(&mut self) -> Option<usize> {
        self.begun += 1;
        match &mut self.phase {
            Phase::First if self.begun > SMALL => {
                self.begin(Phase::Ahead(0, Box::new(Bounded::new(0))));
            }
            Phase::First | Phase::Rest => return self.all.new_execution(),
            Phase::Ahead(preemptions, scout) => {
                if self.begun <= AHEAD[*preemptions]
                    && let Some(repeated) = scout.new_execution()
                {
                    return Some(repeated);
                }
                let next = *preemptions + 1;
                if next < AHEAD.len() {
                    self.begin(Phase::Ahead(next, Box::new(Bounded::new(next))));
                } else {
                    self.begin(Phase::Rest);
                }
            }
        }
        // The execution before was one of another search.
        self.begun = 1;
        self.current().new_execution().map(|_| 0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        self.current().choose(point)
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        let account = self.current().end(trace);
        match self.phase {
            Phase::First | Phase::Rest => account,
            Phase::Ahead(..) => Account {
                is_repetition: true,
                counts_if_it_fails: !account.is_repetition,
                contradiction: account.contradiction,
                ..Account::default()
            },
        }
    }
}

impl Part for Scouted {
    /// Nothing is given away before it is known that the search is not small, and what the executions ahead
    /// have shown: so that does not depend on other workers.
    fn split(&mut self) -> Option<Box<dyn Part>> {
        None
    }

    fn order(&self) -> Vec<usize> {
        self.all.order()
    }

    fn progress(&self, began: &[usize], tree: Option<&Multinomial>) -> Option<Progress> {
        self.all.progress(began, tree)
    }

    fn decided(&mut self) -> Decided {
        match (&self.phase, self.all.decided()) {
            (_, Decided::By(all)) => {
                self.all = all;
                Decided::NotYet
            }
            (Phase::Rest, Decided::Yes) => {
                Decided::By(std::mem::replace(&mut self.all, Box::new(Bounded::new(0))))
            }
            _ => Decided::NotYet,
        }
    }
}
