//! Which calls an order has taken so far.

/// A set of numbers. The first 64 need no memory of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Taken {
    first: u64,
    rest: Vec<u64>,
}

impl Taken {
    pub(super) fn new(size: usize) -> Self {
        let words = size.div_ceil(64).saturating_sub(1);
        Taken {
            first: 0,
            rest: vec![0; words],
        }
    }

    /// Puts a number in that is not there, or takes out one that is.
    pub(super) fn flip(&mut self, number: usize) {
        let word = match number / 64 {
            0 => &mut self.first,
            word => &mut self.rest[word - 1],
        };
        *word ^= 1 << (number % 64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_its_own_bit() {
        let mut seen = std::collections::HashSet::new();
        for number in 0..200 {
            let mut taken = Taken::new(200);
            assert_eq!(taken.rest.len(), 3);
            taken.flip(number);
            assert!(seen.insert(taken.clone()), "{number}");
            taken.flip(number);
            assert_eq!(taken, Taken::new(200));
        }
    }
}
