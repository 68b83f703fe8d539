//! A piece of a line of whole numbers, and how to cut it.

use std::ops::Range;

/// A piece of a line. With length 0 it is a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u128,
    length: u128,
}

impl Span {
    pub(super) fn new(start: u128, length: u128) -> Self {
        Span { start, length }
    }

    pub(super) fn start(self) -> u128 {
        self.start
    }

    pub(super) fn end(self) -> u128 {
        self.start + self.length
    }

    /// The part of weight `own` between parts of the weights `before` and `after`.
    ///
    /// The parts of a span cover it without gaps. The length of each is proportional to its weight,
    /// rounded to a neighbouring whole number; it starts before the span ends, unless that is
    /// empty.
    ///
    /// The sum of the weights must be at least 1 and less than 2^32, the length at most 2^96.
    pub(super) fn part(self, before: u64, own: u64, after: u64) -> Span {
        let all = u128::from(before + own + after);
        let cut = |weight: u64| self.length * u128::from(weight) / all;
        let (from, to) = (cut(before), cut(before + own));
        Span::new(self.start + from, to - from)
    }

    /// Whether a span within this one could start in `range`.
    pub(super) fn meets(self, range: &Range<u128>) -> bool {
        let reaches = match self.length {
            0 => self.start >= range.start,
            _ => self.end() > range.start,
        };
        reaches && self.start < range.end
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn parts_cover_a_span_without_gaps(
            weights in vec(prop_oneof![1..5_u64, 1..1_u64 << 29], 1..8),
            start in 0..1_u128 << 95,
            length in prop_oneof![0..20_u128, 0..=1_u128 << 95],
        ) {
            let span = Span::new(start, length);
            let all: u64 = weights.iter().sum();
            let mut at = (start, 0);
            for weight in weights {
                let part = span.part(at.1, weight, all - at.1 - weight);
                prop_assert_eq!(part.start(), at.0);
                prop_assert!(part.start() < span.end() || length == 0);
                at = (part.end(), at.1 + weight);
            }
            prop_assert_eq!(at.0, span.end());
        }
    }

    #[test]
    fn parts_of_what_divides_are_exact() {
        let line = Span::new(100, 30);
        let parts = [(0, 1, 5), (1, 2, 3), (3, 3, 0)].map(|(b, o, a)| line.part(b, o, a));
        let expected = [(100, 5), (105, 10), (115, 15)];
        assert_eq!(
            parts,
            expected.map(|(start, length)| Span::new(start, length))
        );
    }

    #[test]
    fn a_place_is_met_by_the_range_that_holds_it() {
        let meets = |start, length| Span::new(start, length).meets(&(10..20));
        let spans = [
            (5, 5),
            (5, 6),
            (19, 9),
            (20, 1),
            (10, 0),
            (9, 0),
            (20, 0),
            (0, 99),
        ];
        let expected = [false, true, true, false, true, false, false, true];
        assert_eq!(spans.map(|(start, length)| meets(start, length)), expected);
    }
}
