//! The conductor of a team: it makes the state, starts the threads, waits for the world outside when
//! nobody can go on, unwinds the threads of an execution that is over, and checks the state.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::team::Team;
use crate::engine::baton::Grant;
use crate::engine::conclude::{catch_panic, conclude, drop_state, panicked_in};
use crate::engine::external_wakers::{Pace, SETTLE, WakeStatus};
use crate::engine::fiber::fix_hash_keys;
use crate::engine::{ExecutionEnd, Phase, ProgramInstance, current, flight_recorder};
use crate::failure::Hook;
use crate::memory::Owner;
use crate::operation::{ThreadId, ThreadState};

/// Runs executions until there are no more, or the team has been left behind.
pub(super) fn conduct(team: &Arc<Team>) {
    current::enter_executions();
    let recorder = team.shared.lock().core.state.recorder();
    flight_recorder::set_own(Some(recorder));
    loop {
        let lock = &team.surroundings.process_lock;
        lock.begin_execution();
        lock.look_for_races(team.shared.lock().core.options.data_races);
        recorder.enter(Phase::SetUp);
        if !cfg!(interlace) {
            fix_hash_keys();
        }
        let result = execute(team);
        let mut shared = team.shared.lock();
        if shared.core.scheduler.is_some() {
            team.surroundings.process_lock.end_execution();
        }
        let Some((end, outcome)) = result else {
            shared.is_stuck = true;
            drop(shared);
            team.news.notify_one();
            return;
        };
        if !shared.core.end(&end, outcome.as_deref()) {
            return;
        }
        if shared.core.left() > 0 {
            // They were left over, so the execution has ended all the same.
            shared.is_told = true;
            shared.is_stuck = true;
            drop(shared);
            team.news.notify_one();
            return;
        }
        if team.is_for_one || !shared.core.begin() {
            shared.is_done = true;
            break;
        }
    }
    team.news.notify_one();
    for slot in team.slots.all() {
        slot.baton.give(Grant::Unwind);
    }
}

/// Runs one execution; `None` if threads are left that can never go on.
fn execute(team: &Team) -> Option<(ExecutionEnd, Option<String>)> {
    let mut instance: Arc<dyn ProgramInstance> = Arc::clone(&team.program).instance().into();
    let empty = Arc::get_mut(&mut instance).expect("it has not been shared yet");
    let hooks = team.surroundings.process_lock.owner(Owner::HOOKS);
    if let Err(panic) = catch_panic(|| hooks.run(|| empty.init())) {
        return Some((panicked_in(Hook::SetUp, panic), None));
    }
    let enter = |phase| team.shared.lock().core.enter(phase);
    let (end, outcome) = match run_threads(team, &instance)? {
        ExecutionEnd::Held => conclude(&*team.program, &*instance, hooks, enter),
        end => (end, None),
    };
    enter(Phase::DropState);
    let dropping = || {
        if let Some(own) = Arc::get_mut(&mut instance) {
            hooks.run(|| own.drop_state());
        }
        // The block that it lies in is none of the program's.
        drop(instance);
    };
    let end = drop_state(dropping, end);
    Some((end, outcome))
}

/// Runs the threads until each has ended; `None` if some never can that use the state.
fn run_threads(team: &Team, instance: &Arc<dyn ProgramInstance>) -> Option<ExecutionEnd> {
    let mut shared = team.shared.lock();
    shared.core.enter(Phase::Threads);
    shared.instance = Some(Arc::clone(instance));
    team.settle(&mut shared);
    let first = shared.core.turn();
    drop(shared);
    team.give(first);
    while team.conductor_baton.wait() == Grant::Resume && !is_over(team) {
        team.decide();
    }

    let mut shared = team.shared.lock();
    shared.instance = None;
    let (end, has_unended) = (shared.core.ending(), shared.core.has_unended());
    if has_unended {
        shared.core.enter(Phase::Unwinding);
    }
    drop(shared);
    if !has_unended || unwind_threads(team) {
        team.join_started();
    } else if !end.is_held() {
        return None;
    }
    Some(end)
}

/// Whether the threads' part is over. When no thread can go on, something outside may still change
/// that.
fn is_over(team: &Team) -> bool {
    let (mut heard, mut pace) = (None, Pace::new());
    loop {
        let mut shared = team.shared.lock();
        if shared.core.is_stuck() {
            team.settle(&mut shared);
            team.wait_for_sleep(&mut shared);
        }
        if !shared.core.is_over() {
            return false;
        }
        let is_settled = heard.is_some_and(|since: Instant| since.elapsed() >= SETTLE);
        match shared.core.news(is_settled, || false) {
            WakeStatus::Woken => return false,
            WakeStatus::Nothing if shared.core.is_stuck() => {
                drop(shared);
                if team.surroundings.await_others() {
                    continue;
                }
                return true;
            }
            WakeStatus::Nothing => return true,
            WakeStatus::Wait => {}
        }
        if shared.core.has_heard() {
            heard.get_or_insert_with(Instant::now);
        }
        if shared.core.scheduler.is_none() {
            return true;
        }
        drop(shared);
        if !team.surroundings.process_lock.let_interrupted_go() {
            thread::park_timeout(pace.next());
        }
    }
}

/// Unwinds the threads that are left, one at a time; false if some can neither go on nor unwind.
fn unwind_threads(team: &Team) -> bool {
    loop {
        let mut shared = team.shared.lock();
        if shared.core.scheduler.is_none() {
            return false;
        }
        let Some((thread, grant)) = shared.core.next_to_unwind(None) else {
            return shared.core.left() == 0;
        };
        drop(shared);
        team.slots.of(thread).baton.give(grant);
        wait_for(team, thread);
    }
}

/// Waits until `thread`, which unwinds, has ended or waits.
fn wait_for(team: &Team, thread: ThreadId) {
    loop {
        let shared = team.shared.lock();
        let is_running = shared.core.state.state(thread) == ThreadState::Running;
        if !is_running || shared.core.scheduler.is_none() {
            return;
        }
        drop(shared);
        thread::park();
    }
}
