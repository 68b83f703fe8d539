//! The engine of fibers: every thread of the program is a stackful coroutine, and all of them
//! share one OS thread, the carrier.
//!
//! Handing the turn over is a jump from stack to stack: no system call, no lock, no allocation. A
//! fiber lives for as long as its carrier and runs its thread in execution after execution. What
//! blocks the carrier blocks everything; the thread that asked for the executions watches for
//! that, from outside.

mod carrier;
mod heartbeat;
mod pool;
mod run;
mod started_fibers;
mod turn_record;
mod wake_queue;
mod watch;

pub(crate) use watch::run;
