//! The engine of operating-system threads: a team, pinned to one processor, that hands the turn
//! directly from thread to thread.
//!
//! A team has one thread for each thread of the program, and a conductor, which makes the state,
//! starts the first thread, and checks the state when the last has ended. The calling thread waits
//! outside of the team and watches the time. When an execution takes too long it leaves the team
//! behind, since a thread cannot be killed, and goes on with a new one.

mod conductor;
#[cfg_attr(not(unix), path = "threads/std_thread.rs")]
mod raw_thread;
mod start;
mod team;
mod watch;
mod worker;
mod worker_slot;

pub(super) use raw_thread::RawThread;
pub(crate) use watch::run;
