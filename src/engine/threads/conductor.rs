//! The life of the conductor: makes the state, starts the threads, checks what they left.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::team::Team;
use crate::engine::baton::Word;
use crate::engine::catch::{self, Caught};
use crate::engine::panic::Panic;
use crate::engine::{Director, How, Phase, Subject};
use crate::search::ThreadId;

/// How long one thread may unwind before the next is unwound beside it. Threads unwind one after
/// the other; but one may wait, in a destructor, for a lock that the next holds.
const GRACE: Duration = Duration::from_millis(20);

/// Runs executions until there are no more, or the team has been left behind.
pub(super) fn conduct<S: Subject, D: Director>(team: &Arc<Team<S, D>>) {
    team.processor.pin_current_thread();
    loop {
        let (how, outcome) = execute(team);
        let mut table = team.table.lock();
        if !table.end(how, outcome) {
            return;
        }
        if !table.begin() {
            table.is_done = true;
            break;
        }
    }
    team.news.notify_one();
    for seat in &team.seats {
        seat.give(Word::Stop);
    }
}

fn execute<S: Subject, D: Director>(team: &Team<S, D>) -> (How, Option<String>) {
    let state = match catch(|| team.subject.set_up()) {
        Ok(state) => Arc::new(state),
        Err(panic) => return (How::PanickedIn(Phase::SetUp, panic), None),
    };
    let (how, outcome) = match run_threads(team, &state) {
        How::Held => conclude(team, &state),
        how => (how, None),
    };
    team.table.lock().phase = Phase::DropState;
    match catch(|| drop(state)) {
        Err(panic) if how == How::Held => (How::PanickedIn(Phase::DropState, panic), outcome),
        _ => (how, outcome),
    }
}

/// Lets the threads run, until each has ended.
fn run_threads<S: Subject, D: Director>(team: &Team<S, D>, state: &Arc<S::State>) -> How {
    let mut table = team.table.lock();
    table.phase = Phase::Threads;
    table.shared = Some(Arc::clone(state));
    team.pass_turn(table, None);
    team.podium.wait();

    let mut table = team.table.lock();
    table.shared = None;
    // The execution is not over if the team has been left behind; then nobody asks how it ended.
    let how = table.over.clone().unwrap_or(How::Stopped);
    if how != How::Held {
        table.phase = Phase::Unwinding;
        drop(table);
        unwind_threads(team);
    }
    how
}

/// Unwinds the threads that are left, in the order in which they were added.
fn unwind_threads<S: Subject, D: Director>(team: &Team<S, D>) {
    let threads = || (0..team.seats.len()).map(ThreadId::new);
    for thread in threads() {
        if team.table.lock().state.is_live(thread) {
            team.seats[thread.index()].give(Word::Stop);
            wait_for_end(team, thread, Some(GRACE));
        }
    }
    for thread in threads() {
        wait_for_end(team, thread, None);
    }
}

fn wait_for_end<S: Subject, D: Director>(
    team: &Team<S, D>,
    thread: ThreadId,
    patience: Option<Duration>,
) {
    let since = Instant::now();
    loop {
        let table = team.table.lock();
        if !table.state.is_live(thread) || table.director.is_none() {
            return;
        }
        drop(table);
        match patience.map(|patience| patience.saturating_sub(since.elapsed())) {
            Some(Duration::ZERO) => return,
            Some(left) => thread::park_timeout(left),
            None => thread::park(),
        }
    }
}

/// Describes and checks the state that the threads left.
fn conclude<S: Subject, D: Director>(team: &Team<S, D>, state: &S::State) -> (How, Option<String>) {
    team.table.lock().phase = Phase::Outcome;
    let outcome = match catch(|| team.subject.outcome(state)) {
        Ok(outcome) => outcome,
        Err(panic) => return (How::PanickedIn(Phase::Outcome, panic), None),
    };
    team.table.lock().phase = Phase::Check;
    match catch(|| team.subject.check(state)) {
        Ok(()) => (How::Held, outcome),
        Err(panic) => (How::CheckFailed(panic), outcome),
    }
}

/// Runs the user's code on the conductor, where nothing unwinds but panics.
fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    catch::catch(body).map_err(|caught| match caught {
        Caught::Panic(panic) => panic,
        Caught::Unwound => unreachable!("the engine unwinds no conductor"),
    })
}
