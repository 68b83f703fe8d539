//! [`History`]: operations as they were called.

use std::fmt::{self, Debug};
use std::panic;
use std::thread;

use super::call::{Call, Moment, Nearest};
use super::{Spec, minimal, program_order, real_time};
use crate::engine::{self, Begun, keeps_panics, unseen};
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

struct Log<S: Spec> {
    calls: Vec<Recorded<S>>,
    /// Each with its name.
    clients: Vec<(Client, String)>,
    events: usize,
    /// The last step in which an operation has returned.
    last_step: usize,
}

/// A call that was recorded.
struct Recorded<S: Spec> {
    client: usize,
    op: S::Op,
    ret: Option<(S::Ret, Moment)>,
    invoked: Moment,
}

/// Who calls operations one after the other.
#[derive(PartialEq, Eq)]
enum Client {
    /// A thread of the program, by its number.
    Thread(usize),
    /// One that no run controls.
    Other(thread::ThreadId),
    Named(String),
}

impl<S: Spec> History<S> {
    /// A history of a data structure that begins in this state.
    pub fn new(initial: S) -> Self {
        let log = Log {
            calls: Vec::new(),
            clients: Vec::new(),
            events: 0,
            last_step: 0,
        };
        History {
            initial,
            log: Mutex::new(log),
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
        self.begin(None, op)
    }

    /// As [`invoke`](Self::invoke), by a client that is no thread: a session, a connection, or one of a history
    /// that is written by hand.
    pub fn invoke_by(&self, client: &str, op: S::Op) -> Invocation<'_, S> {
        self.begin(Some(client), op)
    }

    fn begin(&self, client: Option<&str>, op: S::Op) -> Invocation<'_, S> {
        let begun = engine::begin_operation();
        let number = unseen(|| {
            let client = match (client, begun) {
                (Some(name), _) => Client::Named(name.to_owned()),
                (None, Some(begun)) => Client::Thread(begun.thread.index()),
                (None, None) => Client::Other(thread::current().id()),
            };
            let mut log = self.log.lock();
            let client = log.client(client);
            let invoked = (log.last_step, log.event());
            log.calls.push(Recorded {
                client,
                op,
                ret: None,
                invoked,
            });
            log.calls.len() - 1
        });
        Invocation {
            history: self,
            number,
            begun,
        }
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
            let mut calls: Vec<Call<'_, S>> = log.calls.iter().map(Recorded::call).collect();
            calls.sort_by_key(|call| call.invoked);
            texts(&calls, |client| &log.clients[client].1)
        })
    }

    fn judge(&self, wanted: OrderWanted) -> Result<(), NotLinearizable> {
        unseen(|| {
            let log = self.log.lock();
            let calls: Vec<Call<'_, S>> = log.calls.iter().map(Recorded::call).collect();
            let order = |calls: &[Call<'_, S>]| match wanted {
                OrderWanted::RealTime => real_time::order(&self.initial, calls),
                OrderWanted::Program => program_order::order(&self.initial, calls).map(drop),
            };
            let Err(nearest) = order(&calls) else {
                return Ok(());
            };
            let calls = match wanted {
                OrderWanted::RealTime => {
                    let part = real_time::part_of(&calls, nearest.unexplained);
                    minimal::beginning(&part, order)
                }
                OrderWanted::Program => calls,
            };
            let calls = minimal::without_others(calls, order);
            let nearest = order(&calls).err().unwrap_or(nearest);
            Err(told(wanted, &calls, nearest, |client| {
                &log.clients[client].1
            }))
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

/// A failure as text.
fn told<'a, S: Spec>(
    order_wanted: OrderWanted,
    calls: &[Call<'_, S>],
    nearest: Nearest,
    name: impl Fn(usize) -> &'a str,
) -> NotLinearizable {
    let mut order: Vec<usize> = (0..calls.len()).collect();
    order.sort_by_key(|&number| calls[number].invoked);
    let place = |number: usize| in_32_bits(order.iter().position(|it| *it == number).unwrap_or(0));
    let sorted: Vec<_> = order.iter().map(|&number| calls[number]).collect();
    NotLinearizable {
        order_wanted,
        calls: texts(&sorted, name),
        nearest: nearest.order.into_iter().map(place).collect(),
        unexplained: place(nearest.unexplained),
        instead: nearest.instead,
    }
}

/// Calls as text, with their events numbered.
fn texts<'a, S: Spec>(calls: &[Call<'_, S>], name: impl Fn(usize) -> &'a str) -> Vec<HistoryCall> {
    let returns = calls.iter().filter_map(Call::returned);
    let mut moments: Vec<Moment> = calls
        .iter()
        .map(|call| call.invoked)
        .chain(returns)
        .collect();
    moments.sort_unstable();
    let number = |moment| in_32_bits(moments.partition_point(|it| *it < moment));
    let text = |call: &Call<'_, S>| HistoryCall {
        client: name(call.client).to_owned(),
        operation: format!("{:?}", call.op),
        returned: call.ret.map(|(ret, _)| format!("{ret:?}")),
        invoked_at: number(call.invoked),
        returned_at: call.returned().map(number),
    };
    calls.iter().map(text).collect()
}

