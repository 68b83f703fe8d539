//! One search: on one worker at first, and on all if it takes long.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use super::work_queue::WorkQueue;
use super::worker::Worker;
use super::{Bounds, Findings, StoppedBy};
use crate::engine::outside::EngineMark;
use crate::engine::{Deferred, Engine, EngineOptions, Program, catch_fault};
use crate::error::{Error, ErrorKind};
use crate::locks::Mutex;
use crate::progress::Meter;
use crate::search::{Part, Rate};

/// How long one worker searches before the others are started: most searches end sooner.
const SOLO: Duration = Duration::from_micros(100);

/// What all searches of a plan have in common.
#[derive(Clone)]
pub(crate) struct ParallelSearch {
    pub(crate) program: Arc<dyn Program>,
    pub(crate) engine: Engine,
    pub(crate) options: EngineOptions,
    pub(crate) bounds: Bounds,
    pub(crate) meter: Option<Arc<Meter>>,
}

impl ParallelSearch {
    pub(super) fn run(self: Arc<Self>, whole: Box<dyn Part>) -> (Findings, StoppedBy) {
        // By this the other workers know for whom they work, also when the first has ended.
        let _mark = EngineMark::begin();
        let queue = Arc::new(WorkQueue::new(whole));
        let (ended, all_ended) = mpsc::channel();
        let invitation = Arc::new(Mutex::new(Some(Invitation {
            search: Arc::clone(&self),
            queue: Arc::clone(&queue),
            ended,
        })));
        let others = self.others();
        let meanwhile = if others == 0 {
            Deferred::nothing()
        } else {
            Deferred::after(SOLO, || start(others, &queue, Arc::clone(&invitation)))
        };
        self.work(&queue, self.worker(&queue), meanwhile);
        // Do not wait for workers that have not begun: on a busy machine that may take long.
        invitation.lock().take();
        // This ends when the last worker that took part has dropped its sender.
        for fault in all_ended.into_iter().filter_map(Result::err) {
            queue.stop(StoppedBy::Error(fault));
        }
        queue.finish(self.bounds.keeps_going)
    }

    /// Searches as one worker, and records its failure in the queue.
    fn work(&self, queue: &WorkQueue, worker: Worker, meanwhile: Deferred<'_>) {
        let part = Arc::clone(&worker.part);
        let engine = self.engine;
        if let Err(error) = engine.run_and(&self.program, worker, self.options, meanwhile) {
            match &*part.lock() {
                Some(part) if error.kind() != ErrorKind::Internal => queue.fail(part, error),
                // A fault may have left the worker, or the queue, in the middle of something.
                _ => queue.stop(StoppedBy::Error(error)),
            }
        }
    }

    /// How many workers there are besides the first.
    fn others(&self) -> usize {
        match self.bounds.limits.max_schedules {
            None => self.bounds.workers - 1,
            // Which executions come first is known only when they run in order.
            Some(_) => 0,
        }
    }

    fn worker(&self, queue: &Arc<WorkQueue>) -> Worker {
        // Each begins with many, since which executions it gets is not known.
        let rate = Rate::new(self.bounds.repeats, self.bounds.before);
        let declared = self.program.threads().len();
        Worker::new(queue, self.bounds, rate, declared, self.meter.as_ref())
    }
}

/// What a further worker needs to take part in a search.
#[derive(Clone)]
struct Invitation {
    search: Arc<ParallelSearch>,
    queue: Arc<WorkQueue>,
    /// Learns how the worker ended.
    ended: Sender<Result<(), Error>>,
}

impl Invitation {
    /// Searches part after part, until none is left.
    fn accept(self) {
        let Invitation {
            search,
            queue,
            ended,
        } = self;
        let worked = catch_fault(|| {
            queue.worker_joined();
            let mut worker = search.worker(&queue);
            worker.is_awaited = true;
            // An engine is started only when there is something to run.
            if worker.has_job() {
                search.work(&queue, worker, Deferred::nothing());
            }
            Ok(())
        });
        drop(search);
        // The receiver is gone only if the first worker has met a fault.
        let _ = ended.send(worked);
    }
}

/// Starts `others` workers besides the first.
fn start(others: usize, queue: &WorkQueue, invitation: Arc<Mutex<Option<Invitation>>>) {
    queue.expect_workers(others);
    let join = move || {
        let invitation = invitation.lock().clone();
        if let Some(invitation) = invitation {
            invitation.accept();
        }
    };
    if let Err(error) = on_threads(others, join) {
        let text = format!("the operating system did not start the workers: {error}");
        let error = Error::new(ErrorKind::NoOsThread, text);
        queue.stop(StoppedBy::Error(error));
    }
}

/// Runs `body` on as many threads.
#[cfg(not(interlace))]
fn on_threads(
    count: usize,
    body: impl Fn() + Send + Sync + 'static,
) -> Result<(), rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build()?;
    pool.spawn_broadcast(move |_| body());
    Ok(())
}

/// As above, without what rayon has in statics: a program that uses it changes that, and it is put back.
#[cfg(interlace)]
fn on_threads(count: usize, body: impl Fn() + Send + Sync + 'static) -> std::io::Result<()> {
    let body = Arc::new(body);
    for _ in 0..count {
        let body = Arc::clone(&body);
        std::thread::Builder::new().spawn(move || body())?;
    }
    Ok(())
}
