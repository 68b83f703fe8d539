//! The engine of operating-system threads: a team, pinned to one processor, that hands the turn
//! directly from thread to thread.
//!
//! A team has one thread for each thread of the program, and a conductor, which makes the state,
//! starts the first thread, and checks the state when the last has ended. The calling thread waits
//! outside of the team and watches the clock. When an execution takes too long it leaves the team
//! behind, since a thread cannot be killed, and goes on with a new one. On Linux it also checks
//! whether the thread that has the turn waits in the kernel for something that a paused thread
//! holds. If so, it holds the thread there, and the conductor decides whose turn comes next.

mod beat;
mod blocked;
mod conductor;
#[cfg_attr(
    not(all(
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    path = "threads/unsupported.rs"
)]
mod kernel;
mod lookout;
mod others;
mod settle;
mod sleep;
mod stand_in;
mod start;
mod team;
mod watch;
mod worker;
mod worker_slot;

pub(crate) use watch::run;
