//! A history of operations that no order explains.

mod call;
mod diagram;

use std::fmt;

pub use call::HistoryCall;

use crate::getters::getters;
use crate::named::displayed;

/// A history of operations in which what they returned is explained by no order of them that is wanted.
///
/// It is minimal: the shortest beginning of the history that no order explains, without operations that have
/// nothing to do with that. Its `Display` shows them by thread, time going downwards.
///
/// ```
/// use interlace::linear::{History, Spec};
/// use interlace::failure::OrderWanted;
///
/// #[derive(Debug)]
/// enum Op { Set(u32), Get }
///
/// #[derive(Clone, PartialEq, Eq, Hash, Default)]
/// struct Register(u32);
///
/// impl Spec for Register {
///     type Op = Op;
///     type Ret = u32;
///
///     fn apply(&mut self, op: &Op) -> u32 {
///         match op {
///             Op::Set(value) => std::mem::replace(&mut self.0, *value),
///             Op::Get => self.0,
///         }
///     }
/// }
///
/// let history = History::<Register>::default();
/// let write = history.invoke_by("writer", Op::Set(1));
/// history.invoke_by("reader", Op::Get).returns(1); // it has taken effect
/// history.invoke_by("reader", Op::Get).returns(1);
/// history.invoke_by("reader", Op::Get).returns(0); // and now it has not
/// write.returns(0);
///
/// let failure = history.linearizable().unwrap_err();
/// assert_eq!(failure.order_wanted(), OrderWanted::RealTime);
/// // One of the first two reads is enough.
/// assert_eq!(failure.operations().len(), 3);
/// let nearest: Vec<_> = failure.nearest().map(|it| it.operation()).collect();
/// assert_eq!(nearest, ["Set(1)", "Get"]);
/// let (unexplained, instead) = failure.unexplained().unwrap();
/// assert_eq!((unexplained.returned(), instead), (Some("0"), "1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotLinearizable {
    pub(crate) order_wanted: OrderWanted,
    pub(crate) calls: Vec<HistoryCall>,
    /// Numbers of calls.
    pub(crate) nearest: Vec<u32>,
    pub(crate) unexplained: u32,
    pub(crate) instead: String,
}

displayed! {
    /// Which orders of operations may explain what they returned.
    ///
    /// ```
    /// assert_eq!(interlace::failure::OrderWanted::RealTime.to_string(), "linearizable");
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum OrderWanted {
        /// Those in which an operation that had returned comes before those that were called after that:
        /// linearizability.
        RealTime = "linearizable",
        /// Those in which the operations of each thread come in the order in which it has called them:
        /// sequential consistency.
        Program = "sequentially consistent",
    }
}

getters! { NotLinearizable {
    /// Returns which orders were looked for.
    order_wanted: copy OrderWanted,
} }

impl NotLinearizable {
    /// Returns the operations that no order explains, in the order in which they were called.
    #[must_use]
    pub fn operations(&self) -> &[HistoryCall] {
        &self.calls
    }

    /// Returns the order that comes nearest: the longest in which all operations return what they did.
    pub fn nearest(&self) -> impl Iterator<Item = &HistoryCall> {
        let numbers = self.nearest.iter();
        numbers.filter_map(|&number| self.calls.get(number as usize))
    }

    /// Returns an operation that cannot come after the [`nearest`](Self::nearest) order, though one must, and
    /// what it would return there.
    #[must_use]
    pub fn unexplained(&self) -> Option<(&HistoryCall, &str)> {
        let call = self.calls.get(self.unexplained as usize)?;
        Some((call, &self.instead))
    }
}

impl fmt::Display for NotLinearizable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, diagram::WIDTH)
    }
}

impl NotLinearizable {
    /// Writes its text, with a drawing that is no wider than this.
    pub(super) fn write(&self, f: &mut dyn fmt::Write, width: usize) -> fmt::Result {
        let (wanted, count) = (self.order_wanted, self.calls.len());
        let order = match wanted {
            OrderWanted::RealTime => "order of these operations",
            OrderWanted::Program => "order of these operations that keeps that of each thread",
        };
        let operations = if count == 1 { "nothing" } else { "no" };
        let explains = "explains what they returned";
        match count {
            1 => writeln!(
                f,
                "not {wanted}: {operations} explains what this operation returned"
            )?,
            _ => writeln!(f, "not {wanted}: {operations} {order} {explains}")?,
        }
        diagram::write(f, &self.calls, width)?;
        let Some((unexplained, instead)) = self.unexplained() else {
            return Ok(());
        };
        let HistoryCall {
            client, operation, ..
        } = unexplained;
        if !self.nearest.is_empty() {
            writeln!(f, "the order that comes nearest:")?;
        }
        for call in self.nearest() {
            let returned = call.returned.as_deref();
            let returned = returned.unwrap_or("not seen, since it did not return");
            writeln!(f, "  {} → {returned}  ({})", call.operation, call.client)?;
        }
        let returned = unexplained.returned().unwrap_or_default();
        let place = if self.nearest.is_empty() {
            "first"
        } else {
            "next"
        };
        write!(
            f,
            "{place}, {operation} would return {instead}, but returned {returned}  ({client})"
        )
    }
}
