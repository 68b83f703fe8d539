//! The thread that asked for the executions: it starts a carrier and watches its pulse.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::carrier;
use super::heartbeat::Heartbeat;
use crate::engine::processor::Processor;
use crate::engine::{Deferred, EngineOptions, Phase, Program, Scheduler};
use crate::error::{Error, ErrorKind};

/// Runs executions of `program` until `scheduler` begins no more, and gives the scheduler back.
///
/// # Errors
///
/// If the operating system starts no thread or gives no memory, or an execution does not end in
/// time: a fiber blocks the thread that all of them share. Then the scheduler is gone with it.
pub(crate) fn run(
    program: &Arc<dyn Program>,
    mut scheduler: Box<dyn Scheduler>,
    options: EngineOptions,
    mut meanwhile: Deferred<'_>,
) -> Result<Box<dyn Scheduler>, Error> {
    if scheduler.new_execution().is_none() {
        return Ok(scheduler);
    }
    let pulse = Arc::new(Heartbeat::new(program.threads().len()));
    let end = Arc::new(End {
        result: Mutex::new(None),
        news: Condvar::new(),
    });
    let carrier = {
        let (program, pulse, end) = (Arc::clone(program), Arc::clone(&pulse), Arc::clone(&end));
        let processor = Processor::claim();
        move || {
            let result = carrier::carry(&program, scheduler, options, &pulse, &processor);
            *end.result.lock() = Some(result);
            end.news.notify_one();
        }
    };
    let carrier = thread::Builder::new()
        .name("interlace fibers".to_owned())
        .spawn(carrier);
    let carrier = carrier.map_err(|error| {
        let text = format!("the operating system did not start a thread for the fibers: {error}");
        Error::new(ErrorKind::NoOsThread, text)
    })?;
    let result = watch(&end, &pulse, options.timeout, &mut meanwhile)
        .unwrap_or_else(|| Err(blocked(&pulse, program.threads(), options.timeout)))?;
    // The carrier has told its result: there is nothing left that it could fail at.
    let _ = carrier.join();
    Ok(result)
}

/// How a carrier ended.
struct End {
    result: Mutex<Option<Result<Box<dyn Scheduler>, Error>>>,
    news: Condvar,
}

/// Waits for the carrier; nothing if an execution takes longer than `timeout`.
fn watch(
    end: &End,
    pulse: &Heartbeat,
    timeout: Duration,
    meanwhile: &mut Deferred<'_>,
) -> Option<Result<Box<dyn Scheduler>, Error>> {
    // Looking costs the carrier nothing, so that an execution is timed to an eighth.
    let look = (timeout / 8).clamp(Duration::from_millis(1), Duration::from_secs(1));
    let mut result = end.result.lock();
    let mut seen = (pulse.executions(), Instant::now());
    loop {
        if let Some(result) = result.take() {
            return Some(result);
        }
        let next_look = Instant::now() + look;
        let next = meanwhile.due().map_or(next_look, |due| due.min(next_look));
        end.news.wait_until(&mut result, next);
        if meanwhile.is_due() {
            pulse.stay();
            MutexGuard::unlocked(&mut result, || meanwhile.attend());
        }
        let executions = pulse.executions();
        if executions != seen.0 || pulse.phase().is_none() {
            seen = (executions, Instant::now());
        } else if seen.1.elapsed() >= timeout && result.is_none() {
            pulse.leave_behind();
            return None;
        }
    }
}

#[cold]
fn blocked(pulse: &Heartbeat, names: &[String], timeout: Duration) -> Error {
    let place = match pulse.phase().map(Phase::hook) {
        Some(None) => {
            let thread = pulse.running();
            let after = match pulse.reached(thread) {
                Some(marker) => format!("after passing {}", marker.site()),
                None => "before its next marker".to_owned(),
            };
            format!("thread `{}`, {after},", names[thread.index()])
        }
        Some(Some(hook)) => hook.to_string(),
        None => "the search".to_owned(),
    };
    Error::new(
        ErrorKind::TimedOut,
        format!(
            "{place} has not come back for {timeout:?}. On `Engine::Fibers` all threads share one \
             OS thread: one that blocks it, in a lock, a channel, a sleep or a loop, stops them \
             all. Use `Engine::Threads` for such code. The OS thread cannot be killed and was left \
             behind"
        ),
    )
}
