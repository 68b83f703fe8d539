//! The OS thread that carries the fibers: makes the state, resumes whoever has the turn, checks
//! what the threads left.

use std::rc::Rc;
use std::sync::Arc;

use super::heartbeat::Heartbeat;
use super::run::Run;
use crate::engine::conclude::{catch_panic, conclude, drop_state, panicked_in};
use crate::engine::core::Turn;
use crate::engine::engine_thread::EngineThread;
use crate::engine::fault::catch_fault;
use crate::engine::fiber::{Fiber, TurnEnd, explaining_overflows};
use crate::engine::processor::Processor;
use crate::engine::{EngineOptions, ExecutionEnd, Phase, Program, Scheduler, current};
use crate::error::{Error, ErrorKind};
use crate::failure::Hook;
use crate::operation::ThreadId;

/// How a carrier ended: with its scheduler, unless something went wrong.
pub(super) type Carried = Result<Box<dyn Scheduler>, Error>;

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
    pulse: &Arc<Heartbeat>,
    processor: &Processor,
    tell: impl FnOnce(Carried),
) -> Result<(), Error> {
    let own = EngineThread::begin();
    pulse.clocks.add(&own);
    // One that is alone may run where the system finds room for it.
    if processor.is_in_company() {
        processor.pin_current_thread();
    }
    let run = Rc::new(Run::new(program, scheduler, options, pulse));
    let mut fibers = fibers(&run, options)?;
    let handle = Box::new(Rc::clone(&run));
    let carry_all = |fibers: &mut [Fiber]| catch_fault(|| carry_all(&run, fibers, processor));
    let carried = current::under(handle, || explaining_overflows(&mut fibers, carry_all));
    tell(run.fault.take().map_or(carried, Err));
    fibers.into_iter().for_each(Fiber::end);
    Ok(())
}

/// One fiber for each thread of the program.
fn fibers(run: &Rc<Run>, options: EngineOptions) -> Result<Vec<Fiber>, Error> {
    let mut fibers = Vec::new();
    for (index, name) in run.program.threads().iter().enumerate() {
        let run = Rc::clone(run);
        let live = move |word| run.live(ThreadId::new(index), word);
        let fiber = Fiber::new(name, options.stack_size, live);
        fibers.push(fiber.map_err(|error| no_stack(name, options.stack_size, &error))?);
    }
    Ok(fibers)
}

#[cold]
fn no_stack(name: &str, size: usize, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::NoOsThread,
        format!("no stack of {size} bytes for the fiber of `{name}`: {error}"),
    )
}

fn carry_all(run: &Run, fibers: &mut [Fiber], processor: &Processor) -> Carried {
    loop {
        if run.pulse.is_to_stay() {
            processor.pin_current_thread();
        }
        run.pulse.beat();
        let (end, outcome) = execute(run, fibers);
        run.pulse.rest();
        let mut core = run.core.borrow_mut();
        let is_over = run.has_failed() || run.pulse.is_left_behind();
        if is_over || !(core.end(&end, outcome.as_deref()) && core.begin()) {
            let scheduler = core.scheduler.take();
            return Ok(scheduler.expect("nobody else takes the scheduler"));
        }
    }
}

fn execute(run: &Run, fibers: &mut [Fiber]) -> (ExecutionEnd, Option<String>) {
    if let Err(panic) = catch_panic(|| run.room.borrow_mut().init()) {
        return (panicked_in(Hook::SetUp, panic), None);
    }
    run.pulse.enter(Phase::Threads);
    current::controlled(|| run_threads(run, fibers));
    let enter = |phase| run.pulse.enter(phase);
    let held = run.core.borrow().held();
    let (end, outcome) = if held {
        conclude(&*run.program, &**run.room.borrow(), enter)
    } else {
        (run.core.borrow().ending(), None)
    };
    enter(Phase::DropState);
    // All fibers have let go of it.
    let dropping = || run.room.borrow_mut().drop_state();
    (drop_state(dropping, end), outcome)
}

/// Resumes whoever has the turn until it is nobody's, and unwinds who is left.
fn run_threads(run: &Run, fibers: &mut [Fiber]) {
    let mut turn = first_turns(run, fibers);
    loop {
        while let Some(Turn::Of(thread)) = turn {
            let end = resume(run, fibers, thread);
            turn = run.turn_after(thread, end);
        }
        turn = run.wait_for_outside();
        if turn.is_none() {
            break;
        }
    }
    if run.core.borrow().held() {
        return;
    }
    run.pulse.enter(Phase::Unwinding);
    for thread in (0..fibers.len()).map(ThreadId::new) {
        while run.core.borrow().state.is_live(thread) {
            run.pulse.run(thread);
            let end = fibers[thread.index()].stop();
            run.unwound(thread, end);
        }
    }
}

/// Takes the turns that are as in the execution before. Returns whose turn comes next.
fn first_turns(run: &Run, fibers: &mut [Fiber]) -> Option<Turn> {
    run.begin();
    let Some((count, thread, end)) = repeat(run, fibers) else {
        return Some(run.first_turn());
    };
    run.repeated(count, thread);
    run.turn_after(thread, end)
}

/// Repeats turns as long as all is as it was. Returns how many, and whose turn came after them and
/// how it has ended: the last that was to be repeated, or the first that ended otherwise.
fn repeat(run: &Run, fibers: &mut [Fiber]) -> Option<(usize, ThreadId, TurnEnd)> {
    let turns = run.turns.borrow();
    let (last, others) = turns.split_last()?;
    for (count, halt) in others.iter().enumerate() {
        let end = resume(run, fibers, halt.thread);
        if !halt.is_repeated(end) || run.has_wakes() {
            return Some((count, halt.thread, end));
        }
        run.pulse.reach(halt.thread, end.marker());
    }
    let end = resume(run, fibers, last.thread);
    Some((others.len(), last.thread, end))
}

fn resume(run: &Run, fibers: &mut [Fiber], thread: ThreadId) -> TurnEnd {
    run.pulse.run(thread);
    fibers[thread.index()].resume()
}
