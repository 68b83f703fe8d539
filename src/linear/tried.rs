//! What was tried: which operations were behind it, and the state.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash};

use super::mutant::Mutant;

/// Hashed without chance: that is the program's, and to be the same with a history and without.
pub(super) struct Tried<T, S>(HashSet<(T, S), BuildHasherDefault<DefaultHasher>>);

impl<T, S> Default for Tried<T, S> {
    fn default() -> Self {
        Tried(HashSet::default())
    }
}

impl<T: Clone + Eq + Hash, S: Clone + Eq + Hash> Tried<T, S> {
    /// Takes note of a state, and whether it was not tried before with these operations behind it.
    pub(super) fn is_new(&mut self, taken: &T, state: &S) -> bool {
        if Mutant::StateForgotten.is_on() && self.0.iter().any(|(it, _)| it == taken) {
            return false;
        }
        if Mutant::TakenForgotten.is_on() && self.0.iter().any(|(_, it)| it == state) {
            return false;
        }
        self.0.insert((taken.clone(), state.clone()))
    }
}
