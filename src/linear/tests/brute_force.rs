//! Whether there is an order, found by trying all.

use itertools::Itertools as _;

use crate::linear::Spec;
use crate::linear::call::Call;

/// Whether one operation has to come before another.
pub(super) type Before<'a, S> = fn(&Call<'a, S>, &Call<'a, S>) -> bool;

/// That it has returned before the other was called.
pub(super) fn in_real_time<S: Spec>(one: &Call<'_, S>, other: &Call<'_, S>) -> bool {
    one.returned().is_some_and(|end| end < other.invoked)
}

/// That the same client has called it first. One that has not returned may take effect later.
pub(super) fn in_program<S: Spec>(one: &Call<'_, S>, other: &Call<'_, S>) -> bool {
    one.client == other.client && one.ret.is_some() && one.invoked < other.invoked
}

/// Whether any order of the calls that have returned, and of any others, explains what they returned.
pub(super) fn is_explained<'a, S: Spec>(
    initial: &S,
    calls: &[Call<'a, S>],
    before: Before<'a, S>,
) -> bool {
    let (returned, pending): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.ret.is_some());
    pending.into_iter().powerset().any(|pending| {
        let taken: Vec<&Call<'a, S>> = returned.iter().copied().chain(pending).collect();
        let count = taken.len();
        taken.into_iter().permutations(count).any(|order| {
            let mut pairs = order.iter().array_combinations();
            !pairs.any(|[one, other]| before(other, one)) && returns(initial, &order)
        })
    })
}

fn returns<S: Spec>(initial: &S, order: &[&Call<'_, S>]) -> bool {
    let mut state = initial.clone();
    order.iter().all(|call| {
        let returns = state.apply(call.op);
        call.ret.is_none_or(|(ret, _)| *ret == returns)
    })
}
