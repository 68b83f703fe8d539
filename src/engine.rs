//! Runs a program one thread at a time, and asks a scheduler at every scheduling point.

#[cfg(all(interlace, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod access;
#[cfg(all(interlace, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod access_begin;
mod acquire;
mod baton;
pub(crate) mod call;
mod call_stacks;
mod call_waits;
mod catch;
mod choice;
mod conclude;
mod controller;
mod core;
pub(crate) mod crash;
mod current;
mod deferred;
mod ending;
mod engine_thread;
mod execution_core;
mod execution_time;
mod external_wakers;
mod fair_locks;
mod fault;
mod fiber;
mod fibers;
mod flag;
mod flight_recorder;
mod futures;
mod instance;
mod known_crashes;
mod left;
mod lessons;
pub(crate) mod lock;
mod lock_probe;
mod lock_question;
#[cfg(any(interlace, test))]
mod lock_site;
mod lock_state;
mod lock_table;
#[cfg(interlace)]
mod lock_words;
#[cfg(any(interlace, test))]
mod loop_sites;
mod not_instrumented;
mod options;
pub(crate) mod outside;
mod points;
mod prelude;
mod process_lock;
mod processor;
mod program;
mod ready_check;
mod real_time;
mod recorded;
mod scheduler;
#[cfg(interlace)]
mod scope_calls;
#[cfg(interlace)]
mod scopes;
#[cfg(test)]
mod spawn;
mod surroundings;
mod thread_clocks;
mod threads;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    panic = "unwind"
))]
mod unwind_past;
mod wait_rules;
mod yield_reason;

#[cfg(all(interlace, any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) use access::{
    access, access_noted, acquire_word, count, end_reading, exchange_failed, is_lock,
    leave_after_end, note, reads_under, touch, waits_for_word,
};
pub(crate) use acquire::acquire;
pub(crate) use call_stacks::{CallStack, Noting};
pub(crate) use catch::keeps_panics;
pub use choice::Engine;
pub(crate) use core::ThreadTable;
pub(crate) use current::{aside, begins_nested, declare, is_to_pause, reach, unseen};
pub(crate) use deferred::Deferred;
pub(crate) use ending::{ExecutionEnd, Phase};
pub(crate) use engine_thread::EngineThread;
pub(crate) use fault::catch_fault;
pub(crate) use fiber::has_own_thread_locals;
pub(crate) use futures::run_to_end;
pub(crate) use instance::ProgramInstance;
pub(crate) use known_crashes::{KnownCrash, KnownCrashes};
pub(crate) use lessons::Lessons;
pub(crate) use lock_probe::LockQuery;
#[cfg(interlace)]
pub(crate) use lock_site::LockSite;
pub use lock_state::LockId;
pub(crate) use lock_state::LockState;
pub(crate) use lock_table::BlockedOn;
#[cfg(interlace)]
pub(crate) use lock_words::LockWord;
pub(crate) use options::EngineOptions;
pub use points::Points;
pub(crate) use points::PointsNote;
pub(crate) use processor::is_machine_busy;
pub(crate) use program::Program;
pub(crate) use recorded::{Begun, began, begin_operation, end_operation, thread_name};
pub(crate) use scheduler::{ExecutionResult, Scheduler};
#[cfg(all(interlace, any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) use scope_calls::{await_scope, begin_scope, change_scope, parks};
#[cfg(interlace)]
pub(crate) use scopes::ScopePlaces;
#[cfg(test)]
pub(crate) use spawn::{join, spawn};
pub use wait_rules::Timeouts;
pub(crate) use wait_rules::WaitRules;
