//! Every execution with a given number of preemptions, depth first.
//!
//! With the numbers 0, 1, 2, … in turn this is the search of Musuvathi and Qadeer, "Iterative
//! Context Bounding for Systematic Testing of Multithreaded Programs" (PLDI 2007, section 2).
//! They keep the branches that cost one more preemption for the next round, which takes memory.
//! Here every round starts over and repeats the executions of earlier rounds, which takes time but
//! no memory.

use super::{Account, DepthFirst, Part, Search};
use crate::operation::{Choice, SchedulingPoint, Trace};

/// Depth-first search with at most `preemptions` preemptions. Of the executions that it runs, those
/// with exactly that number count.
#[derive(Debug)]
pub(crate) struct Bounded {
    /// Sees only the choices that are allowed.
    tree: DepthFirst,
    preemptions: usize,
    /// How many preemptions there were up to each choice of the current execution.
    spent: Vec<usize>,
    leaves_out: bool,
}

impl Bounded {
    pub(crate) fn new(preemptions: usize) -> Self {
        Bounded {
            tree: DepthFirst::default(),
            preemptions,
            spent: Vec::new(),
            leaves_out: false,
        }
    }
}

impl Search for Bounded {
    fn new_execution(&mut self) -> Option<usize> {
        let repeated = self.tree.new_execution()?;
        // `choose` is not called for repeated steps.
        self.spent.truncate(repeated);
        Some(repeated)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        self.spent.truncate(point.step);
        let spent = self.spent.last().copied().unwrap_or(0);
        let free = point.without_preemption();
        let allowed = if spent == self.preemptions {
            free.clone()
        } else {
            0..point.enabled.len()
        };
        self.leaves_out |= allowed.len() < point.enabled.len();
        let (first, enabled) = (allowed.start, &point.enabled[allowed]);
        match self.tree.choose(&SchedulingPoint { enabled, ..*point }) {
            Choice::Take(index) => {
                let index = first + index;
                self.spent.push(spent + usize::from(!free.contains(&index)));
                Choice::Take(index)
            }
            Choice::Prune => Choice::Prune,
        }
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        let spent = self.spent.last().copied().unwrap_or(0);
        Account {
            is_repetition: spent != self.preemptions,
            leaves_out: self.leaves_out,
            ..self.tree.end(trace)
        }
    }
}

impl Part for Bounded {
    fn split(&mut self) -> Option<Box<dyn Part>> {
        let tree = self.tree.divide()?;
        Some(Box::new(Bounded {
            tree,
            ..Bounded::new(self.preemptions)
        }))
    }

    fn order(&self) -> Vec<usize> {
        self.tree.choices()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::search::toy::{self, Toy};

    /// The executions that count, and whether others were left out.
    fn counted(toy: &Toy<'_>, preemptions: usize) -> (Vec<Vec<usize>>, bool) {
        let mut search = Bounded::new(preemptions);
        let mut orders = Vec::new();
        let mut leaves_out = false;
        while search.new_execution().is_some() {
            let (order, account) = toy.run(&mut search);
            let counts = !account.is_repetition;
            assert_eq!(toy::preemptions(&order) == preemptions, counts);
            assert_eq!(account.contradiction, None);
            leaves_out |= account.leaves_out;
            if counts {
                orders.push(order);
            }
        }
        (orders, leaves_out)
    }

    /// n over k.
    fn choose(n: usize, k: usize) -> usize {
        (0..k).fold(1, |product, i| product * (n - i) / (i + 1))
    }

    #[test]
    fn two_threads_have_a_known_number_of_orders_with_each_number_of_preemptions() {
        // An order of two threads with k steps each consists of m >= 2 blocks: m/2 rounded up of
        // the thread that begins, and m/2 rounded down of the other. Of the m - 1 switches, the
        // last leaves a thread with no steps left, so there are m - 2 preemptions. Steps fall into
        // b blocks in C(k - 1, b - 1) ways; either thread may begin.
        for k in 1..6 {
            let counts = [k, k];
            let toy = Toy::new(&counts);
            let k = k as usize;
            for preemptions in 0..2 * k {
                let m = preemptions + 2;
                let ways = choose(k - 1, m.div_ceil(2) - 1) * choose(k - 1, m / 2 - 1);
                let (orders, leaves_out) = counted(&toy, preemptions);
                assert_eq!(orders.len(), 2 * ways, "{k} {preemptions}");
                // The most blocks there are is 2 k.
                assert_eq!(leaves_out, m < 2 * k, "{k} {preemptions}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_counts_is_what_a_search_of_all_has_with_so_many_preemptions(
            counts in vec(0..4_u32, 1..4),
            splits in vec(any::<bool>(), 1..20),
        ) {
            let toy = Toy::new(&counts);
            let all = toy.all(&mut DepthFirst::default());
            for preemptions in 0..5 {
                let (orders, leaves_out) = counted(&toy, preemptions);
                let mut expected = all.clone();
                expected.retain(|order| toy::preemptions(order) == preemptions);
                prop_assert_eq!(&orders, &expected);
                let most = all.iter().map(|order| toy::preemptions(order)).max();
                prop_assert_eq!(leaves_out, most > Some(preemptions));
                let mut splits = splits.iter().copied().cycle();
                let mut splits = || splits.next().unwrap_or(false);
                let whole = Box::new(Bounded::new(preemptions));
                let parts = toy.all_in_parts(whole, &mut splits);
                prop_assert_eq!(parts, (orders, leaves_out));
            }
        }
    }
}
