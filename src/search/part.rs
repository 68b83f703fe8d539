//! A part of a search, which one worker goes through and may share with others.

use super::{Multinomial, Progress, Search};

/// What goes on with a part after an execution.
#[derive(Debug)]
pub(crate) enum Decided {
    /// The part itself, to its end.
    Yes,
    /// Another in its place.
    By(Box<dyn Part>),
    /// The part itself for now.
    NotYet,
}

/// Some of the executions of a search, which can be divided among several workers: into parts that
/// own ranges of the tree of choices, or into handles to one tree that all parts extend.
pub(crate) trait Part: Search {
    /// Splits off some of the executions, if there are any to give. To be called when an execution
    /// has begun and nothing has been chosen in it.
    fn split(&mut self) -> Option<Box<dyn Part>>;

    /// What goes on with the part. To be called after an execution, until it is known.
    fn decided(&mut self) -> Decided {
        Decided::Yes
    }

    /// Where the part begins in exploration order, the order in which the findings of all parts are
    /// joined. In a depth-first search, the choices that lead to its next execution.
    fn order(&self) -> Vec<usize>;

    /// How far the part is, if it can tell. `began` is its [`order`](Self::order) at the beginning,
    /// and `tree` the supposed tree that it is part of.
    fn progress(&self, began: &[usize], tree: Option<&Multinomial>) -> Option<Progress> {
        let _ = (began, tree);
        None
    }
}
