//! What must hold of the operations that an execution has recorded.

use std::sync::Arc;

use super::Explorer;
use crate::linear::{History, Spec};

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Adds a thread for each list of operations, which runs them one after the other: `thread1`, `thread2`, and
    /// so on. `strategies::scenarios` draws such lists, with the cargo feature `proptest`.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    /// use std::sync::Mutex;
    ///
    /// Explorer::new(|| Mutex::new(0))
    ///     .scenario([vec![1, 2], vec![3]], |sum, number| {
    ///         marker!("add");
    ///         *sum.lock().unwrap() += number;
    ///     })
    ///     .check(|sum| assert_eq!(*sum.lock().unwrap(), 6))
    ///     .explore()
    ///     .assert_ok();
    /// ```
    pub fn scenario<Op: Send + Sync + 'static>(
        self,
        threads: impl IntoIterator<Item = Vec<Op>>,
        run: impl Fn(&S, &Op) + Send + Sync + 'static,
    ) -> Self {
        let run = Arc::new(run);
        let numbered = (1..).zip(threads);
        numbered.fold(self, |explorer, (number, operations)| {
            let run = Arc::clone(&run);
            explorer.thread(format!("thread{number}"), move |state| {
                for operation in &operations {
                    run(state, operation);
                }
            })
        })
    }

    /// Asks of every execution that an order of its operations explains what they returned, in which each takes
    /// effect between its call and its return. It is asked after all threads have ended, in turn with the
    /// [checks](Self::check). [`History`] has an example, and [`linear`](crate::linear) says more.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    /// use interlace::linear::{History, Spec};
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    ///
    /// /// Each operation takes the next number.
    /// #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// struct Tickets(u32);
    ///
    /// impl Spec for Tickets {
    ///     type Op = ();
    ///     type Ret = u32;
    ///
    ///     fn apply(&mut self, (): &()) -> u32 {
    ///         self.0 += 1;
    ///         self.0 - 1
    ///     }
    /// }
    ///
    /// let take = |(next, history): &(AtomicU32, History<Tickets>)| {
    ///     history.call((), || { marker!("take"); next.fetch_add(1, SeqCst) });
    /// };
    /// Explorer::new(<(AtomicU32, History<Tickets>)>::default)
    ///     .thread("a", take)
    ///     .thread("b", take)
    ///     .linearizable(|(_, history)| history)
    ///     .explore()
    ///     .assert_ok();
    /// ```
    pub fn linearizable<L: Spec>(
        self,
        history: impl Fn(&S) -> &History<L> + Send + Sync + 'static,
    ) -> Self {
        self.check(move |state| history(state).assert_linearizable())
    }

    /// As [`linearizable`](Self::linearizable), where it is enough that the operations of each thread come in the
    /// order in which it has called them.
    ///
    /// ```
    /// use interlace::{Explorer, Verdict, marker};
    /// use interlace::linear::{History, Spec};
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    ///
    /// #[derive(Debug)]
    /// enum Op { Set(u32), Get }
    ///
    /// #[derive(Clone, PartialEq, Eq, Hash, Default)]
    /// struct Register(u32);
    ///
    /// impl Spec for Register {
    ///     type Op = Op;
    ///     type Ret = Option<u32>;
    ///
    ///     fn apply(&mut self, op: &Op) -> Option<u32> {
    ///         match op {
    ///             Op::Set(value) => { self.0 = *value; None }
    ///             Op::Get => Some(self.0),
    ///         }
    ///     }
    /// }
    ///
    /// /// A reader keeps a copy, and does not look again.
    /// type Cached = (AtomicU32, History<Register>);
    ///
    /// let explorer = || Explorer::new(Cached::default)
    ///     .thread("writer", |(value, history)| {
    ///         history.call(Op::Set(1), || { marker!("set"); value.store(1, SeqCst); None });
    ///     })
    ///     .thread("reader", |(value, history)| {
    ///         marker!("copy");
    ///         let copy = value.load(SeqCst);
    ///         history.call(Op::Get, || { marker!("get"); Some(copy) });
    ///     });
    ///
    /// explorer().sequentially_consistent(|(_, history)| history).explore().assert_ok();
    /// let report = explorer().linearizable(|(_, history)| history).explore();
    /// assert_eq!(report.assert_fails().schedule().to_string(), "reader:copy writer:set");
    /// ```
    pub fn sequentially_consistent<L: Spec>(
        self,
        history: impl Fn(&S) -> &History<L> + Send + Sync + 'static,
    ) -> Self {
        self.check(move |state| history(state).assert_sequentially_consistent())
    }
}
