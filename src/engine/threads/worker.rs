//! An OS thread that runs one thread of the program.

use std::sync::Arc;
use std::thread;

use super::raw_thread::RawThread;
use super::start::start_raw;
use super::team::{Team, ThreadHandle};
use super::worker_slot::WorkerSlot;
use crate::engine::baton::Grant;
use crate::engine::catch::{Caught, catch};
use crate::engine::controller::NewThread;
use crate::engine::current;
#[cfg(interlace)]
use crate::engine::fiber::OwnUse;
use crate::engine::fiber::{exit_thread, fix_hash_keys, renew_hash_keys};
use crate::engine::points::ARE_CALLS_SEEN;
use crate::error::Error;
use crate::memory::Owner;
use crate::operation::ThreadId;

/// Runs a declared thread, in execution after execution.
pub(super) fn work(team: &Arc<Team>, thread: ThreadId) {
    under_team(team, thread, |slot| {
        while slot.baton.wait() == Grant::Resume && run_declared(team, thread) {}
    });
}

/// Starts an OS thread for a thread that the program starts. It runs the body when it gets its first
/// turn, or drops it if it is told to unwind. A body with a prelude runs at once, and waits for that
/// turn itself.
///
/// # Errors
///
/// If the operating system does not start a thread.
pub(super) fn start_one(
    team: &Arc<Team>,
    thread: ThreadId,
    name: &str,
    new: NewThread<'_>,
) -> Result<RawThread, Error> {
    let mate = Arc::clone(team);
    let NewThread {
        stack_size,
        has_prelude,
        body,
        ..
    } = new;
    start_raw(team, name, stack_size, move || {
        under_team(&mate, thread, |slot| {
            let result = if has_prelude || slot.baton.wait() == Grant::Resume {
                run(body)
            } else {
                catch(|| drop(body)).and(Err(Caught::Unwound))
            };
            finish(&mate, thread, result);
        });
    })
}

/// Runs `life` on a thread that the team controls.
fn under_team(team: &Arc<Team>, thread: ThreadId, life: impl FnOnce(&WorkerSlot)) {
    let slot = team.slots.of(thread);
    let handle = ThreadHandle {
        team: Arc::clone(team),
        thread,
        slot: Arc::clone(&slot),
    };
    current::under(Box::new(handle), || {
        // What an execution leaves in thread-locals is put back.
        #[cfg(interlace)]
        let _own = OwnUse::begin();
        life(&slot);
    });
}

/// Runs the thread in one execution; false if the team has been left behind.
fn run_declared(team: &Team, thread: ThreadId) -> bool {
    let Some(instance) = team.shared.lock().instance.clone() else {
        return false;
    };
    forget_unparking();
    // As on a new thread, so that the order of a `HashMap` is the same in every execution.
    match (cfg!(interlace), ARE_CALLS_SEEN) {
        (true, _) => {}
        (false, true) => renew_hash_keys(),
        (false, false) => fix_hash_keys(),
    }
    // Moved into the closure: the conductor, which drops the state, must be the last to hold it.
    let owner = Owner::declared(thread.index());
    let owner = team.surroundings.process_lock.owner(owner);
    let result = run(move || owner.run(|| instance.run_thread(thread)));
    finish(team, thread, result)
}

fn run(body: impl FnOnce()) -> Result<(), Caught> {
    current::controlled(|| {
        let result = catch(body);
        if cfg!(interlace) {
            Owner::last_run(|| exit_thread(result.is_err()));
        }
        result
    })
}

/// Takes back the token that [`Thread::unpark`](std::thread::Thread::unpark) may have left in an earlier
/// execution, even after this thread had ended there. With the token there, `park` does not wait.
fn forget_unparking() {
    thread::current().unpark();
    thread::park();
}

/// Records the end of a thread; false if the team has been left behind.
fn finish(team: &Team, thread: ThreadId, result: Result<(), Caught>) -> bool {
    let violated = result.is_ok().then(|| team.violated()).flatten();
    team.finish(thread, result, violated)
}
