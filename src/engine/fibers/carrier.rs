//! The OS thread that carries the fibers: makes the state, resumes whoever has the turn, checks
//! what the threads left.

use std::rc::Rc;
use std::sync::Arc;

use super::heartbeat::Heartbeat;
use super::pool::FiberPool;
use super::run::Run;
use super::turn_record::TurnRecord;
use crate::engine::conclude::{catch_panic, conclude, drop_state, panicked_in};
use crate::engine::engine_thread::EngineThread;
use crate::engine::execution_core::ExecutionCore;
use crate::engine::fault::{catch_fault, fault_caught};
use crate::engine::fiber::{
    Series, TurnEnd, explaining_overflows, fix_hash_keys, has_own_thread_locals,
};
use crate::engine::left;
use crate::engine::processor::{Processor, is_machine_busy};
use crate::engine::surroundings::Surroundings;
use crate::engine::{EngineOptions, ExecutionEnd, Phase, Program, Scheduler, current};
use crate::error::Error;
use crate::failure::Hook;
use crate::memory::Owner;
use crate::operation::ThreadId;

/// How a carrier ended: with its scheduler, unless something went wrong.
pub(super) type CarryResult = Result<Box<dyn Scheduler>, Error>;

/// Runs executions until there are no more; the scheduler has begun the first. `tell` learns how that
/// ended before fibers that are left unwind, which may take them for ever.
///
/// # Errors
///
/// If there is no memory for the stacks.
pub(super) fn carry(
    program: &Arc<dyn Program>,
    scheduler: Box<dyn Scheduler>,
    options: EngineOptions,
    heartbeat: &Arc<Heartbeat>,
    processor: &Processor,
    surroundings: &Arc<Surroundings>,
    tell: impl Fn(CarryResult),
) -> Result<(), Error> {
    let own = EngineThread::begin();
    surroundings.add_current_thread();
    let _clock = heartbeat.clocks.add(&own);
    // One that is alone may run where the system finds room for it; so may all where there is little.
    if processor.is_in_company() && !is_machine_busy() {
        processor.pin_current_thread();
    }
    let core = ExecutionCore::new(program.threads(), scheduler, surroundings, options);
    // What an execution leaves in thread-locals of its own is put back.
    let have_own_blocks = cfg!(interlace) && has_own_thread_locals();
    let mut next = Some((core, have_own_blocks));
    explaining_overflows(|| {
        while let Some((core, have_own_blocks)) = next.take() {
            let run = Rc::new(Run::new(program, core, have_own_blocks, options, heartbeat));
            current::under(Box::new(Rc::clone(&run)), || {
                let mut fibers = FiberPool::new(&run, have_own_blocks)?;
                let carried = catch_fault(|| carry_all(&run, &mut fibers, processor));
                match run.fault.take().map_or(carried, Err) {
                    Ok(Carried::All(scheduler)) => tell(Ok(scheduler)),
                    Ok(Carried::UntilLeft) => next = Some((run.take_core(), have_own_blocks)),
                    Ok(Carried::UntilShared) => next = Some((run.take_core(), true)),
                    Err(fault) => tell(Err(fault)),
                }
                fibers.end();
                Ok(())
            })?;
        }
        Ok(())
    })
}

/// Until when a run has carried executions.
enum Carried {
    /// There are no more.
    All(Box<dyn Scheduler>),
    /// Fibers can never go on, and use its instance for ever. Another execution has begun.
    UntilLeft,
    /// A thread has left something for the others to see in the thread-locals that they share. The
    /// execution was abandoned, and has begun anew.
    UntilShared,
}

fn carry_all(run: &Run, fibers: &mut FiberPool, processor: &Processor) -> Result<Carried, Error> {
    // How each turn of the execution has ended. Before its first turn, those of the one before.
    let mut turns = Vec::new();
    loop {
        if run.heartbeat.is_to_stay() {
            processor.pin_current_thread();
        }
        run.begin_execution();
        run.heartbeat.beat();
        run.recorder.enter(Phase::SetUp);
        if !cfg!(interlace) {
            fix_hash_keys();
        }
        let ended = execute(run, fibers, &mut turns)?;
        run.surroundings.process_lock.end_execution();
        run.heartbeat.rest();
        run.recorder.rest();
        let mut core = run.core.borrow_mut();
        let left = core.left();
        left::add(left);
        let is_over = run.has_failed() || run.heartbeat.is_left_behind();
        let Some((end, outcome)) = ended.filter(|_| !is_over) else {
            core.restart();
            if !is_over {
                return left::check().map(|()| Carried::UntilShared);
            }
            break;
        };
        if !core.end(&end, outcome.as_deref()) || !core.begin() {
            break;
        }
        if left > 0 {
            return left::check().map(|()| Carried::UntilLeft);
        }
    }
    let scheduler = run.core.borrow_mut().scheduler.take();
    Ok(Carried::All(
        scheduler.expect("nobody else takes the scheduler"),
    ))
}

/// How an execution ended, and its outcome.
type Ended = (ExecutionEnd, Option<String>);

