//! The threads of the process that no run controls: what each does, and whether one of them may
//! still do something for the program.
//!
//! These *outside threads* are a server that was started before, a runtime's workers, the test
//! harness, another test. They run freely, beside the turns of the program. Their calls pass
//! through our hooks, which note in the [`Record`] of the thread what it is about to sleep in.
//!
//! # The rule
//!
//! Before each choice a run waits until all outside threads that are *related* to its search are
//! surely asleep or have ended ([`Relation::settle`]). So what they do between two steps of the
//! program has happened when the next step is chosen, however long it takes, and when no thread of
//! the program can go on and they all sleep, that is a deadlock.
//!
//! - A thread is surely asleep if it has said that it goes to sleep and what it waits for has not
//!   come: the word of the futex is what it was, the file is not ready, the thread to join has not
//!   ended. Whoever ends a wait for good does so by changing that, and changes it first. So from
//!   then on the sleeper counts as awake, although it has not moved yet. What the sleeper itself
//!   does about it comes after it has said that it is awake: the call in which it sleeps takes
//!   nothing, neither a lock nor a byte. This is why a thread that works is never called absent,
//!   and needs no look at a clock.
//! - All of them sleep at one moment if all had gone to sleep, and each is seen asleep in the same
//!   sleep later than that.
//! - A thread is related if it is *kin*: started, directly or not, by the thread that asked for the
//!   search, or by one of the search's own; or if it is *connected*: it has woken the program, was
//!   woken by it, or has slept at an address at which the program waits.
//!
//! # Quiet
//!
//! To look at them all before each choice costs system calls, and most related threads sleep for
//! long: a watchdog, a pool. A run is *quiet* ([`Relation::is_quiet`]) if a look has found that all
//! of them sleep, and nothing has *stirred* since that may have changed it. Then it chooses without
//! a look, and may repeat turns of the execution before. What stirs is counted for the whole process:
//!
//! - a thread that wakes up, if a run has found it asleep and now relies on that;
//! - a wake-up by a program at a word at which an outside thread sleeps, and any by an engine's
//!   thread, which runs code of the program as well: before anybody is woken;
//! - a thread that begins, ends, or gets connected.
//!
//! Between two of these no related thread can go on:
//!
//! - One in the kernel's queue for a word does not see the word change. It has to be woken, by a
//!   call. A call of the program stirs, other related threads sleep, and a thread that is not
//!   related is not ordered with the program in any case, no more than time or a signal. When one of
//!   these wakes it, it stirs before it does anything else.
//! - One that has said that it sleeps, and has not come to the kernel's queue yet, would go on if the
//!   program changed its word. So a run is not quiet before the kernel has counted as many waiters
//!   at that word as say that they are there.
//! - Who joins a thread goes on when that has ended, and who pauses when its time is up. That is
//!   nobody's act, and no moment for it is right or wrong: the pause lasts until the sleeper says
//!   that it is over.
//! - A file may become ready by what we do not see, such as a write inside of libc. So a run with a
//!   related thread that waits for a file is never quiet.
//!
//! # What remains
//!
//! - A program that changes the word of a sleeper in one step and wakes it in another leaves it
//!   asleep between them if the run is quiet; at a look, it counts as awake and is woken.
//!
//! - A related thread that runs for ever without any call never sleeps. The run waits for it until
//!   its limit, and then names it ([`Settled::Busy`]): a time-out, not a verdict.
//! - A thread that is not related yet and is awake does not hinder a choice. If it acts for the
//!   program later, that may be too late for the first time: then two executions may differ, which
//!   the search reports as such. Before a deadlock is told, it is given
//!   [a moment](Relation::await_unrelated).
//! - Who sleeps until a given time, or on a file that another process may write to, is asleep, and
//!   the answer says so: only the caller knows whether that may still help the program.

mod connection;
mod kernel;
mod quiet;
mod record;
mod registry;
mod relation;
mod settle;
mod sleep;
mod start;
mod stir;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod unrelated;
mod wake;

pub(crate) use kernel::PollEntry;
pub(crate) use record::Record;
#[cfg(test)]
pub(crate) use registry::current;
pub(crate) use registry::{EngineMark, aside, stay_aside};
pub(crate) use relation::Relation;
pub(crate) use settle::Settled;
#[cfg(test)]
pub(crate) use sleep::after_wait;
pub(crate) use sleep::{
    after_join, after_timed_wait, before_file_wait, before_files_wait, before_join, before_sleep,
    before_wait, is_up_by_itself,
};
pub(crate) use start::StartingThread;
pub(crate) use wake::{
    ModelWaiter, OutsideWake, Registration, before_wake, has_model_waiters, register,
    wake_from_outside, wake_other_runs,
};
