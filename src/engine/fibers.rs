//! The engine of fibers: every thread of the program is a stackful coroutine, and all of them
//! share one OS thread, the carrier.
//!
//! Handing the turn over is a jump from stack to stack: no system call, no lock, no allocation. A
//! fiber lives for as long as its carrier and runs its thread in execution after execution. A
//! wait that goes through a hook is a turn that ends. What blocks the carrier otherwise blocks
//! everything; the thread that asked for the executions watches for that, from outside.

mod carrier;
mod heartbeat;
mod on_fiber;
mod pool;
mod run;
mod started_fibers;
mod turn_record;
mod wake_queue;
mod watch;

pub(crate) use watch::run;
