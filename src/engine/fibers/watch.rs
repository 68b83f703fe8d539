//! The thread that asked for the executions: it starts a carrier and watches its heartbeat.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::carrier::{self, CarryResult};
use super::heartbeat::Heartbeat;
use crate::engine::engine_thread::EngineThread;
use crate::engine::execution_time::ExecutionTime;
use crate::engine::fair_locks;
use crate::engine::fault::catch_fault;
use crate::engine::lock::{Condvar, Mutex, MutexGuard};
use crate::engine::prelude;
use crate::engine::processor::{Processor, is_machine_busy};
use crate::engine::surroundings::Surroundings;
use crate::engine::{Deferred, EngineOptions, Phase, Program, Scheduler, crash};
use crate::error::{Error, ErrorKind};
use crate::operation::ThreadId;

/// Runs executions of `program` until `scheduler` begins no more, and gives the scheduler back.
///
/// # Errors
///
/// If the operating system starts no thread or gives no memory, an execution does not end in time,
/// since a fiber keeps the thread that all of them share, or something goes wrong inside of this
/// library. Then the scheduler is gone with the carrier.
pub(crate) fn run(
    program: &Arc<dyn Program>,
    mut scheduler: Box<dyn Scheduler>,
    options: EngineOptions,
    mut meanwhile: Deferred<'_>,
) -> Result<Box<dyn Scheduler>, Error> {
    if scheduler.new_execution().is_none() {
        return Ok(scheduler);
    }
    fair_locks::prepare();
    let _own = EngineThread::begin();
    let surroundings = Surroundings::new(options.is_nested, program.is_noticed());
    let heartbeat = Arc::new(Heartbeat::new(program.threads().len()));
    let end = Arc::new(End::default());
    let carrier = {
        let (program, heartbeat, end) = (
            Arc::clone(program),
            Arc::clone(&heartbeat),
            Arc::clone(&end),
        );
        let surroundings = Arc::clone(&surroundings);
        let processor = Processor::claim();
        move || {
            let tell = |carried| end.tell(carried);
            let carry = || {
                carrier::carry(
                    &program,
                    scheduler,
                    options,
                    &heartbeat,
                    &processor,
                    &surroundings,
                    tell,
                )
            };
            catch_fault(carry).unwrap_or_else(|error| end.tell(Err(error)));
        }
    };
    heartbeat.clocks.expect();
    let builder = thread::Builder::new().name("interlace fibers".to_owned());
    let carrier = prelude::spawn_by_std(builder, carrier);
    let carrier = carrier.map_err(|error| {
        let text = format!("the operating system did not start a thread for the fibers: {error}");
        Error::new(ErrorKind::NoOsThread, text)
    })?;
    let ended = catch_fault(|| {
        watch(
            &end,
            &heartbeat,
            &surroundings,
            options.timeout,
            &mut meanwhile,
        )
        .unwrap_or_else(|| Err(blocked(&heartbeat, program.threads(), options.timeout)))
    });
    surroundings.process_lock.end();
    let scheduler = ended.inspect_err(|_| heartbeat.leave_behind())?;
    // The carrier has told its result, and only gives its stacks back.
    let _ = carrier.join();
    Ok(scheduler)
}

/// How a carrier ended, once it has.
#[derive(Default)]
struct End {
    carried: Mutex<Option<CarryResult>>,
    news: Condvar,
}

impl End {
    fn tell(&self, carried: CarryResult) {
        self.carried.lock().get_or_insert(carried);
        self.news.notify_one();
    }
}

/// Waits for the carrier; nothing if an execution takes longer than `timeout`.
fn watch(
    end: &End,
    heartbeat: &Heartbeat,
    surroundings: &Surroundings,
    timeout: Duration,
    meanwhile: &mut Deferred<'_>,
) -> Option<CarryResult> {
    let mut time = ExecutionTime::new(timeout, &heartbeat.clocks, 1);
    let mut carried = end.carried.lock();
    loop {
        if let Some(carried) = carried.take() {
            return Some(carried);
        }
        let next = meanwhile
            .due()
            .into_iter()
            .fold(time.next_look(), Instant::min);
        end.news.wait_until(&mut carried, next);
        crash::look_up_if_wanted();
        if meanwhile.is_due(&heartbeat.clocks) {
            if !is_machine_busy() {
                heartbeat.stay();
            }
            MutexGuard::unlocked(&mut carried, || meanwhile.run());
        }
        let is_up = time.is_up(heartbeat.executions());
        if heartbeat.phase().is_none() || surroundings.process_lock.is_awaited() {
            time.begin_anew();
        } else if is_up && carried.is_none() {
            return None;
        }
    }
}

/// The question that a thread has left.
fn asked_of(heartbeat: &Heartbeat, thread: ThreadId, name: &str) -> String {
    let site = heartbeat
        .reached(thread)
        .map(|marker| format!(" at {}", marker.site()));
    let site = site.unwrap_or_default();
    format!("the question whether what thread `{name}` acquires{site} is free")
}

#[cold]
fn blocked(heartbeat: &Heartbeat, names: &[String], timeout: Duration) -> Error {
    let place = match heartbeat.phase().map(Phase::hook) {
        Some(None) => {
            let thread = heartbeat.running();
            let after = match heartbeat.reached(thread) {
                Some(marker) => format!("after passing {}", marker.site()),
                None => "before its next marker".to_owned(),
            };
            match heartbeat.asked() {
                Some(asked) => asked_of(heartbeat, asked, &heartbeat.name(asked, names)),
                None => format!("thread `{}`, {after},", heartbeat.name(thread, names)),
            }
        }
        Some(Some(hook)) => hook.to_string(),
        None => "the search".to_owned(),
    };
    Error::new(
        ErrorKind::TimedOut,
        format!(
            "{place} has not come back for {timeout:?}. On `Engine::Fibers` all threads share one \
             OS thread. One that keeps it stops them all: in a loop without a call, or in a call \
             that does not go through libc. Locks, channels and sleeps of threads do not keep it \
             where the feature `system` works, except for sleeps in real time; those of a setup, a \
             check or an invariant always do. Use `Engine::Threads` for such code. The OS thread \
             cannot be killed and was left behind"
        ),
    )
}
