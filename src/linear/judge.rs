//! Whether the calls of a history are explained, and what is told if they are not.

use super::call::{Call, Moment, Nearest};
use super::{Spec, minimal, program_order, real_time};
use crate::failure::{HistoryCall, NotLinearizable, OrderWanted};

/// Whether an order that is wanted explains what the calls returned.
///
/// # Errors
///
/// If none does.
pub(super) fn judge<'a, S: Spec>(
    initial: &S,
    calls: Vec<Call<'_, S>>,
    wanted: OrderWanted,
    name: impl Fn(usize) -> &'a str,
) -> Result<(), NotLinearizable> {
    let order = |calls: &[Call<'_, S>]| match wanted {
        OrderWanted::RealTime => real_time::order(initial, calls),
        OrderWanted::Program => program_order::order(initial, calls).map(drop),
    };
    let Err(nearest) = order(&calls) else {
        return Ok(());
    };
    let calls = match wanted {
        OrderWanted::RealTime => {
            let part = real_time::part_of(&calls, nearest.unexplained);
            minimal::beginning(&part, order)
        }
        OrderWanted::Program => calls,
    };
    let calls = minimal::without_others(calls, order);
    let nearest = order(&calls).err().unwrap_or(nearest);
    Err(told(wanted, &calls, nearest, name))
}

/// A failure as text.
fn told<'a, S: Spec>(
    order_wanted: OrderWanted,
    calls: &[Call<'_, S>],
    nearest: Nearest,
    name: impl Fn(usize) -> &'a str,
) -> NotLinearizable {
    let mut order: Vec<usize> = (0..calls.len()).collect();
    order.sort_by_key(|&number| calls[number].invoked);
    let place = |number: usize| in_32_bits(order.iter().position(|it| *it == number).unwrap_or(0));
    let sorted: Vec<_> = order.iter().map(|&number| calls[number]).collect();
    NotLinearizable {
        order_wanted,
        calls: texts(&sorted, name),
        nearest: nearest.order.into_iter().map(place).collect(),
        unexplained: place(nearest.unexplained),
        instead: nearest.instead,
    }
}

/// Calls as text, with their events numbered.
pub(super) fn texts<'a, S: Spec>(
    calls: &[Call<'_, S>],
    name: impl Fn(usize) -> &'a str,
) -> Vec<HistoryCall> {
    let returns = calls.iter().filter_map(Call::returned);
    let mut moments: Vec<Moment> = calls
        .iter()
        .map(|call| call.invoked)
        .chain(returns)
        .collect();
    moments.sort_unstable();
    let number = |moment| in_32_bits(moments.partition_point(|it| *it < moment));
    let text = |call: &Call<'_, S>| HistoryCall {
        client: name(call.client).to_owned(),
        operation: format!("{:?}", call.op),
        returned: call.ret.map(|(ret, _)| format!("{ret:?}")),
        invoked_at: number(call.invoked),
        returned_at: call.returned().map(number),
    };
    calls.iter().map(text).collect()
}

/// No process has memory for more.
#[allow(clippy::cast_possible_truncation, reason = "see above")]
fn in_32_bits(number: usize) -> u32 {
    number as u32
}
