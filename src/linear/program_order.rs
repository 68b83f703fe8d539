//! Sequential consistency: is there an order in which the operations of each client come as it called them?

use super::Spec;
use super::call::{Call, Nearest};
use super::tried::Tried;

/// The calls of a client, in their order; or one that has not returned, which the client may have gone on after.
struct Line {
    calls: Vec<usize>,
    /// How many calls of which line must come before.
    after: (usize, usize),
}

/// As [`real_time::order`](super::real_time::order), for sequential consistency. Of that nothing can be divided:
/// each part may have an order, and all together have none.
pub(super) fn order<S: Spec>(initial: &S, calls: &[Call<'_, S>]) -> Result<Vec<usize>, Nearest> {
    let lines = lines(calls);
    let mut left = calls.iter().filter(|call| call.ret.is_some()).count();
    let mut state = initial.clone();
    let mut passed = vec![0; lines.len()];
    let mut tried = Tried::default();
    let mut stack: Vec<(usize, S)> = Vec::new();
    let mut nearest: Option<(usize, Nearest)> = None;
    let mut at = 0;
    while left > 0 {
        if let Some(line) = lines.get(at) {
            let (before, count) = line.after;
            let next = line
                .calls
                .get(passed[at])
                .filter(|_| passed[before] >= count);
            let next = next.and_then(|&number| Some((number, calls[number].apply_to(&state)?)));
            if let Some((number, next)) = next {
                passed[at] += 1;
                if tried.is_new(&passed, &next) {
                    left -= usize::from(calls[number].ret.is_some());
                    stack.push((at, std::mem::replace(&mut state, next)));
                    at = 0;
                    continue;
                }
                passed[at] -= 1;
            }
            at += 1;
            continue;
        }
        if nearest.as_ref().is_none_or(|(it, _)| stack.len() > *it) {
            let told = told(&lines, &stack, &passed, &state, calls);
            nearest = told.map(|told| (stack.len(), told)).or(nearest);
        }
        let Some((line, before)) = stack.pop() else {
            return Err(nearest.map_or_else(Nearest::default, |(_, it)| it));
        };
        passed[line] -= 1;
        let number = lines[line].calls[passed[line]];
        left += usize::from(calls[number].ret.is_some());
        state = before;
        at = line + 1;
    }
    Ok(numbers(&lines, &stack))
}

fn lines<S: Spec>(calls: &[Call<'_, S>]) -> Vec<Line> {
    let clients = calls.iter().map(|call| call.client + 1).max().unwrap_or(0);
    let line = |client| Line {
        calls: Vec::new(),
        after: (client, 0),
    };
    let mut lines: Vec<Line> = (0..clients).map(line).collect();
    let mut sorted: Vec<usize> = (0..calls.len()).collect();
    sorted.sort_by_key(|&number| calls[number].invoked);
    for number in sorted {
        let client = calls[number].client;
        if calls[number].ret.is_some() {
            lines[client].calls.push(number);
        } else {
            lines.push(Line {
                after: (client, lines[client].calls.len()),
                calls: vec![number],
            });
        }
    }
    lines
}

/// The calls that were taken, in their order.
fn numbers<S>(lines: &[Line], stack: &[(usize, S)]) -> Vec<usize> {
    let mut passed = vec![0; lines.len()];
    let next = |&(line, _): &(usize, S)| {
        passed[line] += 1;
        lines[line].calls[passed[line] - 1]
    };
    stack.iter().map(next).collect()
}

/// Why no call can come next; the first that has returned is told.
fn told<S: Spec>(
    lines: &[Line],
    stack: &[(usize, S)],
    passed: &[usize],
    state: &S,
    calls: &[Call<'_, S>],
) -> Option<Nearest> {
    let next = lines.iter().zip(passed);
    let mut next = next.filter_map(|(line, &passed)| line.calls.get(passed));
    let unexplained = next.find(|&&number| calls[number].ret.is_some())?;
    let order = numbers(lines, stack);
    Some(Nearest::new(order, *unexplained, state, calls))
}
