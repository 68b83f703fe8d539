//! One search: on one worker at first, and on all when it takes long.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use super::work_queue::WorkQueue;
use super::worker::Worker;
use super::{Bounds, Findings, StoppedBy};
use crate::engine::{Deferred, Engine, EngineOptions, Program, catch_fault};
use crate::error::{Error, ErrorKind};
use crate::progress::Meter;
use crate::search::Part;

/// How long one worker searches before the others are started: most searches end before.
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
    /// Runs one search.
    pub(super) fn run(self: Arc<Self>, whole: Box<dyn Part>) -> (Findings, StoppedBy) {
        let queue = Arc::new(WorkQueue::new(whole));
        let (ended, all_ended) = mpsc::channel();
        let meanwhile = match self.others() {
            0 => {
                drop(ended);
                Deferred::nothing()
            }
            others => Deferred::after(SOLO, {
                let (search, queue) = (Arc::clone(&self), Arc::clone(&queue));
                move || search.call(others, queue, ended)
            }),
        };
        self.work(&queue, false, meanwhile);
        // Over when nobody is left who could send.
        for fault in all_ended.into_iter().filter_map(Result::err) {
            queue.stop(StoppedBy::Error(fault));
        }
        queue.finish(self.bounds.keeps_going)
    }

    /// Starts so many workers beside the first. Each tells how it ended.
    fn call(
        self: Arc<Self>,
        others: usize,
        queue: Arc<WorkQueue>,
        ended: Sender<Result<(), Error>>,
    ) {
        queue.call(others);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(others).build();
        match pool {
            Ok(pool) => pool.spawn_broadcast(move |_| {
                let work = || self.work(&queue, true, Deferred::nothing());
                // Who waits for it is gone only after a fault of its own.
                let _ = ended.send(catch_fault(|| Ok(work())));
            }),
            Err(error) => queue.stop(StoppedBy::Error(no_pool(&error))),
        }
    }

    /// Searches as one worker. What it fails at is noted.
    fn work(&self, queue: &Arc<WorkQueue>, is_called: bool, meanwhile: Deferred<'_>) {
        let mut worker = Worker::new(queue, self.bounds, self.meter.as_ref());
        worker.is_called = is_called;
        let part = Arc::clone(&worker.part);
        let engine = self.engine;
        if let Err(error) = engine.run_and(&self.program, worker, self.options, meanwhile) {
            match &*part.lock() {
                Some(part) if error.kind() != ErrorKind::Internal => queue.fail(part, error),
                // Nobody knows where in its work, or in the queue's, a fault has left the worker.
                _ => queue.stop(StoppedBy::Error(error)),
            }
        }
    }
}

impl ParallelSearch {
    /// How many workers search beside the first.
    fn others(&self) -> usize {
        match self.bounds.limits.max_schedules {
            None => self.bounds.workers - 1,
            // Which executions are the first so many is known only when they are run in order.
            Some(_) => 0,
        }
    }
}

#[cold]
fn no_pool(error: &rayon::ThreadPoolBuildError) -> Error {
    let text = format!("the operating system did not start the workers: {error}");
    Error::new(ErrorKind::NoOsThread, text)
}