/// Runs an execution; nothing if it was abandoned, since fibers are to have thread-locals of their
/// own.
///
/// # Errors
///
/// If something goes wrong inside of this library while threads take turns. That is caught on the
/// thread-locals which the panic is counted in.
fn execute(
    run: &Run,
    fibers: &mut FiberPool,
    turns: &mut Vec<TurnRecord>,
) -> Result<Option<Ended>, Error> {
    let hooks = run.surroundings.process_lock.owner(Owner::HOOKS);
    let init = || hooks.run(|| run.instance.borrow_mut().init());
    if let Err(panic) = catch_panic(init) {
        return Ok(Some((panicked_in(Hook::SetUp, panic), None)));
    }
    run.enter(Phase::Threads);
    let is_abandoned =
        fibers.on_block(|fibers| fault_caught(|| Ok(run_threads(run, fibers, turns))))?;
    let enter = |phase| run.enter(phase);
    let held = run.core.borrow().held();
    let (end, outcome) = if held {
        conclude(&*run.program, &**run.instance.borrow(), hooks, enter)
    } else {
        (run.core.borrow().ending(), None)
    };
    enter(Phase::DropState);
    if !held && run.core.borrow().left() > 0 {
        // They use it for ever.
        return Ok((!is_abandoned).then_some((end, None)));
    }
    // All fibers have let go of it.
    let dropping = || hooks.run(|| run.instance.borrow_mut().drop_state());
    let end = drop_state(dropping, end);
    Ok((!is_abandoned).then_some((end, outcome)))
}

/// Resumes whichever thread has the turn until none has, and unwinds those that are left. Returns
/// whether the execution was abandoned.
fn run_threads(run: &Run, fibers: &mut FiberPool, turns: &mut Vec<TurnRecord>) -> bool {
    let repeated = run.begin();
    let passed_on = last_if_passed_on(turns, repeated);
    turns.truncate(repeated);
    let has_left_something = take_turns(run, fibers, turns, passed_on);
    if run.core.borrow().has_unended() {
        run.enter(Phase::Unwinding);
        unwind(run, fibers, has_left_something);
    }
    has_left_something.is_some()
}

/// Gives turns to threads until none has the turn: those in `turns` again, for as long as each but the
/// last ends as it did, and new ones, which take the place of the others. The last turn that is
/// repeated leads to a new choice; `passed_on` is what it was if another thread came after it.
///
/// If a thread has left something for the others to see, the execution is abandoned. Returns which.
// One call of `resume_next` for all turns: what returns behind another call than the one that a thread
// was begun by is predicted wrong.
fn take_turns(
    run: &Run,
    fibers: &mut FiberPool,
    turns: &mut Vec<TurnRecord>,
    passed_on: Option<(ThreadId, TurnEnd)>,
) -> Option<ThreadId> {
    let (wakes, surroundings, recorder) = (&*run.wakes, &*run.surroundings, run.recorder);
    let reached = run.heartbeat.reached_by_declared();
    // How many turns have ended.
    let mut count = 0;
    let mut turn = match turns.first() {
        Some(first) => {
            recorder.turn(1);
            Some(first.thread)
        }
        None => run.first_turn().or_else(|| run.wait_for_outside()),
    };
    run.on_fiber.begin(turns.is_empty());
    let series = Series::begin();
    while let Some(thread) = turn {
        let end = fibers.resume_next(thread, &series);
        if let Some([before, next, ..]) = turns.get(count..)
            && end == before.end
            && !wakes.has_any()
            && surroundings.is_still_quiet()
        {
            // A declared thread: a turn in which one is started is not repeated.
            reached[thread.index()].set(end);
            count += 1;
            recorder.turn(count + 1);
            turn = Some(next.thread);
            continue;
        }
        series.rest();
        let mut is_known = false;
        if count < turns.len() {
            // What it leaves was looked at when the turn went to another thread for the first time.
            is_known = count + 1 == turns.len() && passed_on == Some((thread, end));
            turns.truncate(count);
            run.repeated(count, thread);
        }
        let decided = run.on_fiber.take(turns);
        turns.push(TurnRecord::new(thread, end));
        count = turns.len();
        turn = match decided {
            Some(decided) => decided.thread(),
            None => run.turn_after(thread, end),
        };
        // A thread may see what it has left itself.
        if turn != Some(thread) && !is_known && fibers.is_to_lend() {
            run.abandon(turn);
            return Some(thread);
        }
        turn = turn.or_else(|| run.wait_for_outside());
    }
    None
}

/// Unwinds the threads that are left, `first` the one that may have left something for the others to
/// see.
fn unwind(run: &Run, fibers: &mut FiberPool, first: Option<ThreadId>) {
    loop {
        let next = run.core.borrow_mut().next_to_unwind(first);
        let Some((thread, grant)) = next else {
            break;
        };
        if run.drops_body(thread) {
            continue;
        }
        let end = fibers.tell(thread, grant);
        run.unwound(thread, end);
        // The others must not see what this one has left. But a thread that waits may have put its
        // thread-locals into a queue of the process, as `parking_lot` does.
        if !run.core.borrow().may_wait_for_ever() {
            fibers.put_block_back();
        }
    }
    if run.core.borrow().left() > 0 {
        fibers.keep_block();
    }
}

/// The last of `count` turns, if another thread has the turn after them.
#[inline]
fn last_if_passed_on(turns: &[TurnRecord], count: usize) -> Option<(ThreadId, TurnEnd)> {
    let [.., last, next] = turns.get(..=count)? else {
        return None;
    };
    (last.thread != next.thread).then_some((last.thread, last.end))
}
