//! What a step touches in short, to tell at once most steps that do not conflict.

use crate::operation::{Access, AccessKind, Object};

/// One bit for each of 64 sets of objects. Objects that have something in common have a bit in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    touched: u64,
    written: u64,
}

/// How many bytes of memory are told apart.
const GRANULE: usize = 8;

impl Summary {
    pub(super) fn of(accesses: &[Access]) -> Self {
        let mut summary = Summary {
            touched: 0,
            written: 0,
        };
        for access in accesses {
            let bits = bits(&access.object);
            summary.touched |= bits;
            if access.kind != AccessKind::Read {
                summary.written |= bits;
            }
        }
        summary
    }

    /// Whether steps with these summaries may conflict.
    pub(super) fn may_conflict(self, other: Summary) -> bool {
        (self.written & other.touched) | (self.touched & other.written) != 0
    }
}

fn bits(object: &Object) -> u64 {
    match object {
        Object::Memory(range) => {
            let last = range.end.saturating_sub(1).max(range.start);
            let (first, last) = (range.start / GRANULE, last / GRANULE);
            if last - first < 64 {
                (first..=last).fold(0, |bits, granule| bits | 1 << (granule % 64))
            } else {
                u64::MAX
            }
        }
        Object::Scope(count) => 1 << (count / GRANULE % 64),
        Object::Text(text) => 1 << (text % 64),
        Object::Thread(_) | Object::Loop(_) | Object::Waker(_) => 2,
        Object::Returns(_) => 4,
        Object::Clock => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_conflicts_may_conflict(
            ranges in prop::collection::vec((0..600_usize, 0..600_usize), 2),
            writes in any::<bool>(),
        ) {
            let memory = |at: usize| Object::Memory(ranges[at].0..ranges[at].0 + ranges[at].1);
            let one = if writes { Access::write(memory(0)) } else { Access::read(memory(0)) };
            let other = Access::write(memory(1));
            let [a, b] = [&one, &other].map(|it| Summary::of(std::slice::from_ref(it)));
            prop_assert!(a.may_conflict(b) || !one.conflicts_with(&other));
            prop_assert!(b.may_conflict(a) || !one.conflicts_with(&other));
        }
    }
}
