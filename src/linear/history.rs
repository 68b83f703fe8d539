//! [`History`]: operations as they were called.

use std::fmt::{self, Debug};
use std::panic;

use super::invocation::Invocation;
use super::log::Log;
use super::{Spec, judge};
use crate::engine::{keeps_panics, unseen};
use crate::failure::{HistoryCall, NotLinearizable, OrderWanted};
use crate::locks::Mutex;

/// The operations of an execution: what was called, by which thread, when, and what it returned.
///
/// Make one in each execution, as a part of the state or in the body of a [`model`](crate::model()), and share it
/// between the threads. Wrap each operation in [`call`](Self::call). That is no scheduling point, and no thread
/// waits for another in it. At the end, [`Explorer::linearizable`](crate::Explorer::linearizable) or
/// [`assert_linearizable`](Self::assert_linearizable) looks for an order of the operations that explains what
/// they returned.
///
/// An operation begins with the first step that its thread takes in it, and ends with the last. One that has not
/// returned, as its thread has panicked, may have taken effect or not.
///
/// ```
/// use interlace::linear::{History, Spec};
/// use interlace::{FailureKind, Explorer, marker};
/// use std::sync::Mutex;
///
/// #[derive(Debug)]
/// enum Op { Push(u32), Pop }
///
/// /// What a queue should do.
/// #[derive(Clone, PartialEq, Eq, Hash, Default)]
/// struct Fifo(std::collections::VecDeque<u32>);
///
/// impl Spec for Fifo {
///     type Op = Op;
///     type Ret = Option<u32>;
///
///     fn apply(&mut self, op: &Op) -> Option<u32> {
///         match op {
///             Op::Push(value) => { self.0.push_back(*value); None }
///             Op::Pop => self.0.pop_front(),
///         }
///     }
/// }
///
/// /// What it does: between the two markers of `pop`, another thread may pop the same.
/// #[derive(Default)]
/// struct Queue { values: Mutex<Vec<u32>>, history: History<Fifo> }
///
/// impl Queue {
///     fn push(&self, value: u32) {
///         self.history.call(Op::Push(value), || {
///             marker!("push");
///             self.values.lock().unwrap().push(value);
///             None
///         });
///     }
///
///     fn pop(&self) -> Option<u32> {
///         self.history.call(Op::Pop, || {
///             marker!("look");
///             let first = *self.values.lock().unwrap().first()?;
///             marker!("remove");
///             self.values.lock().unwrap().retain(|value| *value != first);
///             Some(first)
///         })
///     }
/// }
///
/// let report = Explorer::new(Queue::default)
///     .thread("a", |queue| { queue.push(1); queue.pop(); })
///     .thread("b", |queue| { queue.pop(); })
///     .linearizable(|queue| &queue.history)
///     .explore();
///
/// let failure = report.assert_fails();
/// assert_eq!(failure.schedule().to_string(), "a:push a:look b:look");
/// assert_eq!(failure.kind().to_string(), "\
/// not linearizable: no order of these operations explains what they returned
///   a          b
///   ┌ Push(1)
///   └ None
///   ┌ Pop
///   │          ┌ Pop
///   │          └ Some(1)
///   └ Some(1)
/// the order that comes nearest:
///   Push(1) → None  (a)
///   Pop → Some(1)  (a)
/// next, Pop would return None, but returned Some(1)  (b)");
/// ```
pub struct History<S: Spec> {
    initial: S,
    log: Mutex<Log<S>>,
}

impl<S: Spec> History<S> {
    /// A history of a data structure that begins in this state.
    ///
    /// ```
    /// # use interlace::linear::{History, Spec};
    /// # #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// # struct Count(u32);
    /// # impl Spec for Count {
    /// #     type Op = ();
    /// #     type Ret = u32;
    /// #     fn apply(&mut self, (): &()) -> u32 { self.0 += 1; self.0 - 1 }
    /// # }
    ///
    /// let history = History::new(Count(7));
    /// history.invoke(()).returns(7);
    /// assert!(history.linearizable().is_ok());
    /// ```
    pub fn new(initial: S) -> Self {
        History {
            initial,
            log: Mutex::new(Log::default()),
        }
    }

