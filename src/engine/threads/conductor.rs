//! The conductor of a team: it makes the state, starts the threads, takes decisions when a thread
//! has blocked, and checks the state at the end.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::others::{Awake, is_running, others};
use super::team::{Team, TeamShared};
use crate::engine::baton::Grant;
use crate::engine::conclude::{catch_panic, conclude, drop_state, panicked_in};
use crate::engine::external_wakers::{self, SETTLE, WakeStatus};
use crate::engine::{ExecutionEnd, Phase, ProgramInstance};
use crate::failure::Hook;
use crate::operation::ThreadId;

/// How long one thread may unwind alone before the next one unwinds, too: it may wait, in a
/// destructor, for a lock that the next holds.
const GRACE: Duration = Duration::from_millis(20);

/// How often to check whether a thread that waits in the kernel could go on, when no other can.
const LOOK: Duration = Duration::from_micros(500);

/// Runs executions until there are no more, or the team has been left behind.
pub(super) fn conduct(team: &Arc<Team>) {
    loop {
        let result = execute(team);
        let mut shared = team.shared.lock();
        let Some((end, outcome)) = result else {
            shared.is_stuck = true;
            drop(shared);
            team.news.notify_one();
            return;
        };
        if !shared.core.end(&end, outcome.as_deref()) {
            return;
        }
        // A search may have to wait for other workers before it has something to run.
        team.beat.set_idle(true);
        if team.is_for_one || !shared.core.begin() {
            shared.is_done = true;
            break;
        }
        team.beat.set_idle(false);
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
    if let Err(panic) = catch_panic(|| empty.init()) {
        return Some((panicked_in(Hook::SetUp, panic), None));
    }
    team.beat.beat();
    let enter = |phase| {
        team.beat.beat();
        team.shared.lock().core.phase = phase;
    };
    let (end, outcome) = match run_threads(team, &instance)? {
        ExecutionEnd::Held => conclude(&*team.program, &*instance, enter),
        end => (end, None),
    };
    enter(Phase::DropState);
    let end = drop_state(|| drop(instance), end);
    team.beat.beat();
    Some((end, outcome))
}

/// Runs the threads until each has ended; `None` if some never can.
fn run_threads(team: &Team, instance: &Arc<dyn ProgramInstance>) -> Option<ExecutionEnd> {
    let mut shared = team.shared.lock();
    shared.core.phase = Phase::Threads;
    shared.instance = Some(Arc::clone(instance));
    let first = shared.core.turn();
    drop(shared);
    team.give(first);
    while team.conductor_baton.wait() == Grant::Resume && !is_over(team) {
        team.decide();
    }

    let mut shared = team.shared.lock();
    shared.instance = None;
    let end = shared.core.ending();
    if end.is_held() {
        shared.blocked.clear();
        drop(shared);
    } else {
        shared.core.phase = Phase::Unwinding;
        drop(shared);
        let have_ended = unwind_threads(team);
        team.shared.lock().blocked.clear();
        if !have_ended {
            return None;
        }
    }
    team.join_started();
    Some(end)
}

/// Whether the threads' part is over. When no thread can go on, something else may still change
/// that: something outside may wake a task, if that is expected. And if threads wait in the kernel,
/// threads that the program has started have until the time-out to act, and unrelated threads a
/// moment.
fn is_over(team: &Team) -> bool {
    let since = Instant::now();
    let mut heard = None;
    loop {
        let mut shared = team.shared.lock();
        if !shared.core.is_over() {
            return false;
        }
        let is_settled = heard.is_some_and(|since: Instant| since.elapsed() >= SETTLE);
        let news = shared.core.news(is_settled, || false);
        if news == WakeStatus::Woken {
            return false;
        }
        if shared.core.has_heard() {
            heard.get_or_insert_with(Instant::now);
        }
        let is_left_behind = shared.core.scheduler.is_none();
        let is_blocked = shared.core.is_stuck() && !shared.blocked.is_empty();
        drop(shared);
        let is_wait = news == WakeStatus::Wait;
        if is_left_behind || !(is_wait || is_blocked) {
            return true;
        }
        if !is_blocked {
            thread::park_timeout(external_wakers::LOOK);
            continue;
        }
        let others = others(&team.processor);
        // Only after looking at the others: one of them may have acted before it went to sleep.
        let mut shared = team.shared.lock();
        shared.hear();
        if shared.core.revive() {
            return false;
        }
        drop(shared);
        match others {
            Awake::Nobody if !is_wait => return true,
            Awake::Unrelated if !is_wait && since.elapsed() >= GRACE => return true,
            _ => thread::sleep(LOOK),
        }
    }
}

/// Unwinds the threads that are left, in the order in which they were added; false if some wait in
/// the kernel for ever.
///
/// Paused threads come first. That frees what they hold, so that threads that wait for it go on to
/// their next marker, and unwind there. Calls that still sleep end with an error.
fn unwind_threads(team: &Team) -> bool {
    let slots = team.slots.all();
    let threads = || (0..slots.len()).map(ThreadId::new);
    for thread in threads() {
        if is_paused(team, thread) {
            slots[thread.index()].baton.give(Grant::Unwind);
            wait_for_end(team, thread, Some(GRACE));
        }
    }
    loop {
        while let Some(thread) = next_released(team) {
            slots[thread.index()].hold.release();
            wait_for_end(team, thread, Some(GRACE));
        }
        let Some(thread) = next_in_call(team) else {
            break;
        };
        let hold = &slots[thread.index()].hold;
        hold.fail();
        wait_for_end(team, thread, Some(GRACE));
        while team.shared.lock().core.state.is_live(thread) {
            if !hold.kernel_id().is_some_and(is_running) {
                // It sleeps again, perhaps for ever.
                return false;
            }
            wait_for_end(team, thread, Some(GRACE));
        }
    }
    if slots.iter().any(|slot| slot.hold.is_held()) {
        return false;
    }
    for thread in threads() {
        wait_for_end(team, thread, None);
    }
    true
}

fn is_paused(team: &Team, thread: ThreadId) -> bool {
    let shared = team.shared.lock();
    shared.core.state.is_live(thread) && !team.slots.of(thread).hold.is_held()
}

/// The next thread to go on of those that wait in the kernel.
fn next_released(team: &Team) -> Option<ThreadId> {
    let mut shared = team.shared.lock();
    let TeamShared { blocked, core, .. } = &mut *shared;
    if blocked.is_empty() || core.scheduler.is_none() {
        return None;
    }
    let thread = blocked.released(&mut core.state)?;
    core.state.let_go(thread);
    Some(thread)
}

/// The next thread whose call is to fail, of those that sleep in one.
fn next_in_call(team: &Team) -> Option<ThreadId> {
    let mut shared = team.shared.lock();
    let TeamShared { blocked, core, .. } = &mut *shared;
    core.scheduler.as_ref()?;
    let thread = blocked.in_call(&core.state)?;
    core.state.let_go(thread);
    Some(thread)
}

fn wait_for_end(team: &Team, thread: ThreadId, patience: Option<Duration>) {
    let since = Instant::now();
    loop {
        let shared = team.shared.lock();
        if !shared.core.state.is_live(thread) || shared.core.scheduler.is_none() {
            return;
        }
        drop(shared);
        match patience.map(|patience| patience.saturating_sub(since.elapsed())) {
            Some(Duration::ZERO) => return,
            Some(left) => thread::park_timeout(left),
            None => thread::park(),
        }
    }
}
