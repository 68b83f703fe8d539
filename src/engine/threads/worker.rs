//! The life of a thread that runs one thread of the program, in execution after execution.

use std::sync::Arc;

use super::team::Team;
use crate::engine::baton::Word;
use crate::engine::{Director, Subject, catch, current};
use crate::search::ThreadId;

pub(super) fn work<S: Subject, D: Director>(team: &Arc<Team<S, D>>, thread: ThreadId) {
    team.processor.pin_current_thread();
    current::sit(Arc::clone(team) as _, thread);
    while team.seats[thread.index()].wait() == Word::Go {
        // The state is gone only when the team has been left behind.
        let Some(state) = team.table.lock().shared.clone() else {
            break;
        };
        let result = current::controlled(|| catch::catch(|| team.subject.perform(thread, &state)));
        let observes = result.is_ok() && team.subject.has_invariants();
        let violated = if observes { team.observe(&state) } else { None };
        // The conductor drops the state: it must be the last to hold it.
        drop(state);
        team.finish(thread, result, violated);
        if team.table.lock().director.is_none() {
            break;
        }
    }
    current::stand_up();
}
