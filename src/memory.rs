//! What makes two executions of one schedule the same: the memory of a program's threads comes from
//! arenas, and what an execution writes to memory that was there before is put back after it.
//!
//! Only in instrumented builds, since nobody else sees what is written. One execution of the process at
//! a time has this: whoever has [the lock of the process](crate::engine).
//!
//! A thread of the program has its arena while it runs the program's code. What this library does on
//! that thread it does [outside]: it keeps what it allocates, and puts nothing back.

#![cfg_attr(interlace, allow(unsafe_code))]

#[cfg(any(interlace, test))]
#[allow(unsafe_code)]
mod arena;
#[cfg(any(interlace, test))]
mod size_class;
#[cfg(any(interlace, test))]
#[allow(unsafe_code)]
mod undo_log;

#[cfg(interlace)]
mod allocator;
#[cfg(interlace)]
mod current;
#[cfg(interlace)]
mod execution;
#[cfg(interlace)]
mod heap_log;
#[cfg(interlace)]
mod modules;
#[cfg(interlace)]
mod owner;
#[cfg(interlace)]
mod races;
#[cfg(interlace)]
mod reserved;
#[cfg(interlace)]
mod span;
#[cfg(interlace)]
mod thread;
#[cfg(interlace)]
mod writes;

#[cfg(interlace)]
pub(crate) use current::{come_back, outside, step_aside, step_out};
#[cfg(interlace)]
pub(crate) use execution::{begin_execution, end_execution, leave_execution};
#[cfg(interlace)]
pub(crate) use owner::Owner;
#[cfg(interlace)]
pub(crate) use races::{
    Done, accessed, accessed_atomically, acquired, allocated, fenced, first_race, freed, has_race,
    heard_from_outside, joined, look_for_races, released, silence, updated, wakes,
};
#[cfg(interlace)]
pub(crate) use writes::{forget, has_notes, keeps, made, written};

#[cfg(not(interlace))]
mod absent;
#[cfg(not(interlace))]
pub(crate) use absent::*;
