//! The life of a thread that runs one thread of the program, in execution after execution.

use std::sync::Arc;

use super::team::{Place, Seat, Team};
use crate::engine::baton::Word;
use crate::engine::catch::catch;
use crate::engine::conclude::observe;
use crate::engine::current;
use crate::engine::own::Own;
use crate::search::ThreadId;

pub(super) fn work(team: &Arc<Team>, thread: ThreadId) {
    team.processor.pin_current_thread();
    let place = Place {
        team: Arc::clone(team),
        thread,
    };
    let seat = &team.seats[thread.index()];
    let _own = Own::begin();
    let _can_be_held = seat.hold.admit();
    current::under(Box::new(place), || {
        while seat.baton.wait() == Word::Go && perform(team, seat, thread) {}
    });
}

/// Runs the thread in one execution; false if the team has been left behind.
fn perform(team: &Team, seat: &Seat, thread: ThreadId) -> bool {
    let Some(room) = team.desk.lock().room.clone() else {
        return false;
    };
    seat.set_user_code(true);
    let result = current::controlled(|| catch(|| room.perform(thread)));
    seat.set_user_code(false);
    let observes = result.is_ok() && team.subject.has_invariants();
    let violated = if observes { observe(&*room) } else { None };
    // The conductor drops the state: it must be the last to hold it.
    drop(room);
    team.finish(thread, result, violated)
}
