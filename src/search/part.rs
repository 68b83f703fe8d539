//! A part of a search, which one worker goes through and may share with others.

use super::{Multinomial, Progress, Search};

/// Some of the executions of a search. It can be divided, so that several workers search side by
/// side: into parts that own ranges of the tree of choices, or into handles to a tree that all parts
/// make grow.
pub(crate) trait Part: Search {
    /// Gives executions away, as a part of their own, if there are any to give.
    ///
    /// To be called when an execution has begun and nothing has been chosen in it.
    fn split(&mut self) -> Option<Box<dyn Part>>;

    /// Where the part begins, in exploration order: what was found in the parts of a search is put
    /// together in this order. In a depth-first search, the choices that lead to its next execution.
    fn order(&self) -> Vec<usize>;

    /// How far the part is, if it can tell. `began` is where it began, and `tree` the tree that it
    /// is supposed to be part of.
    fn progress(&self, began: &[usize], tree: Option<&Multinomial>) -> Option<Progress> {
        let _ = (began, tree);
        None
    }
}
