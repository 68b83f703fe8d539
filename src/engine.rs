//! Runs a program one thread at a time, and asks a scheduler at every scheduling point.

mod acquire;
mod baton;
mod catch;
mod choice;
mod conclude;
mod core;
mod current;
mod deferred;
mod ending;
mod engine_thread;
mod execution_core;
mod external_wakers;
mod fiber;
mod fibers;
mod flag;
mod futures;
mod instance;
mod lock_probe;
mod lock_state;
mod lock_table;
mod options;
mod processor;
mod program;
mod scheduler;
mod threads;
mod yield_reason;

pub(crate) use acquire::acquire;
pub use choice::Engine;
pub(crate) use core::ThreadTable;
pub(crate) use current::{aside, reach};
pub(crate) use deferred::Deferred;
pub(crate) use ending::{ExecutionEnd, Phase};
pub(crate) use futures::run_to_end;
pub(crate) use instance::ProgramInstance;
pub(crate) use lock_probe::LockQuery;
pub use lock_state::LockId;
pub(crate) use lock_state::LockState;
#[cfg(test)]
pub(crate) use lock_table::Acquisition;
pub(crate) use lock_table::BlockedOn;
pub(crate) use options::EngineOptions;
pub(crate) use program::Program;
pub(crate) use scheduler::{ExecutionResult, Scheduler};
