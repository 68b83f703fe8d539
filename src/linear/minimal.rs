//! The part of a history that no order explains, without what has nothing to do with that.

use std::cell::Cell;

use super::Spec;
use super::call::{Call, Moment, Nearest};

/// How many calls there may be for each two of them to be left out together.
const MANY: usize = 24;

/// How many calls there may be for each to be tried as a rival of another.
const TOO_MANY: usize = 500;

/// How much may be done to leave out more: calls that are ordered, counted each time.
const MOST: usize = 200_000;

/// The shortest beginning of the history that is not explained. An operation under way at its end has not
/// returned there.
pub(super) fn beginning<'a, S: Spec>(
    calls: &[Call<'a, S>],
    explain: impl Fn(&[Call<'a, S>]) -> Result<(), Nearest>,
) -> Vec<Call<'a, S>> {
    let mut returns: Vec<Moment> = calls.iter().filter_map(Call::returned).collect();
    returns.sort_unstable();
    // What is not explained is not explained by more that comes later.
    let end = returns.partition_point(|&end| explain(&up_to(calls, end)).is_ok());
    match returns.get(end) {
        Some(&end) => up_to(calls, end),
        None => calls.to_vec(),
    }
}

fn up_to<'a, S: Spec>(calls: &[Call<'a, S>], end: Moment) -> Vec<Call<'a, S>> {
    let begun = calls.iter().filter(|call| call.invoked <= end);
    let seen = |call: &Call<'a, S>| match call.returned() {
        Some(moment) if moment <= end => *call,
        _ => call.unreturned(),
    };
    begun.map(seen).collect()
}

/// What a part of a history shows in which one return is not explained, and is all that is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// What would be returned in the order that comes nearest, if that ends there.
    pub(super) instead: Option<String>,
    /// Whether all would be explained without some other operation: so what it returned has come from somewhere.
    pub(super) has_rival: bool,
}

impl Shown {
    /// Whether this shows no less than `other` does.
    pub(super) fn is_as_good_as(&self, other: &Shown) -> bool {
        let says_the_same = other.instead.is_none() || self.instead == other.instead;
        says_the_same && self.has_rival >= other.has_rival
    }
}

/// Leaves out operations, one by one and two by two, for as long as what is left [shows](shown) the same. So
/// nothing is left out that others need, such as the write of what is read, or what has removed a value.
pub(super) fn without_others<'a, S: Spec>(
    mut calls: Vec<Call<'a, S>>,
    explain: impl Fn(&[Call<'a, S>]) -> Result<(), Nearest>,
) -> Vec<Call<'a, S>> {
    let Some((cause, mut so_far)) = cause(&calls, &explain) else {
        return calls;
    };
    let work = Cell::new(0);
    let explain = |calls: &[Call<'a, S>]| {
        work.set(work.get() + calls.len());
        explain(calls)
    };
    let shown = |calls: &[Call<'a, S>]| {
        let has_time = work.get() < MOST;
        has_time.then(|| shown(calls, cause, &explain)).flatten()
    };
    // Many at once at first, and then one by one.
    let mut size = calls.len() / 2;
    while size > 0 {
        match fewer(&calls, runs(calls.len(), size), &so_far, &shown) {
            Some((fewer, shown)) => (calls, so_far) = (fewer, shown),
            None => size /= 2,
        }
    }
    while let Some((fewer, shown)) = ones_and_twos(&calls, &so_far, &shown) {
        (calls, so_far) = (fewer, shown);
    }
    calls
}

/// Each `size` neighbours of `count`, the last first.
fn runs(count: usize, size: usize) -> impl Iterator<Item = Vec<usize>> {
    let starts = (0..count).step_by(size);
    starts
        .rev()
        .map(move |start| (start..(start + size).min(count)).collect())
}

fn ones_and_twos<'a, S: Spec>(
    calls: &[Call<'a, S>],
    so_far: &Shown,
    shown: &impl Fn(&[Call<'a, S>]) -> Option<Shown>,
) -> Option<(Vec<Call<'a, S>>, Shown)> {
    let many = if calls.len() > MANY { 0 } else { calls.len() };
    let twos = (0..many).flat_map(|one| (0..one).map(move |two| vec![two, one]));
    fewer(calls, runs(calls.len(), 1).chain(twos), so_far, shown)
}

/// The calls without those of the first list by which no less is shown, and what is.
fn fewer<'a, S: Spec>(
    calls: &[Call<'a, S>],
    mut lists: impl Iterator<Item = Vec<usize>>,
    so_far: &Shown,
    shown: &impl Fn(&[Call<'a, S>]) -> Option<Shown>,
) -> Option<(Vec<Call<'a, S>>, Shown)> {
    lists.find_map(|left_out| {
        let kept = calls.iter().enumerate();
        let kept = kept.filter(|(number, _)| !left_out.contains(number));
        let fewer: Vec<_> = kept.map(|(_, call)| *call).collect();
        let shown = shown(&fewer)?;
        shown.is_as_good_as(so_far).then_some((fewer, shown))
    })
}

/// The return that is all that is not explained, and what that shows; the latest if there are several, of which
/// the order that comes nearest says something.
pub(super) fn cause<'a, S: Spec>(
    calls: &[Call<'a, S>],
    explain: &impl Fn(&[Call<'a, S>]) -> Result<(), Nearest>,
) -> Option<(Moment, Shown)> {
    let mut returns: Vec<Moment> = calls.iter().filter_map(Call::returned).collect();
    returns.sort_unstable_by(|one, other| other.cmp(one));
    let tried = if calls.len() > MANY { 8 } else { MANY };
    let causes = returns.into_iter().take(tried);
    let causes = causes.filter_map(|cause| Some((cause, shown(calls, cause, explain)?)));
    let causes: Vec<_> = causes.collect();
    let known = causes.iter().find(|(_, shown)| shown.instead.is_some());
    known.or(causes.first()).cloned()
}

/// What these calls show if the return at this moment is all that is not explained.
pub(super) fn shown<'a, S: Spec>(
    calls: &[Call<'a, S>],
    cause: Moment,
    explain: &impl Fn(&[Call<'a, S>]) -> Result<(), Nearest>,
) -> Option<Shown> {
    let at = calls
        .iter()
        .position(|call| call.returned() == Some(cause))?;
    let nearest = explain(calls).err()?;
    let mut others = calls.to_vec();
    others[at] = calls[at].unreturned();
    explain(&others).ok()?;
    let is_rival = |number: usize| {
        let mut rest = calls.to_vec();
        rest.remove(number);
        number != at && explain(&rest).is_ok()
    };
    Some(Shown {
        instead: (nearest.unexplained == at).then_some(nearest.instead),
        has_rival: calls.len() < TOO_MANY && (0..calls.len()).any(is_rival),
    })
}
