//! The life of a thread that runs one thread of the program, in execution after execution.

use std::sync::Arc;

use super::team::{Team, ThreadHandle, WorkerSlot};
use crate::engine::baton::Grant;
use crate::engine::catch::catch;
use crate::engine::conclude::check_invariants;
use crate::engine::current;
use crate::operation::ThreadId;

pub(super) fn work(team: &Arc<Team>, thread: ThreadId) {
    let place = ThreadHandle {
        team: Arc::clone(team),
        thread,
    };
    let slot = &team.slots[thread.index()];
    let _can_be_held = slot.hold.admit();
    current::under(Box::new(place), || {
        while slot.baton.wait() == Grant::Resume && run_thread(team, slot, thread) {}
    });
}

/// Runs the thread in one execution; false if the team has been left behind.
fn run_thread(team: &Team, slot: &WorkerSlot, thread: ThreadId) -> bool {
    let Some(room) = team.shared.lock().room.clone() else {
        return false;
    };
    slot.set_user_code(true);
    let result = current::controlled(|| catch(|| room.run_thread(thread)));
    slot.set_user_code(false);
    let observes = result.is_ok() && team.program.has_invariants();
    let violated = if observes {
        check_invariants(&*team.program, &*room)
    } else {
        None
    };
    // The conductor drops the state: it must be the last to hold it.
    drop(room);
    team.finish(thread, result, violated)
}
