//! Every legal schedule of known marker lists: counted, listed, ranked, unranked and drawn.
//!
//! If the markers of each thread are known and do not depend on the schedule, its schedules are the
//! ways to merge the lists, so they can be found without a run. There are
//! `(k1 + … + kn)! / (k1! … kn!)` for `k1 + … + kn` markers (permutations of a multiset; D. Knuth,
//! *The Art of Computer Programming*, volume 4A, section 7.2.1.2).
//!
//! | function | answers |
//! |---|---|
//! | [`count`] | how many are there? |
//! | [`all`] | which are they? One after the other, at no cost in memory |
//! | [`nth`] | which is the one with this number? |
//! | [`rank`] | which number has this one? |
//! | [`draw`] | give me any one, each as likely as the others |
//!
//! They are in exploration order: depth first, threads in the order in which they were added.
//! Numbers begin at 0.
//!
//! # How lists are passed
//!
//! Anything that yields pairs of a thread's name and the names of its markers will do: an array, a
//! vector, a `&BTreeMap<String, Vec<String>>`. A borrowed `&[(&str, &[&str])]` is passed with
//! `.iter().copied()`, other borrowed pairs with `.iter().map(|(thread, markers)| …)`.
//!
//! ```
//! use interlace::permutations::count;
//!
//! assert_eq!(count([("a", ["read", "write"]), ("b", ["read", "write"])]), Ok(6));
//! assert_eq!(count(vec![("a", vec!["x"]), ("b", vec!["x", "y"])]), Ok(3));
//!
//! let slices: &[(&str, &[&str])] = &[("a", &["x"]), ("b", &["x", "y"])];
//! assert_eq!(count(slices.iter().copied()), Ok(3));
//!
//! let owned = [("a".to_owned(), vec!["x".to_owned(), "y".to_owned()])];
//! assert_eq!(count(owned.iter().map(|(thread, markers)| (thread, markers))), Ok(1));
//! ```
//!
//! Any lists are legal. A marker may be in a list several times, as in a loop. Two lists of one
//! name belong to one thread, one after the other. A thread without markers changes nothing, and
//! without any markers there is one schedule, the empty one.

mod counts;
mod lists;

use std::iter::FusedIterator;

use crate::error::{Error, ErrorKind};
use crate::schedule::Schedule;

pub(crate) use counts::Counts;
use counts::advance;
pub(crate) use lists::Lists;

/// Counts the schedules, exactly.
///
/// # Errors
///
/// [`ErrorKind::TooManySchedules`] if the number is larger than `u128::MAX`. The other functions of
/// this module work on such lists too.
///
/// ```
/// use interlace::{ErrorKind, permutations::count};
///
/// assert_eq!(count([("thread1", ["read", "write"]), ("thread2", ["read", "write"])]), Ok(6));
///
/// let error = count([("a", ["x"; 100]), ("b", ["x"; 100])]).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::TooManySchedules);
/// ```
pub fn count(
    lists: impl IntoIterator<Item = (impl AsRef<str>, impl IntoIterator<Item = impl AsRef<str>>)>,
) -> Result<u128, Error> {
    Lists::new(lists).counts().orders().ok_or_else(|| {
        too_many("these marker lists have more schedules than a u128 can count (2^128 - 1)")
    })
}

/// Lists the schedules lazily, in exploration order.
///
/// The iterator holds one schedule at a time, and its steps do not take longer if there are more
/// schedules, so it can be used on lists with too many to [`count`]. To begin in the middle, see
/// [`nth`].
///
/// ```
/// use interlace::permutations::all;
///
/// let lines: Vec<String> = all([("a", vec!["x", "y"]), ("b", vec!["z"])])
///     .map(|schedule| schedule.to_string())
///     .collect();
/// assert_eq!(lines, ["a:x a:y b:z", "a:x b:z a:y", "b:z a:x a:y"]);
/// ```
pub fn all(
    lists: impl IntoIterator<Item = (impl AsRef<str>, impl IntoIterator<Item = impl AsRef<str>>)>,
) -> All {
    let lists = Lists::new(lists);
    let next = Some(lists.counts().first());
    All { lists, next }
}

/// Returns the schedule that [`all`] yields after `n` others, or `None` if there are at most `n`.
///
/// It is built directly, from the sizes of the subtrees before it, without building the others. A
/// subtree too large to count is larger than any `n`, so this works for any lists.
///
/// ```
/// use interlace::{permutations::nth, schedule};
///
/// let lists = [("a", ["x", "y"]), ("b", ["x", "y"])];
/// assert_eq!(nth(lists, 0), Some(schedule![a: x, a: y, b: x, b: y]));
/// assert_eq!(nth(lists, 5), Some(schedule![b: x, b: y, a: x, a: y]));
/// assert_eq!(nth(lists, 6), None);
/// ```
pub fn nth(
    lists: impl IntoIterator<Item = (impl AsRef<str>, impl IntoIterator<Item = impl AsRef<str>>)>,
    n: u128,
) -> Option<Schedule> {
    let lists = Lists::new(lists);
    let order = lists.counts().nth(n)?;
    Some(lists.schedule(&order))
}

