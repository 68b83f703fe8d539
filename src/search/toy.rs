//! A toy to search: threads that have so many steps each, whatever the others do.

use super::{Enabled, Part, SchedulingPoint, Search, ThreadId};
use crate::site::MarkerId;

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

    /// Runs one execution; the threads in the order of their steps.
    pub(super) fn run(&self, search: &mut impl Search) -> Vec<usize> {
        let mut passed = vec![0; self.counts.len()];
        let mut order = Vec::new();
        loop {
            let ready: Vec<Enabled> = (0..self.counts.len())
                .filter(|&t| passed[t] < self.counts[t])
                .map(|t| Enabled {
                    thread: ThreadId::new(t),
                    marker: MarkerId::new((self.marker)(t, passed[t])),
                })
                .collect();
            let point = SchedulingPoint {
                ready: &ready,
                last: order.last().copied().map(ThreadId::new),
                step: order.len(),
            };
            let Some(choice) = (!ready.is_empty()).then(|| search.choose(&point)).flatten() else {
                search.end(order.len());
                return order;
            };
            let thread = ready[choice].thread.index();
            passed[thread] += 1;
            order.push(thread);
        }
    }

    /// Runs a search to its end.
    pub(super) fn all(&self, search: &mut impl Search) -> Vec<Vec<usize>> {
        let mut orders = Vec::new();
        while search.begin() {
            orders.push(self.run(search));
        }
        orders
    }

    /// Runs a search to its end; at each execution that `splits` picks, gives a part away. Returns
    /// the executions that count, and whether any of the program's were left out.
    pub(super) fn all_in_parts(
        &self,
        mut search: Part,
        splits: &mut impl FnMut() -> bool,
    ) -> (Vec<Vec<usize>>, bool) {
        let mut own = Vec::new();
        let mut parts = Vec::new();
        while search.begin() {
            if splits() {
                parts.extend(search.split());
            }
            let order = self.run(&mut search);
            if !search.account().is_repetition {
                own.push(order);
            }
        }
        assert!(
            parts.is_sorted_by(|a, b| a.order() > b.order()),
            "what is given away later comes earlier"
        );
        let mut leaves_out = search.account().leaves_out;
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