/// No process has memory for more.
#[allow(clippy::cast_possible_truncation, reason = "see above")]
fn in_32_bits(number: usize) -> u32 {
    number as u32
}

impl<S: Spec> Log<S> {
    /// The number of a client, which is the calling thread if it is one.
    fn client(&mut self, client: Client) -> usize {
        let known = self.clients.iter().position(|(it, _)| *it == client);
        known.unwrap_or_else(|| {
            let name = match &client {
                Client::Named(name) => name.clone(),
                Client::Thread(_) => engine::thread_name().unwrap_or_default().to_string(),
                Client::Other(id) => {
                    let name = thread::current().name().map(str::to_owned);
                    name.unwrap_or_else(|| format!("{id:?}"))
                }
            };
            self.clients.push((client, name));
            self.clients.len() - 1
        })
    }

    fn event(&mut self) -> usize {
        self.events += 1;
        self.events
    }
}

impl<S: Spec> Recorded<S> {
    fn call(&self) -> Call<'_, S> {
        Call {
            client: self.client,
            op: &self.op,
            ret: self.ret.as_ref().map(|(ret, moment)| (ret, *moment)),
            invoked: self.invoked,
        }
    }
}

impl<S: Spec + Default> Default for History<S> {
    fn default() -> Self {
        History::new(S::default())
    }
}

impl<S: Spec> Debug for History<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = unseen(|| self.log.lock().calls.len());
        let mut shown = f.debug_struct("History");
        shown.field("operations", &count).finish_non_exhaustive()
    }
}

/// An operation that was called and has not returned. Dropped, it never returns: it may have taken effect or not.
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
/// drop(history.invoke(()));
/// history.invoke(()).returns(1); // the first has taken effect
/// history.assert_linearizable();
/// ```
#[must_use = "an operation that is not said to return never does"]
pub struct Invocation<'a, S: Spec> {
    history: &'a History<S>,
    number: usize,
    begun: Option<Begun>,
}

impl<S: Spec> Invocation<'_, S> {
    /// Records that the operation returns.
    pub fn returns(mut self, ret: S::Ret) {
        let steps = self.begun.take().and_then(engine::end_operation);
        unseen(|| {
            let mut log = self.history.log.lock();
            let event = log.event();
            let last = steps.map_or(log.last_step, |[_, last]| last);
            log.last_step = log.last_step.max(last);
            let call = &mut log.calls[self.number];
            if let Some([first, _]) = steps {
                call.invoked.0 = first;
            }
            call.ret = Some((ret, (last, event)));
        });
    }
}

impl<S: Spec> Drop for Invocation<'_, S> {
    fn drop(&mut self) {
        if let Some(first) = self.begun.take().and_then(engine::began) {
            unseen(|| self.history.log.lock().calls[self.number].invoked.0 = first);
        }
    }
}

impl<S: Spec> Debug for Invocation<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Invocation");
        shown.field("number", &self.number).finish_non_exhaustive()
    }
}
