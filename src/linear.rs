//! Linearizability: do the operations of a data structure return what they could if they came one after the other?
//!
//! A [`Spec`] says what each operation does by itself. A [`History`] records the operations of an execution.
//! An execution in which no order explains what they returned fails with
//! [`FailureKind::NotLinearizable`](crate::FailureKind::NotLinearizable), which shows the operations that no order
//! explains, and the order that comes nearest.
//!
//! - With an [`Explorer`](crate::Explorer), the history is a part of the state, and
//!   [`linearizable`](crate::Explorer::linearizable) asks for it at the end of each execution.
//! - In a [`model`](crate::model()), the history is made in the body, and
//!   [`assert_linearizable`](History::assert_linearizable) is called at its end.
//!
//! Both have a weaker form, sequential consistency, in which only the order of each thread counts.
//!
//! ```
//! use interlace::linear::{History, Spec};
//! use interlace::marker;
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
//!
//! /// A counter: its only operation adds one, and returns what there was.
//! #[derive(Clone, PartialEq, Eq, Hash, Default)]
//! struct Count(u32);
//!
//! impl Spec for Count {
//!     type Op = ();
//!     type Ret = u32;
//!
//!     fn apply(&mut self, (): &()) -> u32 {
//!         self.0 += 1;
//!         self.0 - 1
//!     }
//! }
//!
//! interlace::model(|| {
//!     let (count, history) = (AtomicU32::new(0), History::<Count>::default());
//!     let add = || {
//!         history.call((), || {
//!             marker!("add");
//!             count.fetch_add(1, SeqCst)
//!         })
//!     };
//!     std::thread::scope(|scope| {
//!         scope.spawn(add);
//!         scope.spawn(add);
//!     });
//!     history.assert_linearizable();
//! });
//! ```

mod call;
mod history;
mod invocation;
mod judge;
mod log;
mod minimal;
mod mutant;
mod program_order;
mod real_time;
mod spec;
mod taken;
#[cfg(test)]
mod tests;
mod tried;

pub use history::History;
pub use invocation::Invocation;
pub use spec::Spec;
