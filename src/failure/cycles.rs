//! Cycles of threads that wait for each other.

use std::collections::VecDeque;

use super::{AwaitedLock, ThreadPosition};

/// Finds the cycles in which each thread waits for a lock that the next one was the last to
/// acquire. Locks whose last owner is unknown do not count. Nor do shared locks: the last thread to
/// acquire one may have released it since.
pub(super) fn cycles(threads: &[ThreadPosition]) -> Vec<Vec<&str>> {
    let mut cycles: Vec<Vec<&str>> = Vec::new();
    for thread in threads {
        if cycles.iter().flatten().all(|known| *known != thread.name()) {
            cycles.extend(shortest_cycle(thread.name(), threads));
        }
    }
    cycles
}

/// The threads that `thread` waits for, in the order in which it acquires their locks.
fn waited_for<'a>(thread: &'a str, threads: &'a [ThreadPosition]) -> impl Iterator<Item = &'a str> {
    let own = threads.iter().find(|position| position.name() == thread);
    let locks = own.map_or(&[][..], ThreadPosition::awaited_locks).iter();
    let locks = locks.filter(|lock| !lock.others_may_hold);
    locks.filter_map(AwaitedLock::last_thread)
}

/// A shortest cycle through `start`, which comes first in it.
fn shortest_cycle<'a>(start: &'a str, threads: &'a [ThreadPosition]) -> Option<Vec<&'a str>> {
    let mut paths = VecDeque::from([vec![start]]);
    let mut visited = Vec::new();
    while let Some(path) = paths.pop_front() {
        for next in waited_for(path[path.len() - 1], threads) {
            if next == start {
                return Some(path);
            }
            if !visited.contains(&next) {
                visited.push(next);
                paths.push_back([&path[..], &[next]].concat());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::{Activity, Deadlock, MarkerSite, Positions, ValueOrText};
    use super::*;

    /// The cycles in the text of a deadlock in which the first of each pair waits for the second,
    /// or for a lock with no known owner.
    fn cycles_in_text(edges: &[(usize, Option<usize>)]) -> String {
        let name = |thread: usize| format!("p{thread}").into();
        let marker = MarkerSite {
            name: "take".into(),
            file: "src/a.rs".into(),
            line: 3,
        };
        let position = |thread: usize| ThreadPosition {
            name: name(thread),
            activity: Activity::WaitingForLock(marker.clone()),
            passed: None,
            awaited_locks: edges
                .iter()
                .filter(|edge| edge.0 == thread)
                .map(|(_, other)| AwaitedLock {
                    name: "it".into(),
                    others_may_hold: false,
                    last: other.map(|other| (name(other), marker.clone())),
                })
                .collect(),
        };
        let threads = Positions(ValueOrText::Value((0..6).map(position).collect()));
        let text = Deadlock { threads }.to_string();
        let cycles = text.split_once("\nby these markers");
        cycles.map_or_else(String::new, |(_, cycles)| {
            format!("\nby these markers{cycles}")
        })
    }

    #[test]
    fn a_cycle_begins_with_the_first_of_its_threads() {
        assert_eq!(
            cycles_in_text(&[(2, Some(0)), (0, Some(1)), (1, Some(2))]),
            "\nby these markers, a cycle: p0 waits for p1, p1 waits for p2, p2 waits for p0"
        );
        assert_eq!(
            cycles_in_text(&[(3, Some(3))]),
            "\nby these markers, a cycle: p3 waits for itself"
        );
    }

    #[test]
    fn who_waits_for_one_in_a_cycle_is_not_in_it() {
        assert_eq!(
            cycles_in_text(&[(0, Some(1)), (1, Some(2)), (2, Some(1)), (3, Some(2))]),
            "\nby these markers, a cycle: p1 waits for p2, p2 waits for p1"
        );
    }

    #[test]
    fn there_is_no_cycle_where_somebody_waits_for_nobody_known() {
        assert_eq!(cycles_in_text(&[]), "");
        assert_eq!(cycles_in_text(&[(0, Some(1)), (1, None)]), "");
        assert_eq!(cycles_in_text(&[(0, Some(1)), (1, Some(2))]), "");
    }

    #[test]
    fn everybody_in_a_cycle_is_told_in_a_shortest_one() {
        assert_eq!(
            cycles_in_text(&[(0, Some(1)), (0, Some(2)), (1, Some(2)), (2, Some(0))]),
            "\nby these markers, a cycle: p0 waits for p2, p2 waits for p0\
             \nby these markers, a cycle: p1 waits for p2, p2 waits for p0, p0 waits for p1"
        );
    }

    #[test]
    fn cycles_that_share_nobody_are_each_told() {
        assert_eq!(
            cycles_in_text(&[(0, Some(3)), (1, Some(2)), (2, Some(1)), (3, Some(0))]),
            "\nby these markers, a cycle: p0 waits for p3, p3 waits for p0\
             \nby these markers, a cycle: p1 waits for p2, p2 waits for p1"
        );
    }
}
