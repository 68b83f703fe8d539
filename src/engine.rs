//! Runs a program one thread at a time, and asks a director at every scheduling point.

mod acquire;
mod baton;
mod catch;
mod choice;
mod conclude;
mod current;
mod director;
mod fiber;
mod fibers;
mod flag;
mod futures;
mod lock;
mod locks;
mod meanwhile;
mod outside;
mod own;
mod panic;
mod pause;
mod probe;
mod processor;
mod room;
mod state;
mod subject;
mod table;
mod threads;

pub(crate) use acquire::acquire;
pub use choice::Engine;
pub(crate) use current::{aside, reach};
pub(crate) use director::{Director, Ended, How, Limits, Phase};
pub(crate) use futures::run_to_end;
pub use lock::LockId;
pub(crate) use lock::Look;
#[cfg(test)]
pub(crate) use locks::Acquirer;
pub(crate) use locks::Want;
pub(crate) use meanwhile::Meanwhile;
pub use panic::Panic;
pub(crate) use probe::Question;
pub(crate) use room::Room;
pub(crate) use state::{At, Standing};
pub(crate) use subject::Subject;
