//! Executions in order and executions drawn at random, in turn.
//!
//! Some failures come early in the order of preemptions and are rare in a sample; with others it is the
//! other way round. In turn, a failure is found after about twice as many executions as the better of
//! the two takes, at most.

use super::{Account, Bounded, Part, Sample, Search};
use crate::operation::{Choice, SchedulingPoint, Trace};

/// How many executions without a preemption are run in order, at most: as many as four threads have.
/// There are n! for n threads that do not wait, and beyond a few they differ in little.
const SERIAL: u64 = 24;

/// How many executions are run in order, at most.
const IN_ORDER: u64 = 200;

/// How many executions in order come before the first that is drawn. If there are fewer in all, they
/// are all that the program has.
const HEAD_START: u64 = 3;

/// The executions without a preemption and then those with one, in order, and in turn with them those
/// of a sample; and then the rest of the sample. As many count in all as the sample has.
#[derive(Debug)]
pub(crate) struct Alternation {
    /// `None` once enough of them are run.
    in_order: Option<InOrder>,
    sample: Sample,
    /// How many executions were drawn.
    drawn: u64,
    /// Whether the execution under way is one of those in order.
    is_in_order: bool,
}

#[derive(Debug)]
struct InOrder {
    search: Bounded,
    preemptions: usize,
    /// How many executions were run.
    runs: u64,
    /// Whether the search has left out executions.
    leaves_out: bool,
}

/// Why no further execution is run in order.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The program has no others.
    Complete,
    Enough,
}

impl Alternation {
    pub(crate) fn new(sample: Sample) -> Self {
        Alternation {
            in_order: Some(InOrder {
                search: Bounded::new(0),
                preemptions: 0,
                runs: 0,
                leaves_out: false,
            }),
            sample,
            drawn: 0,
            is_in_order: false,
        }
    }
}

impl InOrder {
    /// Begins the next execution.
    fn next(&mut self) -> Result<(), End> {
        if self.runs == IN_ORDER {
            return Err(End::Enough);
        }
        let is_cut = self.preemptions == 0 && self.runs == SERIAL;
        if !is_cut && self.search.new_execution().is_some() {
            self.runs += 1;
            return Ok(());
        }
        match self.preemptions {
            0 if is_cut || self.leaves_out => {
                self.search = Bounded::new(1);
                self.preemptions = 1;
                self.next()
            }
            0 => Err(End::Complete),
            _ => Err(End::Enough),
        }
    }
}

impl Search for Alternation {
    fn new_execution(&mut self) -> Option<usize> {
        if self.sample.left() == 0 {
            return None;
        }
        self.is_in_order = false;
        if let Some(in_order) = &mut self.in_order
            && in_order.runs < HEAD_START + self.drawn
        {
            match in_order.next() {
                // The execution before was another's, so its steps are not those of this one.
                Ok(()) => {
                    self.is_in_order = true;
                    return Some(0);
                }
                Err(End::Complete) if self.drawn == 0 => return None,
                Err(_) => self.in_order = None,
            }
        }
        self.drawn += 1;
        self.sample.new_execution()
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        match &mut self.in_order {
            Some(in_order) if self.is_in_order => in_order.search.choose(point),
            _ => self.sample.choose(point),
        }
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        let Some(in_order) = self.in_order.as_mut().filter(|_| self.is_in_order) else {
            return self.sample.end(trace);
        };
        let account = in_order.search.end(trace);
        in_order.leaves_out |= account.leaves_out;
        if !account.is_repetition {
            self.sample.shorten();
        }
        Account {
            // Whether there are others was not asked if this was the last.
            leaves_out: account.leaves_out || self.sample.left() == 0,
            ..account
        }
    }
}

impl Part for Alternation {
    /// Divides the sample, once nothing is run in order any more.
    fn split(&mut self) -> Option<Box<dyn Part>> {
        match self.in_order {
            Some(_) => None,
            None => self.sample.split(),
        }
    }

    fn order(&self) -> Vec<usize> {
        self.sample.order()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Method;
    use crate::search::toy::{Toy, preemptions};

    fn alternation(schedules: u64) -> Alternation {
        Alternation::new(Sample::new(Method::RoundRobin, 1, 0..schedules))
    }

    /// The executions that count, each with whether it was one in order; and whether others are left.
    fn run(counts: &[u32], schedules: u64) -> (Vec<(Vec<usize>, bool)>, bool) {
        let mut search = alternation(schedules);
        let (mut orders, mut leaves_out) = (Vec::new(), false);
        while search.new_execution().is_some() {
            let (order, account) = Toy::new(counts).run(&mut search);
            leaves_out |= account.leaves_out;
            if !account.is_repetition {
                orders.push((order, search.is_in_order));
            }
        }
        (orders, leaves_out)
    }

    #[test]
    fn those_in_order_take_turns_with_those_drawn() {
        let (orders, leaves_out) = run(&[3, 3], 30);
        assert!(leaves_out);
        let in_order = |range: std::ops::Range<usize>| -> Vec<bool> {
            orders[range].iter().map(|(_, is)| *is).collect()
        };
        // Two without a preemption; the four with one, a a b b b a and so on, come after a run of each
        // that does not count.
        assert_eq!(orders.len(), 30);
        assert_eq!(in_order(0..3), [true, true, false]);
        let spent = orders.iter().filter(|(_, is)| *is);
        let spent: Vec<usize> = spent.map(|(order, _)| preemptions(order)).collect();
        assert_eq!(spent, [0, 0, 1, 1, 1, 1]);
        assert!(in_order(15..30).iter().all(|&is| !is));
    }

    #[test]
    fn orders_without_preemption_do_not_use_up_those_with_one() {
        // 6! = 720 orders without a preemption.
        let (orders, _) = run(&[2; 6], 1000);
        let spent = orders.iter().filter(|(_, is)| *is);
        let spent: Vec<usize> = spent.map(|(order, _)| preemptions(order)).collect();
        let serial = spent.iter().filter(|&&spent| spent == 0).count() as u64;
        assert_eq!(serial, SERIAL);
        assert!(spent.len() > 100, "{spent:?}");
        // Half of those that come first are drawn.
        let drawn = orders[..100].iter().filter(|(_, is)| !is).count();
        assert!((48..=60).contains(&drawn), "{drawn}");
    }

    #[test]
    fn what_has_no_other_order_is_complete_and_anything_else_is_not() {
        let orders = |counts, schedules| {
            let (orders, leaves_out) = run(counts, schedules);
            (orders.len(), leaves_out)
        };
        assert_eq!(orders(&[1, 1], 300), (2, false));
        assert_eq!(orders(&[5], 300), (1, false));
        assert_eq!(orders(&[1, 1], 1), (1, true));
        assert_eq!(orders(&[1, 1, 1], 300), (300, true));
        // Ten threads with one step have 10! orders and none with a preemption: those that are run
        // again and do not count are bounded, too.
        assert_eq!(orders(&[1; 10], 300), (300, true));
        assert_eq!(orders(&[1, 1], 0), (0, false));
    }

    #[test]
    fn in_parts_it_runs_the_same() {
        let toy = Toy::new(&[3, 2, 2]);
        let whole = || Box::new(alternation(500));
        let (alone, _) = toy.all_in_parts(whole(), &mut || false);
        let mut count = 0;
        let (parts, _) = toy.all_in_parts(whole(), &mut || {
            count += 1;
            count % 3 == 0
        });
        assert_eq!(alone.len(), 500);
        assert_eq!(parts, alone);
    }
}