/// Returns how many schedules come before this one: the `n` for which [`nth`] returns it.
///
/// # Errors
///
/// [`ErrorKind::NotOfTheseMarkers`] if the schedule is not one of these lists, from their first
/// marker to their last. The message names the first wrong step, counted from 1, and what was
/// expected there. [`ErrorKind::TooManySchedules`] if more than `u128::MAX` come before it.
///
/// ```
/// use interlace::{permutations::rank, schedule};
///
/// let lists = [("a", ["x", "y"]), ("b", ["x", "y"])];
/// assert_eq!(rank(lists, &schedule![a: x, b: x, a: y, b: y]), Ok(1));
///
/// let error = rank(lists, &schedule![a: x, a: x]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "not a schedule of these marker lists: step 2 is `a:x`, expected `a:y` or `b:x`"
/// );
/// ```
pub fn rank(
    lists: impl IntoIterator<Item = (impl AsRef<str>, impl IntoIterator<Item = impl AsRef<str>>)>,
    schedule: &Schedule,
) -> Result<u128, Error> {
    let lists = Lists::new(lists);
    let order = lists.order(schedule)?;
    lists.counts().orders_before(&order).ok_or_else(|| {
        too_many("more schedules stand before this one than a u128 can count (2^128 - 1)")
    })
}

/// Draws a schedule. All are exactly equally likely.
///
/// The same lists and the same seed give the same schedule. Seeds need not be random: 0, 1, 2, …
/// are as good as any. There is no limit on the number of schedules.
///
/// Each step goes to a thread with a probability proportional to the number of markers it has left,
/// which makes all schedules equally likely (the uniform random walk of Zhao and others,
/// *Selectively Uniform Concurrency Testing*, ASPLOS 2025). Giving each thread the same chance does
/// not.
///
/// ```
/// use interlace::permutations::{draw, rank};
///
/// let lists = [("a", ["x"; 50]), ("b", ["x"; 50])];
/// let schedule = draw(lists, 1);
/// assert_eq!(schedule, draw(lists, 1));
/// assert_ne!(schedule, draw(lists, 2));
/// assert!(rank(lists, &schedule).is_ok());
/// ```
#[must_use]
pub fn draw(
    lists: impl IntoIterator<Item = (impl AsRef<str>, impl IntoIterator<Item = impl AsRef<str>>)>,
    seed: u64,
) -> Schedule {
    let lists = Lists::new(lists);
    let order = lists.counts().draw(&mut generator(seed));
    lists.schedule(&order)
}

/// Every schedule of some marker lists, in exploration order. Made by [`all`].
///
/// ```
/// let mut schedules = interlace::permutations::all([("a", ["x", "y"]), ("b", ["x", "y"])]);
/// assert_eq!(schedules.size_hint(), (6, Some(6)));
/// assert_eq!(schedules.next().unwrap().to_string(), "a:x a:y b:x b:y");
/// assert_eq!(schedules.size_hint(), (5, Some(5)));
/// ```
#[derive(Debug, Clone)]
#[must_use = "no schedule is made before it is asked for: iterate"]
pub struct All {
    lists: Lists,
    /// The order of the threads in the next schedule.
    next: Option<Vec<usize>>,
}

impl Iterator for All {
    type Item = Schedule;

    fn next(&mut self) -> Option<Schedule> {
        let order = self.next.as_mut()?;
        let schedule = self.lists.schedule(order);
        if !advance(order) {
            self.next = None;
        }
        Some(schedule)
    }

    /// Exact, unless more are left than a `usize` can count.
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(order) = &self.next else {
            return (0, Some(0));
        };
        let after = self.lists.counts().orders_after(order);
        let left = after.and_then(|after| usize::try_from(after).ok()?.checked_add(1));
        (left.unwrap_or(usize::MAX), left)
    }
}

impl FusedIterator for All {}

/// Makes the generator of a seed.
///
/// Generators with neighbouring seeds begin with related numbers, so the seed of the one that draws
/// is itself drawn, twice.
pub(crate) fn generator(seed: u64) -> fastrand::Rng {
    let reseed = |seed| fastrand::Rng::with_seed(seed).u64(..);
    fastrand::Rng::with_seed(reseed(reseed(seed)))
}

#[cold]
fn too_many(what: &str) -> Error {
    Error::new(ErrorKind::TooManySchedules, what)
}

#[cfg(test)]
mod tests;
