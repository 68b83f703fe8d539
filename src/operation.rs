//! What threads are about to do, what their steps have touched, and which steps conflict. Ids only:
//! no threads, no clock, no names.
//!
//! At a *scheduling point* every thread has stopped before its next [`Operation`]. One of the
//! enabled threads is chosen and takes a *step*, up to its own next point. The steps taken are the
//! [`Event`]s of the execution's [`Trace`].

mod access;
mod behaviour;
mod event;
mod footprint;
mod knowledge;
mod memory_access;
mod pending;
mod point;
mod thread_id;
mod thread_state;
#[cfg(test)]
mod toy;
mod wait_site;

pub use access::AccessKind;
pub(crate) use access::{Access, Object};
pub(crate) use behaviour::{Behaviour, Difference, Differs};
pub(crate) use event::{Event, StepEnd, Trace, forced};
pub(crate) use footprint::{Footprint, Footprints};
pub(crate) use knowledge::Knowledge;
pub(crate) use memory_access::MemoryAccess;
pub(crate) use pending::{Operation, OperationKind, Pending, Way};
pub(crate) use point::{Choice, SchedulingPoint};
pub(crate) use thread_id::ThreadId;
pub(crate) use thread_state::{ThreadState, ThreadStatus};
pub use wait_site::WaitSite;
pub(crate) use wait_site::{FileKind, SystemCall};
