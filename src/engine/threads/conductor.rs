//! The life of the conductor: makes the state, starts the threads, checks what they left.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::team::Team;
use crate::engine::baton::Word;
use crate::engine::conclude::{catch_panic, conclude, drop_state};
use crate::engine::{Director, How, Phase, SharedState, current};
use crate::search::ThreadId;

/// How long one thread may unwind before the next is unwound beside it. Threads unwind one after
/// the other; but one may wait, in a destructor, for a lock that the next holds.
const GRACE: Duration = Duration::from_millis(20);

/// Runs executions until there are no more, or the team has been left behind.
pub(super) fn conduct<D: Director>(team: &Arc<Team<D>>) {
    team.processor.pin_current_thread();
    loop {
        let (how, outcome) = current::keeping_panics(|| execute(team));
        let mut desk = team.desk.lock();
        if !desk.table.end(how, outcome) {
            return;
        }
        if !desk.table.begin() {
            desk.is_done = true;
            break;
        }
        desk.since = Instant::now();
    }
    team.news.notify_one();
    for seat in &team.seats {
        seat.give(Word::Stop);
    }
}

fn execute<D: Director>(team: &Team<D>) -> (How, Option<String>) {
    let state = match catch_panic(|| team.subject.set_up()) {
        Ok(state) => Arc::new(state),
        Err(panic) => return (How::PanickedIn(Phase::SetUp, panic), None),
    };
    let enter = |phase| team.desk.lock().table.phase = phase;
    let (how, outcome) = match run_threads(team, &state) {
        How::Held => conclude(&*team.subject, &state, enter),
        how => (how, None),
    };
    enter(Phase::DropState);
    (drop_state(state, how), outcome)
}

/// Lets the threads run, until each has ended.
fn run_threads<D: Director>(team: &Team<D>, state: &Arc<SharedState>) -> How {
    let mut desk = team.desk.lock();
    desk.table.phase = Phase::Threads;
    desk.shared = Some(Arc::clone(state));
    let first = desk.table.turn();
    drop(desk);
    team.give(first);
    team.podium.wait();

    let mut desk = team.desk.lock();
    desk.shared = None;
    let how = desk.table.how();
    if how != How::Held {
        desk.table.phase = Phase::Unwinding;
        drop(desk);
        unwind_threads(team);
    }
    how
}

/// Unwinds the threads that are left, in the order in which they were added.
fn unwind_threads<D: Director>(team: &Team<D>) {
    let threads = || (0..team.seats.len()).map(ThreadId::new);
    for thread in threads() {
        if team.desk.lock().table.state.is_live(thread) {
            team.seats[thread.index()].give(Word::Stop);
            wait_for_end(team, thread, Some(GRACE));
        }
    }
    for thread in threads() {
        wait_for_end(team, thread, None);
    }
}

fn wait_for_end<D: Director>(team: &Team<D>, thread: ThreadId, patience: Option<Duration>) {
    let since = Instant::now();
    loop {
        let desk = team.desk.lock();
        if !desk.table.state.is_live(thread) || desk.table.director.is_none() {
            return;
        }
        drop(desk);
        match patience.map(|patience| patience.saturating_sub(since.elapsed())) {
            Some(Duration::ZERO) => return,
            Some(left) => thread::park_timeout(left),
            None => thread::park(),
        }
    }
}