    /// Records that the calling thread calls `op`, runs it, and records what it returns.
    ///
    /// ```
    /// # use interlace::linear::{History, Spec};
    /// # #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// # struct Count(u32);
    /// # impl Spec for Count {
    /// #     type Op = ();
    /// #     type Ret = u32;
    /// #     fn apply(&mut self, (): &()) -> u32 { self.0 += 1; self.0 - 1 }
    /// # }
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    ///
    /// let (count, history) = (AtomicU32::new(0), History::<Count>::default());
    /// let before = history.call((), || count.fetch_add(1, SeqCst));
    /// assert_eq!(before, 0);
    /// history.assert_linearizable();
    /// ```
    pub fn call(&self, op: S::Op, operation: impl FnOnce() -> S::Ret) -> S::Ret
    where
        S::Ret: Clone,
    {
        let invocation = self.invoke(op);
        let ret = operation();
        invocation.returns(ret.clone());
        ret
    }

    /// Records that the calling thread calls `op`, for operations that are no closure, as those of tasks. What
    /// this returns is told when the operation [returns](Invocation::returns).
    ///
    /// ```
    /// # use interlace::linear::{History, Spec};
    /// # #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// # struct Count(u32);
    /// # impl Spec for Count {
    /// #     type Op = ();
    /// #     type Ret = u32;
    /// #     fn apply(&mut self, (): &()) -> u32 { self.0 += 1; self.0 - 1 }
    /// # }
    /// # async fn add() -> u32 { 0 }
    /// async fn recorded_add(history: &History<Count>) {
    ///     let invocation = history.invoke(());
    ///     invocation.returns(add().await);
    /// }
    /// ```
    pub fn invoke(&self, op: S::Op) -> Invocation<'_, S> {
        Invocation::begin(&self.log, None, op)
    }

    /// As [`invoke`](Self::invoke), by a client that is no thread: a session, a connection, or one of a history
    /// that is written by hand.
    ///
    /// ```
    /// # use interlace::linear::{History, Spec};
    /// # #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// # struct Count(u32);
    /// # impl Spec for Count {
    /// #     type Op = ();
    /// #     type Ret = u32;
    /// #     fn apply(&mut self, (): &()) -> u32 { self.0 += 1; self.0 - 1 }
    /// # }
    ///
    /// let history = History::<Count>::default();
    /// let first = history.invoke_by("connection 1", ());
    /// history.invoke_by("connection 2", ()).returns(0);
    /// first.returns(1); // the second has overtaken it
    /// history.assert_linearizable();
    /// ```
    pub fn invoke_by(&self, client: &str, op: S::Op) -> Invocation<'_, S> {
        Invocation::begin(&self.log, Some(client), op)
    }

    /// Whether an order of the operations explains what they returned in which each takes effect between its
    /// call and its return (Herlihy and Wing, "Linearizability", TOPLAS 1990).
    ///
    /// The time that it takes grows quickly with the number of operations that overlap, and hardly with that of
    /// those that do not. Say how operations fall into [parts](Spec::partition) if there are many.
    ///
    /// # Errors
    ///
    /// If there is none: the least part of the history of which that is so.
    ///
    /// ```
    /// # use interlace::linear::{History, Spec};
    /// # #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// # struct Count(u32);
    /// # impl Spec for Count {
    /// #     type Op = ();
    /// #     type Ret = u32;
    /// #     fn apply(&mut self, (): &()) -> u32 { self.0 += 1; self.0 - 1 }
    /// # }
    ///
    /// let history = History::<Count>::default();
    /// history.invoke(()).returns(0);
    /// assert!(history.linearizable().is_ok());
    /// history.invoke(()).returns(0); // twice the same
    /// let failure = history.linearizable().unwrap_err();
    /// assert_eq!(failure.operations().len(), 2);
    /// ```
    pub fn linearizable(&self) -> Result<(), NotLinearizable> {
        self.judge(OrderWanted::RealTime)
    }

    /// As [`linearizable`](Self::linearizable), where it is enough that the operations of each thread come in the
    /// order in which it has called them (Lamport, "How to Make a Multiprocessor Computer That Correctly
    /// Executes Multiprocess Programs", 1979). Parts are not divided: each may be sequentially consistent, and
    /// the whole not.
    ///
    /// ```
    /// # use interlace::linear::{History, Spec};
    /// # #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// # struct Count(u32);
    /// # impl Spec for Count {
    /// #     type Op = ();
    /// #     type Ret = u32;
    /// #     fn apply(&mut self, (): &()) -> u32 { self.0 += 1; self.0 - 1 }
    /// # }
    /// let history = History::<Count>::default();
    /// history.invoke_by("a", ()).returns(1);
    /// history.invoke_by("b", ()).returns(0);
    /// assert!(history.linearizable().is_err());
    /// assert!(history.sequentially_consistent().is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such order.
    pub fn sequentially_consistent(&self) -> Result<(), NotLinearizable> {
        self.judge(OrderWanted::Program)
    }

    /// Asserts that the history is [linearizable](Self::linearizable): for the end of a
    /// [`model`](crate::model()). There, an execution in which it is not fails with
    /// [`FailureKind::NotLinearizable`](crate::FailureKind::NotLinearizable).
    ///
    /// # Panics
    ///
    /// If it is not.
    #[track_caller]
    pub fn assert_linearizable(&self) {
        fail(self.linearizable());
    }

    /// As [`assert_linearizable`](Self::assert_linearizable), for
    /// [sequential consistency](Self::sequentially_consistent).
    ///
    /// # Panics
    ///
    /// If it is not.
    #[track_caller]
    pub fn assert_sequentially_consistent(&self) {
        fail(self.sequentially_consistent());
    }

    /// Returns what was recorded, as text, in the order in which it was called.
    ///
    /// ```
    /// # use interlace::linear::{History, Spec};
    /// # #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// # struct Count(u32);
    /// # impl Spec for Count {
    /// #     type Op = ();
    /// #     type Ret = u32;
    /// #     fn apply(&mut self, (): &()) -> u32 { self.0 += 1; self.0 - 1 }
    /// # }
    /// let history = History::<Count>::default();
    /// history.invoke_by("a", ()).returns(1);
    /// let operations = history.operations();
    /// assert_eq!((operations[0].client(), operations[0].returned()), ("a", Some("1")));
    /// ```
    #[must_use]
    pub fn operations(&self) -> Vec<HistoryCall> {
        unseen(|| {
            let log = self.log.lock();
            let mut calls = log.calls();
            calls.sort_by_key(|call| call.invoked);
            judge::texts(&calls, |client| log.name(client))
        })
    }

    fn judge(&self, wanted: OrderWanted) -> Result<(), NotLinearizable> {
        unseen(|| {
            let log = self.log.lock();
            let name = |client| log.name(client);
            judge::judge(&self.initial, log.calls(), wanted, name)
        })
    }
}

#[track_caller]
fn fail(result: Result<(), NotLinearizable>) {
    if let Err(failure) = result {
        if keeps_panics() {
            panic::panic_any(failure);
        }
        panic!("{failure}");
    }
}

impl<S: Spec + Default> Default for History<S> {
    fn default() -> Self {
        History::new(S::default())
    }
}

impl<S: Spec> Debug for History<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = unseen(|| self.log.lock().calls().len());
        let mut shown = f.debug_struct("History");
        shown.field("operations", &count).finish_non_exhaustive()
    }
}
