//! Orders of threads with given numbers of turns: pure arithmetic, without names.

use std::ops::Range;

use itertools::Itertools as _;

/// How many turns each thread has left. An *order* contains each thread as often as it has turns;
/// orders are sorted like lists of numbers.
///
/// A number of orders is `None` if it does not fit a `u128`.
pub(crate) struct Counts(Vec<usize>);

impl FromIterator<usize> for Counts {
    fn from_iter<I: IntoIterator<Item = usize>>(counts: I) -> Self {
        Counts(counts.into_iter().collect())
    }
}

impl Counts {
    /// Returns how many orders there are.
    ///
    /// Adding the turns one by one, the k-th of its thread and the n-th of all, multiplies the
    /// number by n/k. Since the longest thread comes first (with the factor 1), n is at least 2k,
    /// so after at most 128 factors the number is too large.
    pub(crate) fn orders(&self) -> Option<u128> {
        let Some(longest) = self.0.iter().position_max() else {
            return Some(1);
        };
        let others = self.0[..longest].iter().chain(&self.0[longest + 1..]);
        let turns = others.flat_map(|&count| 1..=count);
        turns
            .zip(self.0[longest] + 1..)
            .try_fold(1, |orders, (k, n)| multiply(orders, n as u128, k as u128))
    }

    /// Returns how many of `orders` begin with a thread that has `turns` of the `all` turns left.
    pub(crate) fn part(orders: u128, turns: usize, all: usize) -> Option<u128> {
        multiply(orders, turns as u128, all as u128)
    }

    /// Returns the first order.
    pub(super) fn first(&self) -> Vec<usize> {
        let turns = self.0.iter().enumerate();
        turns
            .flat_map(|(thread, &count)| std::iter::repeat_n(thread, count))
            .collect()
    }

    /// Returns the order that has `n` before it.
    pub(super) fn nth(mut self, mut n: u128) -> Option<Vec<usize>> {
        if self.orders().is_some_and(|orders| orders <= n) {
            return None;
        }
        let turns = 0..self.0.iter().sum();
        turns.map(|_| self.take_turn_of_nth(&mut n)).collect()
    }

    /// Takes the first turn of the n-th order, and makes `n` its number among the orders that begin
    /// like this.
    fn take_turn_of_nth(&mut self, n: &mut u128) -> Option<usize> {
        for thread in 0..self.0.len() {
            match self.orders_beginning_with(thread) {
                Some(orders) if orders <= *n => *n -= orders,
                _ => {
                    self.0[thread] -= 1;
                    return Some(thread);
                }
            }
        }
        None
    }

    /// Returns how many orders stand before this one.
    pub(super) fn orders_before(self, order: &[usize]) -> Option<u128> {
        self.orders_beside(order, |thread| 0..thread)
    }

    /// Returns how many orders stand after this one.
    pub(super) fn orders_after(self, order: &[usize]) -> Option<u128> {
        let threads = self.0.len();
        self.orders_beside(order, |thread| thread + 1..threads)
    }

    /// Returns how many orders agree with this one up to some turn, which they give to one of
    /// `others` of the thread that has it here.
    fn orders_beside(
        mut self,
        order: &[usize],
        others: impl Fn(usize) -> Range<usize>,
    ) -> Option<u128> {
        let mut sum = 0_u128;
        for &thread in order {
            for other in others(thread) {
                sum = sum.checked_add(self.orders_beginning_with(other)?)?;
            }
            self.0[thread] -= 1;
        }
        Some(sum)
    }

    fn orders_beginning_with(&mut self, thread: usize) -> Option<u128> {
        if self.0[thread] == 0 {
            return Some(0);
        }
        self.0[thread] -= 1;
        let orders = self.orders();
        self.0[thread] += 1;
        orders
    }

    /// Draws an order; all are equally likely.
    ///
    /// A thread with c of the r turns left gets the next with probability c/r. So the probability
    /// of any order is the product of all c over the product of all r; in another order, the same
    /// factors come in another sequence.
    pub(crate) fn draw(mut self, rng: &mut fastrand::Rng) -> Vec<usize> {
        let total = self.0.iter().sum::<usize>();
        let turns = (1..=total).rev();
        turns
            .map(|left| {
                // Drawn as a `u64`, to be the same on every platform.
                let drawn = rng.u64(..left as u64);
                self.take_turn(drawn)
            })
            .collect()
    }

    /// Takes the turn with this number among all that are left, counted thread by thread.
    fn take_turn(&mut self, mut number: u64) -> usize {
        let mut thread = 0;
        while number >= self.0[thread] as u64 {
            number -= self.0[thread] as u64;
            thread += 1;
        }
        self.0[thread] -= 1;
        thread
    }
}

/// Returns `number * n / k`, which must be whole, unless it overflows.
///
/// The product may overflow even if the quotient does not, so the part of the number that `k`
/// divides is multiplied after the division. The rest is less than `k`; `n` and `k` count turns
/// held in memory, so their product fits.
fn multiply(number: u128, n: u128, k: u128) -> Option<u128> {
    let (whole, rest) = (number / k, number % k);
    whole.checked_mul(n)?.checked_add(rest * n / k)
}

/// Replaces the order by the next one. Returns whether there was one.
///
/// This is the classical algorithm (Knuth, section 7.2.1.2, algorithm L): the longest descending
/// tail is the last of its orders, so the turn before it goes to the next greater thread in the
/// tail, and the rest starts over from its first order.
pub(super) fn advance(order: &mut [usize]) -> bool {
    let Some(at) = order.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    let (head, tail) = order.split_at_mut(at + 1);
    let later = tail.partition_point(|&thread| thread > head[at]);
    std::mem::swap(&mut head[at], &mut tail[later - 1]);
    tail.reverse();
    true
}
