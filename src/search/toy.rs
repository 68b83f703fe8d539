//! A toy to search: threads that each take a fixed number of steps.

use super::{Account, Part, Search};
use crate::operation::{Choice, Event, Pending, SchedulingPoint, Trace};

/// Thread `t` has `counts[t]` steps; `marker` says at which marker each is, by thread and number.
pub(super) struct Toy<'a> {
    pub(super) counts: &'a [u32],
    pub(super) marker: fn(usize, u32) -> u32,
}

impl Toy<'_> {
    /// Threads that all have the same markers, one for each step.
    pub(super) fn new(counts: &[u32]) -> Toy<'_> {
        Toy {
            counts,
            marker: |_, number| number,
        }
    }

    /// Runs one execution; the threads in the order of their steps, and what the search says of it.
    pub(super) fn run(&self, search: &mut (impl Search + ?Sized)) -> (Vec<usize>, Account) {
        let mut passed = vec![0; self.counts.len()];
        let mut events: Vec<Event> = Vec::new();
        loop {
            let is_live = |&t: &usize| passed[t] < self.counts[t];
            let live = (0..self.counts.len()).filter(is_live);
            let enabled: Vec<Pending> = live.map(|t| self.pending(t, passed[t])).collect();
            let point = SchedulingPoint::after(&events, &enabled);
            let choice = (!enabled.is_empty()).then(|| search.choose(&point));
            if let Some(index) = choice.and_then(Choice::taken) {
                passed[enabled[index].thread.index()] += 1;
                events.push(Event::of(enabled[index]));
                continue;
            }
            let account = search.end(&Trace::of(&events));
            let order = events.iter().map(|event| event.thread.index());
            return (order.collect(), account);
        }
    }

    fn pending(&self, thread: usize, number: u32) -> Pending {
        Pending::at(thread, (self.marker)(thread, number))
    }

    /// Runs a search to its end.
    pub(super) fn all(&self, search: &mut impl Search) -> Vec<Vec<usize>> {
        let mut orders = Vec::new();
        while search.new_execution().is_some() {
            orders.push(self.run(search).0);
        }
        orders
    }

    /// Runs a search to its end; at each execution that `splits` picks, gives a part away. Returns
    /// the executions that count, and whether any of the program's were left out.
    pub(super) fn all_in_parts(
        &self,
        mut search: Box<dyn Part>,
        splits: &mut impl FnMut() -> bool,
    ) -> (Vec<Vec<usize>>, bool) {
        let mut own = Vec::new();
        let mut parts = Vec::new();
        let mut leaves_out = false;
        while search.new_execution().is_some() {
            if splits() {
                parts.extend(search.split());
            }
            let (order, account) = self.run(&mut *search);
            leaves_out |= account.leaves_out;
            if !account.is_repetition {
                own.push(order);
            }
        }
        assert!(
            parts.is_sorted_by(|a, b| a.order() > b.order()),
            "what is given away later comes earlier"
        );
        for part in parts.into_iter().rev() {
            let (orders, others) = self.all_in_parts(part, splits);
            own.extend(orders);
            leaves_out |= others;
        }
        (own, leaves_out)
    }
}

/// How often an order takes the turn from a thread that has steps left.
pub(super) fn preemptions(order: &[usize]) -> usize {
    let is_preempted = |at: usize| {
        let thread = order[at - 1];
        order[at] != thread && order[at..].contains(&thread)
    };
    (1..order.len()).filter(|&at| is_preempted(at)).count()
}
