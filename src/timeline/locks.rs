//! Which threads hold which locks from step to step, and who waits for whom; as far as steps say so.

use super::Columns;

/// A lock that a thread holds, or waits for, from one step up to another: numbers of steps, from 0, without the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockSpan<'a> {
    /// The number of the thread.
    pub(crate) thread: usize,
    lock: u32,
    pub(crate) name: &'a str,
    /// For a wait, the number of the thread that holds it.
    pub(crate) holder: Option<usize>,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl LockSpan<'_> {
    pub(crate) fn is_at(&self, step: usize) -> bool {
        (self.from..self.to).contains(&step)
    }
}

/// What threads hold. One that is not seen to release a lock holds it to the end, if releases of that lock are seen
/// at all; otherwise only the step is known in which it acquires it.
pub(crate) fn holds(columns: &Columns) -> Vec<LockSpan<'_>> {
    let steps = &columns.steps;
    let uses = || steps.iter().flat_map(|step| &step.locks);
    let end = |lock: u32, from: usize| {
        let is_told = uses().any(|it| it.lock == lock && it.is_release);
        if is_told { steps.len() } else { from + 1 }
    };
    let mut holds: Vec<LockSpan<'_>> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let thread = columns.thread(step);
        for own in &step.locks {
            // Who acquires it alone shows that nobody holds it any more.
            let is_over = |it: &&mut LockSpan<'_>| {
                let is_own = it.thread == thread && own.is_release;
                it.lock == own.lock
                    && it.to > number
                    && (is_own || !own.is_release && !own.is_shared)
            };
            holds
                .iter_mut()
                .filter(is_over)
                .for_each(|it| it.to = number);
            if !own.is_release {
                holds.push(LockSpan {
                    thread,
                    lock: own.lock,
                    name: &own.name,
                    holder: None,
                    from: number,
                    to: end(own.lock, number),
                });
            }
        }
    }
    holds
}

/// Who waits for what others hold: from when both have come there, up to when one of them goes on.
pub(crate) fn waits<'a>(columns: &'a Columns, holds: &[LockSpan<'a>]) -> Vec<LockSpan<'a>> {
    let mut waits = Vec::new();
    for hold in holds {
        let is_own = |step: &usize| columns.thread(&columns.steps[*step]) == hold.thread;
        let came = (0..hold.from).rev().find(is_own).map_or(0, |step| step + 1);
        let others = holds
            .iter()
            .filter(|it| it.lock == hold.lock && it.thread != hold.thread);
        waits.extend(others.filter_map(|other| {
            let (from, to) = (came.max(other.from), hold.from.min(other.to));
            (from < to).then(|| LockSpan {
                holder: Some(other.thread),
                from,
                to,
                ..hold.clone()
            })
        }));
    }
    waits
}

#[cfg(test)]
mod tests {
    use super::super::LockUse;
    use super::*;
    use crate::operation::{Event, Pending};

    /// Steps of two threads that acquire (`+`) or release (`-`) lock 0.
    fn columns(steps: &[(usize, &str)]) -> Columns {
        let events = steps
            .iter()
            .map(|&(thread, _)| Event::of(Pending::at(thread, 0)));
        let names = ["a".into(), "b".into()];
        let mut columns = Columns::of(&names, &events.collect::<Vec<_>>(), 0);
        for (step, (_, does)) in columns.steps.iter_mut().zip(steps) {
            step.locks = does
                .chars()
                .map(|it| LockUse {
                    lock: 0,
                    name: "lock".into(),
                    is_release: it == '-',
                    is_shared: it == 's',
                })
                .collect();
        }
        columns
    }

    fn spans(spans: &[LockSpan<'_>]) -> Vec<(usize, usize, usize)> {
        spans.iter().map(|it| (it.thread, it.from, it.to)).collect()
    }

    #[test]
    fn a_lock_is_held_until_it_is_released_and_others_wait_meanwhile() {
        // b comes to the lock with its first step, and acquires it with its second.
        let columns = columns(&[(0, "+"), (1, ""), (0, ""), (0, "-"), (1, "+"), (0, "")]);
        let holds = holds(&columns);
        assert_eq!(spans(&holds), [(0, 0, 3), (1, 4, 6)]);
        let waits = waits(&columns, &holds);
        assert_eq!(spans(&waits), [(1, 2, 3)]);
        assert_eq!((waits[0].holder, waits[0].name), (Some(0), "lock"));
        assert!(waits[0].is_at(2) && !waits[0].is_at(3));
    }

    #[test]
    fn without_releases_only_acquisitions_are_known() {
        let columns = columns(&[(0, "+"), (0, ""), (1, "+")]);
        assert_eq!(spans(&holds(&columns)), [(0, 0, 1), (1, 2, 3)]);
    }

    #[test]
    fn those_who_share_a_lock_hold_it_together() {
        let columns = columns(&[(0, "s"), (1, "s"), (0, "-"), (1, "-"), (0, "+")]);
        let holds = holds(&columns);
        assert_eq!(spans(&holds), [(0, 0, 2), (1, 1, 3), (0, 4, 5)]);
        // a comes back in step 3, and b holds it before step 4: that step releases it.
        assert_eq!(spans(&waits(&columns, &holds)), [(1, 0, 1)]);
    }
}
