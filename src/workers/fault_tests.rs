//! A part of a search that panics ends the search, on whichever worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{Bounds, Limits, ParallelSearch, StoppedBy};
use crate::engine::{Engine, EngineOptions, Lessons, Program};
use crate::error::ErrorKind;
use crate::marker;
use crate::operation::{Choice, SchedulingPoint, Trace};
use crate::program::StatefulProgram;
use crate::progress::Meter;
use crate::search::{Account, DepthFirst, Multinomial, Part, Progress, Repeats, Search};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    NewExecution,
    Choose,
    End,
    Split,
    Order,
    Progress,
}

/// A depth-first search in which one call of one method panics, counted over all workers.
#[derive(Debug)]
struct Faulty {
    search: Box<dyn Part>,
    method: Method,
    at: u64,
    calls: Arc<AtomicU64>,
}

impl Faulty {
    fn call(&self, method: Method) {
        let is_it = method == self.method && self.calls.fetch_add(1, SeqCst) + 1 == self.at;
        assert!(!is_it, "injected");
    }
}

impl Search for Faulty {
    fn new_execution(&mut self) -> Option<usize> {
        self.call(Method::NewExecution);
        self.search.new_execution()
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        self.call(Method::Choose);
        self.search.choose(point)
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        self.call(Method::End);
        self.search.end(trace)
    }
}

impl Part for Faulty {
    fn split(&mut self) -> Option<Box<dyn Part>> {
        self.call(Method::Split);
        let search = self.search.split()?;
        let (method, at, calls) = (self.method, self.at, Arc::clone(&self.calls));
        Some(Box::new(Faulty {
            search,
            method,
            at,
            calls,
        }))
    }

    fn order(&self) -> Vec<usize> {
        self.call(Method::Order);
        self.search.order()
    }

    fn progress(&self, began: &[usize], tree: Option<&Multinomial>) -> Option<Progress> {
        self.call(Method::Progress);
        self.search.progress(began, tree)
    }
}

/// Three threads of four markers have 12! / (4!)^3 = 34 650 executions: workers are called, and one
/// or another may meet the fault.
fn program() -> Arc<dyn Program> {
    let mut program = StatefulProgram::new(|| ());
    for name in ["a", "b", "c"] {
        program.add_thread(name.to_owned(), |()| {
            for _ in 0..4 {
                marker!("x");
            }
        });
    }
    Arc::new(program)
}

/// What ends the search, if it ends.
fn search(engine: Engine, workers: usize, method: Method, at: u64) -> Option<StoppedBy> {
    let search = Arc::new(ParallelSearch {
        program: program(),
        engine,
        options: EngineOptions::default(),
        bounds: Bounds {
            lessons: Lessons::default(),
            limits: Limits::new(None, None),
            keeps_going: true,
            verifies: false,
            repeats: Repeats::Never,
            before: 0,
            workers,
            shard: None,
        },
        meter: Some(Arc::new(Meter::default())),
    });
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let ended = crate::engine::catch_fault(|| {
            let part = Faulty {
                search: Box::new(DepthFirst::default()),
                method,
                at,
                calls: Arc::default(),
            };
            Ok(search.run(Box::new(part)).1)
        });
        sender.send(ended.unwrap_or_else(StoppedBy::Error))
    });
    receiver.recv_timeout(Duration::from_secs(60)).ok()
}

#[test]
fn a_panic_in_a_part_ends_the_search_on_all_workers() {
    for engine in [Engine::Threads, Engine::Fibers] {
        for workers in [1, 2, 3] {
            for (method, at) in [
                (Method::NewExecution, 1),
                (Method::NewExecution, 2000),
                (Method::Choose, 1),
                (Method::Choose, 2000),
                (Method::End, 1),
                (Method::End, 2000),
                (Method::Order, 1),
                (Method::Progress, 1),
                // Only a search that is shared is split, and has parts with places of their own.
                (Method::Split, 1),
                (Method::Order, 2),
            ] {
                let is_shared = method == Method::Split || method == Method::Order && at > 1;
                if is_shared && workers == 1 {
                    continue;
                }
                let place = format!("{engine:?}, {workers} workers, {method:?} {at}");
                let stopped_by = search(engine, workers, method, at);
                let Some(StoppedBy::Error(error)) = stopped_by else {
                    panic!("{place}: {stopped_by:?}");
                };
                assert_eq!(error.kind(), ErrorKind::Internal, "{place}");
                let text = error.to_string();
                let start = "a fault of interlace: injected, at src/workers/fault_tests.rs:";
                assert!(text.starts_with(start), "{place}: {text}");
            }
        }
    }
}
