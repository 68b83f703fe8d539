//! What must hold: invariants, checks, outcomes, and what serial orders show.

use std::fmt::Debug;

use super::Explorer;

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Adds a condition that must hold whenever every thread is paused: after each step, and at the
    /// end.
    ///
    /// It is evaluated while threads are paused at their markers, perhaps holding a lock: an
    /// invariant that takes that lock never returns.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{Explorer, FailureKind, marker};
    ///
    /// let report = Explorer::new(AtomicU32::default)
    ///     .thread("t", |level| {
    ///         marker!("overshoot");
    ///         level.store(11, SeqCst);
    ///         marker!("correct");
    ///         level.store(10, SeqCst);
    ///     })
    ///     .invariant("level is at most 10", |level| level.load(SeqCst) <= 10)
    ///     .explore();
    /// assert!(matches!(report.assert_fails().kind(), FailureKind::Invariant(_)));
    /// ```
    pub fn invariant(
        mut self,
        name: impl Into<String>,
        holds: impl Fn(&S) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.program.add_invariant(name.into(), holds);
        self
    }

    /// Adds a check of the state after all threads have ended. A panic in it is a failure.
    ///
    /// Several checks run in the order in which they were added, up to the first that fails. Without a check,
    /// panics and deadlocks of the threads are still failures. Whether a check can fail at all, as `<= 2` may not
    /// where `== 2` is meant, no search can tell; `cargo interlace mutants` shows it.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use interlace::{Explorer, marker};
    ///
    /// Explorer::new(Mutex::<Vec<i32>>::default)
    ///     .thread("a", |list| { marker!("push"); list.lock().unwrap().push(1) })
    ///     .thread("b", |list| { marker!("push"); list.lock().unwrap().push(2) })
    ///     .check(|list| assert_eq!(list.lock().unwrap().len(), 2))
    ///     .explore()
    ///     .assert_ok();
    /// ```
    ///
    /// ```compile_fail,E0308
    /// # use interlace::Explorer;
    /// // A condition by itself is no check: expected `()`, found `bool`.
    /// let explorer = Explorer::new(|| 1).check(|number| *number == 1);
    /// ```
    pub fn check(mut self, check: impl Fn(&S) + Send + Sync + 'static) -> Self {
        self.program.add_check(check);
        self
    }

    /// Describes the outcome of an execution, for the table of
    /// [`Report::outcomes`](crate::Report::outcomes). It is
    /// evaluated after all threads have ended, before the checks.
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| Mutex::new(String::new()))
    ///     .thread("a", |log| { marker!("push"); log.lock().unwrap().push('a') })
    ///     .thread("b", |log| { marker!("push"); log.lock().unwrap().push('b') })
    ///     .outcome(|log| log.lock().unwrap().clone())
    ///     .explore();
    /// let outcomes: Vec<_> = report.outcomes().collect();
    /// assert_eq!(outcomes, [("\"ab\"", 1), ("\"ba\"", 1)]);
    /// ```
    pub fn outcome<O: Debug>(mut self, describe: impl Fn(&S) -> O + Send + Sync + 'static) -> Self {
        self.program.set_outcome(describe);
        self
    }

    /// Allows only these outcomes, as in litmus tests: an execution with another
    /// [`outcome`](Self::outcome) fails. Outcomes are compared by their `Debug` texts, so `1`
    /// allows what `outcome` returns as `1_u32`, and `"a"` what it returns as a `String`.
    ///
    /// If called several times, it allows all that were named. If every schedule was run, the
    /// report lists the allowed outcomes that no execution ended in. Outcomes are compared before
    /// the checks are run.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use interlace::{Explorer, FailureKind, marker};
    ///
    /// // Store buffering: each thread writes one cell and reads the other's.
    /// let explorer = || Explorer::new(<[AtomicU32; 4]>::default)
    ///     .thread("a", |[x, y, seen, _]| {
    ///         marker!("write_x");
    ///         x.store(1, SeqCst);
    ///         marker!("read_y");
    ///         seen.store(y.load(SeqCst), SeqCst);
    ///     })
    ///     .thread("b", |[x, y, _, seen]| {
    ///         marker!("write_y");
    ///         y.store(1, SeqCst);
    ///         marker!("read_x");
    ///         seen.store(x.load(SeqCst), SeqCst);
    ///     })
    ///     .outcome(|[_, _, a, b]| (a.load(SeqCst), b.load(SeqCst)));
    ///
    /// // One of the writes comes first, and whoever reads last sees it.
    /// let report = explorer().allow_outcomes([(0, 1), (1, 0), (1, 1)]).explore();
    /// report.assert_ok();
    ///
    /// let report = explorer().allow_outcomes([(0, 1), (1, 0)]).explore();
    /// let kind = report.assert_fails().kind();
    /// assert!(matches!(kind, FailureKind::OutcomeNotAllowed(it) if it.outcome() == "(1, 1)"));
    /// ```
    pub fn allow_outcomes<O: Debug>(mut self, outcomes: impl IntoIterator<Item = O>) -> Self {
        self.program.allow_outcomes(outcomes);
        self
    }

    /// Compares every execution with the serial orders of the threads: after all threads have
    /// ended, `view` must show what it shows when they run one after the other, in some order. So
    /// nothing need be known about correct results, except that threads must not disturb each
    /// other.
    ///
    /// Let the view show everything that matters: the state, and what the threads have seen of it.
    /// Views are compared by their `Debug` texts, before the checks are run.
    ///
    /// Before the search, the n! serial orders of n threads are run once, for at most 8 threads. In
    /// a serial order, each thread runs to its end before the next takes a step; the code before
    /// the first marker of each is run at the start, as always. If tasks wait for each other, some
    /// orders are impossible: they are left out, as are those that fail. If none is possible, the
    /// search does not begin, and the report is an error
    /// ([`NoSerialOrder`](crate::ErrorKind::NoSerialOrder)).
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use interlace::{Explorer, marker};
    ///
    /// #[derive(Default)]
    /// struct Account { balance: i32 }
    ///
    /// let explorer = || Explorer::new(Mutex::<Account>::default)
    ///     .thread("deposit", |account| { marker!("add"); account.lock().unwrap().balance += 10 })
    ///     .serializable(|account| account.lock().unwrap().balance);
    ///
    /// explorer()
    ///     .thread("interest", |account| { marker!("double"); account.lock().unwrap().balance *= 2 })
    ///     .explore()
    ///     .assert_ok(); // 10 or 20: each is the balance of one order
    ///
    /// let report = explorer()
    ///     .thread("interest", |account| {
    ///         marker!("read");
    ///         let balance = account.lock().unwrap().balance;
    ///         marker!("write");
    ///         account.lock().unwrap().balance = 2 * balance;
    ///     })
    ///     .explore();
    /// let text = report.assert_fails().kind().to_string();
    /// assert!(text.contains("not serializable: this execution gives\n  0\n"), "{text}");
    /// assert!(text.contains("\n  10  (interest, then deposit)"), "{text}");
    /// ```
    pub fn serializable<V: Debug>(
        mut self,
        view: impl Fn(&S) -> V + Send + Sync + 'static,
    ) -> Self {
        self.program.set_view(view);
        self
    }
}
