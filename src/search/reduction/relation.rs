//! A relation between the steps of one execution, one bit for each pair.

/// A square matrix of bits. It is kept from one execution to the next, since to allocate it anew takes as
/// long as to fill it.
#[derive(Debug, Default)]
pub(super) struct Relation {
    words: usize,
    bits: Vec<u64>,
}

const WORD: usize = 64;

impl Relation {
    /// Makes it the empty relation between `count` steps.
    pub(super) fn reset(&mut self, count: usize) {
        self.words = count.div_ceil(WORD);
        self.bits.clear();
        self.bits.resize(self.words * count, 0);
    }

    pub(super) fn insert(&mut self, row: usize, column: usize) {
        self.bits[row * self.words + column / WORD] |= 1 << (column % WORD);
    }

    pub(super) fn has(&self, row: usize, column: usize) -> bool {
        self.bits[row * self.words + column / WORD] & 1 << (column % WORD) != 0
    }

    /// Adds to the row all that the row `other` has.
    pub(super) fn unite(&mut self, row: usize, other: usize) {
        for word in 0..self.words {
            self.bits[row * self.words + word] |= self.bits[other * self.words + word];
        }
    }

    /// Adds to the row all that the row `other` of another relation has.
    pub(super) fn unite_with(&mut self, row: usize, from: &Relation, other: usize) {
        let from = &from.bits[other * self.words..][..self.words];
        let to = &mut self.bits[row * self.words..][..self.words];
        to.iter_mut().zip(from).for_each(|(to, from)| *to |= from);
    }

    /// Adds to the row all that the row of this number of another relation has.
    pub(super) fn copy(&mut self, row: usize, from: &Relation) {
        let range = row * self.words..(row + 1) * self.words;
        self.bits[range.clone()].copy_from_slice(&from.bits[range]);
    }

    /// The columns of a row, the last first.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        let words = &self.bits[row * self.words..(row + 1) * self.words];
        words.iter().enumerate().rev().flat_map(|(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = left.checked_ilog2()?;
                left ^= 1 << bit;
                Some(at * WORD + bit as usize)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sets() {
        let (mut one, mut other) = (Relation::default(), Relation::default());
        one.reset(130);
        for column in [0, 63, 64, 129] {
            one.insert(2, column);
        }
        one.insert(129, 5);
        one.unite(129, 2);
        assert_eq!(one.row(2).collect::<Vec<_>>(), [129, 64, 63, 0]);
        assert_eq!(one.row(129).collect::<Vec<_>>(), [129, 64, 63, 5, 0]);
        assert!(one.has(129, 5) && !one.has(2, 5));
        other.reset(130);
        other.copy(129, &one);
        assert_eq!(other.row(129).count(), 5);
        one.reset(3);
        assert!((0..3).all(|row| one.row(row).next().is_none()));
    }
}
