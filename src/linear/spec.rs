//! What a data structure should do, said by a sequential program.

use std::fmt::Debug;
use std::hash::Hash;

/// What a data structure should do when its operations come one after the other: a state, and what each
/// operation makes of it and returns.
///
/// The type that implements this is the state. It is cloned for each order that is tried, and compared, so that
/// no state is tried twice: `#[derive(Clone, PartialEq, Eq, Hash)]`. Of the collections of std, `BTreeMap`,
/// `BTreeSet`, `Vec` and `VecDeque` have what it takes.
///
/// ```
/// use interlace::linear::Spec;
///
/// #[derive(Debug, Clone)]
/// enum Op { Push(u32), Pop }
///
/// #[derive(Clone, PartialEq, Eq, Hash, Default)]
/// struct Stack(Vec<u32>);
///
/// impl Spec for Stack {
///     type Op = Op;
///     type Ret = Option<u32>;
///
///     fn apply(&mut self, op: &Op) -> Option<u32> {
///         match op {
///             Op::Push(value) => { self.0.push(*value); None }
///             Op::Pop => self.0.pop(),
///         }
///     }
/// }
///
/// let mut stack = Stack::default();
/// assert_eq!(stack.apply(&Op::Push(1)), None);
/// assert_eq!(stack.apply(&Op::Pop), Some(1));
/// ```
pub trait Spec: Clone + Eq + Hash {
    /// An operation with its arguments.
    type Op: Debug;
    /// What operations return.
    type Ret: PartialEq + Debug;

    /// Applies an operation to the state, and returns what it returns.
    fn apply(&mut self, op: &Self::Op) -> Self::Ret;

    /// Tells which part of the state an operation concerns, where parts have nothing to do with each other: a
    /// map's key, by its hash if it is no number. Operations of each part are then checked by themselves, which
    /// is a matter of milliseconds for thousands of them. Keys with the same number are checked together, which
    /// is only slower.
    ///
    /// An operation for which this is `None` concerns all, and then nothing is divided. That is the default.
    ///
    /// ```
    /// use interlace::linear::{History, Spec};
    /// use std::collections::BTreeMap;
    ///
    /// #[derive(Debug)]
    /// enum Op { Set(u32, u32), Get(u32) }
    ///
    /// #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// struct Map(BTreeMap<u32, u32>);
    ///
    /// impl Spec for Map {
    ///     type Op = Op;
    ///     type Ret = Option<u32>;
    ///
    ///     fn apply(&mut self, op: &Op) -> Option<u32> {
    ///         match op {
    ///             Op::Set(key, value) => self.0.insert(*key, *value),
    ///             Op::Get(key) => self.0.get(key).copied(),
    ///         }
    ///     }
    ///
    ///     fn partition(op: &Op) -> Option<u64> {
    ///         let (Op::Set(key, _) | Op::Get(key)) = op;
    ///         Some((*key).into())
    ///     }
    /// }
    ///
    /// let history = History::<Map>::default();
    /// for key in 0..1000 {
    ///     history.call(Op::Set(key, 1), || None);
    ///     history.call(Op::Get(key), || Some(1));
    /// }
    /// history.assert_linearizable();
    /// ```
    fn partition(op: &Self::Op) -> Option<u64> {
        let _ = op;
        None
    }
}
