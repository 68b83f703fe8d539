//! The thread that asked for the executions: it assembles a team and watches the clock.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::start::start;
use super::team::{Team, TeamShared};
use super::{conductor, worker};
use crate::engine::baton::Grant;
use crate::engine::engine_thread::EngineThread;
use crate::engine::execution_time::ExecutionTime;
use crate::engine::fault::catch_fault;
use crate::engine::lock::MutexGuard;
use crate::engine::surroundings::Surroundings;
use crate::engine::{Deferred, EngineOptions, Program, Scheduler};
use crate::engine::{crash, fair_locks, left};
use crate::error::Error;
use crate::operation::ThreadId;

/// Runs executions of `program` until `scheduler` begins no more, and returns the scheduler.
///
/// # Errors
///
/// If the operating system does not start a thread, or this library has a fault. The scheduler is
/// lost then.
pub(crate) fn run(
    program: &Arc<dyn Program>,
    scheduler: Box<dyn Scheduler>,
    options: EngineOptions,
    mut meanwhile: Deferred<'_>,
) -> Result<Box<dyn Scheduler>, Error> {
    fair_locks::prepare();
    let _own = EngineThread::begin();
    let surroundings = Surroundings::new(options.is_nested, program.is_noticed());
    let ended = run_teams(program, scheduler, &surroundings, options, &mut meanwhile);
    surroundings.process_lock.end();
    ended
}

/// Runs the executions on one team after another: on the first, unless it is left behind.
fn run_teams(
    program: &Arc<dyn Program>,
    mut scheduler: Box<dyn Scheduler>,
    surroundings: &Arc<Surroundings>,
    options: EngineOptions,
    meanwhile: &mut Deferred<'_>,
) -> Result<Box<dyn Scheduler>, Error> {
    while scheduler.new_execution().is_some() {
        left::check()?;
        let team = Arc::new(Team::new(program, scheduler, surroundings, options));
        let threads = assemble(&team)?;
        let watched = catch_fault(|| watch(&team, options.timeout, meanwhile));
        match watched.inspect_err(|_| drop(abandon(&team, team.shared.lock())))? {
            Watched::Done(back) => {
                for thread in threads {
                    // It has reported its own faults.
                    let _ = thread.join();
                }
                if !options.fresh_threads {
                    return Ok(back);
                }
                scheduler = back;
            }
            // Its threads are not joined, but detached when `threads` is dropped.
            Watched::LeftBehind(back) => scheduler = back,
        }
    }
    Ok(scheduler)
}

fn assemble(team: &Arc<Team>) -> Result<Vec<JoinHandle<()>>, Error> {
    let mut threads = Vec::with_capacity(team.program.threads().len() + 1);
    for (index, name) in team.program.threads().iter().enumerate() {
        let mate = Arc::clone(team);
        threads.push(start(team, name, move || {
            worker::work(&mate, ThreadId::new(index));
        })?);
    }
    let mate = Arc::clone(team);
    let conductor = start(team, "interlace", move || {
        mate.conductor.get_or_init(std::thread::current);
        conductor::conduct(&mate);
    })?;
    threads.push(conductor);
    Ok(threads)
}

enum Watched {
    Done(Box<dyn Scheduler>),
    /// An execution has taken too long, or threads are left that can never go on.
    LeftBehind(Box<dyn Scheduler>),
}

/// Waits until the conductor is done or gives up, or an execution has taken too long.
///
/// # Errors
///
/// If this library has a fault, on whichever thread.
fn watch(team: &Team, timeout: Duration, meanwhile: &mut Deferred<'_>) -> Result<Watched, Error> {
    let mut time = ExecutionTime::new(timeout, &team.clocks, 0);
    let mut shared = team.shared.lock();
    while !shared.is_done {
        if let Some(fault) = shared.fault.take() {
            return Err(fault);
        }
        let mut is_late = time.is_up(shared.core.number);
        if team.surroundings.process_lock.is_awaited() {
            time.begin_anew();
            is_late = false;
        }
        if is_late && shared.core.give_up() {
            // The conductor unwinds the threads, and gets as long again for that.
            time.begin_anew();
            team.wake_conductor();
            continue;
        }
        if is_late || shared.is_stuck {
            return Ok(Watched::LeftBehind(leave_behind(team, shared)));
        }
        if meanwhile.is_due(&team.clocks) {
            MutexGuard::unlocked(&mut shared, || meanwhile.run());
            continue;
        }
        let due = meanwhile.due().into_iter();
        let next = due.fold(time.next_look(), Instant::min);
        team.news.wait_until(&mut shared, next);
        crash::look_up_if_wanted();
    }
    let scheduler = shared.core.scheduler.take();
    Ok(Watched::Done(scheduler.expect("only this thread takes it")))
}

/// Ends the execution from outside. Paused threads unwind; a running one unwinds at its next
/// marker, if it ever reaches one.
fn leave_behind(team: &Team, mut shared: MutexGuard<'_, TeamShared>) -> Box<dyn Scheduler> {
    let end = match &shared.core.over {
        // The failure was known, and a thread did not come back from unwinding.
        Some(end) if !end.is_held() => end.clone(),
        _ => shared.core.timed_out(),
    };
    if !shared.is_told {
        shared.core.end(&end, None);
    }
    abandon(team, shared).expect("only this thread takes the scheduler")
}

/// Leaves a team behind, and lets its threads unwind.
fn abandon(team: &Team, mut shared: MutexGuard<'_, TeamShared>) -> Option<Box<dyn Scheduler>> {
    let scheduler = shared.core.scheduler.take();
    if shared.is_stuck {
        team.surroundings.process_lock.end_execution();
    } else {
        team.surroundings.process_lock.leave_execution();
    }
    let left = shared.core.left();
    drop(shared);
    left::add(left);
    for slot in team.slots.all() {
        slot.baton.give(Grant::Unwind);
    }
    team.conductor_baton.give(Grant::Unwind);
    team.wake_conductor();
    scheduler
}
