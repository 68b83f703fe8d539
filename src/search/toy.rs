//! A toy to search: threads that each take a fixed number of steps.

use super::{Account, Part, Search};
use crate::operation::{
    Choice, Event, Footprint, Footprints, Pending, SchedulingPoint, ThreadId, Trace,
};

/// Thread `t` has `counts[t]` steps. By thread and number, `marker` says at which marker each is, and
/// `touches` what its marker declares, if anything.
pub(super) struct Toy<'a> {
    pub(super) counts: &'a [u32],
    pub(super) marker: fn(usize, u32) -> u32,
    pub(super) touches: fn(usize, u32) -> Option<Footprint>,
}

/// What tells the threads of a toy apart.
const IDENTITIES: &[u64] = &[10, 11, 12, 13, 14, 15, 16, 17];

impl Toy<'_> {
    /// Threads that all have the same markers, one for each step, which declare nothing.
    pub(super) fn new(counts: &[u32]) -> Toy<'_> {
        Toy {
            counts,
            marker: |_, number| number,
            touches: |_, _| None,
        }
    }

    /// Runs one execution; the threads in the order of their steps, and what the search says of it.
    pub(super) fn run(&self, search: &mut (impl Search + ?Sized)) -> (Vec<usize>, Account) {
        let mut passed = vec![0; self.counts.len()];
        let mut events: Vec<Event> = Vec::new();
        let mut footprints = Footprints::default();
        let mut accesses = Vec::new();
        for thread in 0..self.counts.len() {
            self.arrive(thread, 0, &mut footprints);
        }
        loop {
            let is_live = |&t: &usize| passed[t] < self.counts[t];
            let live = (0..self.counts.len()).filter(is_live);
            let enabled: Vec<Pending> = live.map(|t| self.pending(t, passed[t])).collect();
            let point = SchedulingPoint {
                footprints: &footprints,
                identities: IDENTITIES,
                ..SchedulingPoint::after(&events, &enabled)
            };
            let choice = (!enabled.is_empty()).then(|| search.choose(&point));
            if let Some(index) = choice.and_then(Choice::taken) {
                let thread = enabled[index].thread;
                let knowledge = footprints.touched_by(enabled[index], &mut accesses);
                footprints.pass(thread);
                events.push(Event {
                    knowledge,
                    accesses_end: u32::try_from(accesses.len()).unwrap(),
                    ..Event::of(enabled[index])
                });
                passed[thread.index()] += 1;
                self.arrive(thread.index(), passed[thread.index()], &mut footprints);
                continue;
            }
            let account = search.end(&Trace {
                accesses: &accesses,
                identities: IDENTITIES,
                ..Trace::of(&events)
            });
            let order = events.iter().map(|event| event.thread.index());
            return (order.collect(), account);
        }
    }

    /// `thread` comes to its step of this number, if it has that many.
    fn arrive(&self, thread: usize, number: u32, footprints: &mut Footprints) {
        let id = ThreadId::new(thread);
        let is_there = number < self.counts[thread];
        if let Some(footprint) = is_there.then(|| (self.touches)(thread, number)).flatten() {
            footprints.declare(id, footprint);
        }
        footprints.reach(id);
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
