//! The part of a history that no order explains, without what has nothing to do with that.

use super::Spec;
use super::call::{Call, Moment, Nearest};

/// How many calls there may be for each two of them to be left out together.
const MANY: usize = 40;

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

/// Leaves out operations, one by one and two by two, for as long as what is left [shows](shown) the same. So
/// nothing is left out that others need, such as the write of what is read, or what has removed a value.
pub(super) fn without_others<'a, S: Spec>(
    mut calls: Vec<Call<'a, S>>,
    explain: impl Fn(&[Call<'a, S>]) -> Result<(), Nearest>,
) -> Vec<Call<'a, S>> {
    let Some((cause, instead)) = cause(&calls, &explain) else {
        return calls;
    };
    let shows_it = |rest: &[Call<'a, S>]| {
        shown(rest, cause, &explain).is_some_and(|it| instead.is_none() || it == instead)
    };
    while let Some(fewer) = one_fewer(&calls, &shows_it) {
        calls = fewer;
    }
    calls
}

/// The return that is all that is not explained, and what it [would be](shown), if that is known of any; the
/// latest if there are several.
pub(super) fn cause<'a, S: Spec>(
    calls: &[Call<'a, S>],
    explain: &impl Fn(&[Call<'a, S>]) -> Result<(), Nearest>,
) -> Option<(Moment, Option<String>)> {
    let mut returns: Vec<Moment> = calls.iter().filter_map(Call::returned).collect();
    returns.sort_unstable_by(|one, other| other.cmp(one));
    let causes = returns.into_iter();
    let causes = causes.filter_map(|cause| Some((cause, shown(calls, cause, explain)?)));
    let causes: Vec<_> = causes.collect();
    let known = causes.iter().find(|(_, instead)| instead.is_some());
    known.or(causes.first()).cloned()
}

/// If the return at this moment is all that is not explained: what it would be in the order that comes nearest,
/// if that ends there.
pub(super) fn shown<'a, S: Spec>(
    calls: &[Call<'a, S>],
    cause: Moment,
    explain: &impl Fn(&[Call<'a, S>]) -> Result<(), Nearest>,
) -> Option<Option<String>> {
    let nearest = explain(calls).err()?;
    let is_last = calls[nearest.unexplained].returned() == Some(cause);
    let before = calls.iter().map(|call| match call.returned() {
        Some(moment) if moment == cause => call.unreturned(),
        _ => *call,
    });
    let before: Vec<_> = before.collect();
    let is_all = before.iter().filter_map(Call::returned).count() < returned(calls);
    (is_all && explain(&before).is_ok()).then(|| is_last.then_some(nearest.instead))
}

fn returned<S: Spec>(calls: &[Call<'_, S>]) -> usize {
    calls.iter().filter_map(Call::returned).count()
}

/// The first way to leave out one call or two.
fn one_fewer<'a, S: Spec>(
    calls: &[Call<'a, S>],
    shows_it: &impl Fn(&[Call<'a, S>]) -> bool,
) -> Option<Vec<Call<'a, S>>> {
    let without = |left_out: [usize; 2]| -> Vec<Call<'a, S>> {
        let kept = calls.iter().enumerate();
        let kept = kept.filter(|(number, _)| !left_out.contains(number));
        kept.map(|(_, call)| *call).collect()
    };
    let ones = (0..calls.len()).rev().map(|one| [one; 2]);
    let many = if calls.len() > MANY { 0 } else { calls.len() };
    let twos = (0..many).flat_map(|one| (0..one).map(move |two| [one, two]));
    let mut fewer = ones.chain(twos).map(without);
    fewer.find(|fewer| shows_it(fewer))
}
