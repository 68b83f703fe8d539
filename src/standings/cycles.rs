//! Who waits for whom, and in which circles.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;

use itertools::Itertools as _;

use crate::engine::BlockedOn;
use crate::operation::ThreadId;

/// The cycles among threads of which each waits for what the next acquired last, one line for each
/// cycle, each line led by a line break. A thread that waits for what nobody is known to have is in
/// none, and neither is one that waits for what several may share: the last of them may have let go.
pub(crate) fn cycles(names: &[Arc<str>], blocked_on: &[BlockedOn]) -> String {
    let name = |thread: &ThreadId| names[thread.index()].as_ref();
    let mut told: Vec<ThreadId> = Vec::new();
    let mut text = String::new();
    for thread in blocked_on.iter().map(|want| want.thread).sorted().dedup() {
        if told.contains(&thread) {
            continue;
        }
        if let Some(cycle) = through(thread, blocked_on) {
            told.extend(&cycle);
            let next = cycle.iter().skip(1).chain([&thread]);
            let wait = |(thread, next)| {
                let whom = if thread == next { "itself" } else { name(next) };
                format!("{} waits for {whom}", name(thread))
            };
            let line = cycle.iter().zip_eq(next).map(wait).format(", ");
            let _ = write!(text, "\nby these markers, a cycle: {line}");
        }
    }
    text
}

/// For whom `thread` waits, in the order in which it acquires what they have.
fn waited_for(thread: ThreadId, blocked_on: &[BlockedOn]) -> impl Iterator<Item = ThreadId> {
    let own = blocked_on.iter().filter(move |want| want.thread == thread);
    let last = |want: &BlockedOn| want.last.filter(|_| !want.others_may_hold);
    own.filter_map(last).map(|last| last.thread)
}

/// A shortest cycle through `start`, from there on.
fn through(start: ThreadId, blocked_on: &[BlockedOn]) -> Option<Vec<ThreadId>> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut met = Vec::new();
    while let Some(way) = ways.pop_front() {
        for next in waited_for(way[way.len() - 1], blocked_on) {
            if next == start {
                return Some(way);
            }
            if !met.contains(&next) {
                met.push(next);
                ways.push_back([&way[..], &[next]].concat());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Acquisition;
    use crate::site::MarkerId;

    /// What is said when the first of each pair waits for the second, or for what nobody is known
    /// to have.
    fn told(edges: &[(usize, Option<usize>)]) -> String {
        let names: Vec<Arc<str>> = (0..6).map(|thread| format!("p{thread}").into()).collect();
        let want = |&(thread, other): &(usize, Option<usize>)| BlockedOn {
            thread: ThreadId::new(thread),
            name: "it",
            last: other.map(|other| Acquisition {
                thread: ThreadId::new(other),
                marker: MarkerId::new(0),
            }),
            others_may_hold: false,
        };
        let blocked_on: Vec<_> = edges.iter().map(want).collect();
        cycles(&names, &blocked_on)
    }

    #[test]
    fn a_cycle_begins_with_the_first_of_its_threads() {
        assert_eq!(
            told(&[(2, Some(0)), (0, Some(1)), (1, Some(2))]),
            "\nby these markers, a cycle: p0 waits for p1, p1 waits for p2, p2 waits for p0"
        );
        assert_eq!(
            told(&[(3, Some(3))]),
            "\nby these markers, a cycle: p3 waits for itself"
        );
    }

    #[test]
    fn who_waits_for_one_in_a_cycle_is_not_in_it() {
        assert_eq!(
            told(&[(0, Some(1)), (1, Some(2)), (2, Some(1)), (3, Some(2))]),
            "\nby these markers, a cycle: p1 waits for p2, p2 waits for p1"
        );
    }

    #[test]
    fn there_is_no_cycle_where_somebody_waits_for_nobody_known() {
        assert_eq!(told(&[]), "");
        assert_eq!(told(&[(0, Some(1)), (1, None)]), "");
        assert_eq!(told(&[(0, Some(1)), (1, Some(2))]), "");
    }

    #[test]
    fn everybody_in_a_cycle_is_told_in_a_shortest_one() {
        assert_eq!(
            told(&[(0, Some(1)), (0, Some(2)), (1, Some(2)), (2, Some(0))]),
            "\nby these markers, a cycle: p0 waits for p2, p2 waits for p0\
             \nby these markers, a cycle: p1 waits for p2, p2 waits for p0, p0 waits for p1"
        );
    }

    #[test]
    fn cycles_that_share_nobody_are_each_told() {
        assert_eq!(
            told(&[(0, Some(3)), (1, Some(2)), (2, Some(1)), (3, Some(0))]),
            "\nby these markers, a cycle: p0 waits for p3, p3 waits for p0\
             \nby these markers, a cycle: p1 waits for p2, p2 waits for p1"
        );
    }
}
