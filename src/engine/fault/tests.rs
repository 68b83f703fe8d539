use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;
use crate::engine::{
    Engine, EngineOptions, ExecutionResult, Program, ProgramInstance, Scheduler, ThreadTable, join,
    reach, spawn,
};
use crate::operation::{Choice, SchedulingPoint, ThreadId};
use crate::oracle::Oracles;
use crate::site::Site;

/// The methods of this library's own that may panic here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    NewExecution,
    Choose,
    End,
    Instance,
    HasInvariants,
    Oracles,
}

/// The call of one method that panics, of all that there are.
#[derive(Debug, Clone)]
struct Fault {
    method: Method,
    at: u64,
    calls: Arc<AtomicU64>,
}

impl Fault {
    fn call(&self, method: Method) {
        let is_it = method == self.method && self.calls.fetch_add(1, SeqCst) + 1 == self.at;
        assert!(!is_it, "injected");
    }
}

const EXECUTIONS: u64 = 3;

/// Takes the first choice, in a few executions.
struct First {
    fault: Fault,
    begun: u64,
}

impl Scheduler for First {
    fn new_execution(&mut self) -> Option<usize> {
        self.fault.call(Method::NewExecution);
        self.begun += 1;
        (self.begun <= EXECUTIONS).then_some(0)
    }

    fn choose(&mut self, _: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        self.fault.call(Method::Choose);
        Choice::Take(0)
    }

    fn end(&mut self, _: ExecutionResult<'_>) {
        self.fault.call(Method::End);
    }
}

/// Two threads with two markers each. The first starts a third and waits for its end, and the
/// second catches whatever comes.
struct TwoThreads {
    names: Vec<String>,
    fault: Fault,
}

impl Program for TwoThreads {
    fn threads(&self) -> &[String] {
        &self.names
    }

    fn instance(self: Arc<Self>) -> Box<dyn ProgramInstance> {
        self.fault.call(Method::Instance);
        Box::new(Room)
    }

    fn has_invariants(&self) -> bool {
        self.fault.call(Method::HasInvariants);
        true
    }

    fn oracles(&self) -> Option<&Oracles> {
        self.fault.call(Method::Oracles);
        None
    }
}

struct Room;

impl ProgramInstance for Room {
    fn init(&mut self) {}

    fn drop_state(&mut self) {}

    fn run_thread(&self, thread: ThreadId) {
        static FIRST: Site = Site::new("first", file!(), line!(), 1);
        static SECOND: Site = Site::new("second", file!(), line!(), 1);
        static THIRD: Site = Site::new("third", file!(), line!(), 1);
        let body = || {
            reach(&FIRST);
            reach(&SECOND);
        };
        if thread == ThreadId::new(0) {
            let child = spawn(None, || reach(&THIRD));
            body();
            child.into_iter().for_each(join);
        } else {
            let _ = catch_unwind(AssertUnwindSafe(body));
        }
    }
}

/// How the executions end on `engine`, if they do in time.
fn run(engine: Engine, fault: &Fault) -> Option<Result<(), Error>> {
    let names = vec!["a".to_owned(), "b".to_owned()];
    let program: Arc<dyn Program> = Arc::new(TwoThreads {
        names,
        fault: fault.clone(),
    });
    let scheduler = First {
        fault: fault.clone(),
        begun: 0,
    };
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let ended = engine.run(&program, scheduler, EngineOptions::default());
        sender.send(ended.map(|_| ()))
    });
    receiver.recv_timeout(Duration::from_secs(60)).ok()
}

fn assert_told(engine: Engine, method: Method, at: u64) {
    let calls = Arc::default();
    let fault = Fault { method, at, calls };
    let ended = run(engine, &fault);
    let ended = ended.unwrap_or_else(|| panic!("{engine:?} hangs after {fault:?}"));
    let error = ended.expect_err(&format!("{engine:?} has not met {fault:?}"));
    assert_eq!(error.kind(), ErrorKind::Internal, "{engine:?} {fault:?}");
    let text = error.to_string();
    let start = "a fault of interlace: injected, at src/engine/fault/tests.rs:";
    assert!(text.starts_with(start), "{engine:?} {fault:?}: {text}");
    assert!(text.contains("please report this"), "{text}");
}

/// Each call of each method in all executions: a choice for each of 5 markers, the start and the
/// join, and after the last execution the question for one more. That is asked of the thread that
/// starts the executions, of threads in a marker and at their end, of conductors and of carriers.
#[test]
fn each_panic_of_our_own_ends_the_executions_with_an_error() {
    for engine in [Engine::Threads, Engine::Fibers] {
        for (method, calls) in [
            (Method::NewExecution, EXECUTIONS + 1),
            (Method::Choose, 7 * EXECUTIONS),
            (Method::End, EXECUTIONS),
            (Method::Oracles, EXECUTIONS),
            (Method::Instance, 1),
            (Method::HasInvariants, 1),
        ] {
            for at in 1..=calls {
                assert_told(engine, method, at);
            }
        }
    }
    // On threads each execution has its own instance, and invariants are asked for at every pause.
    for at in 2..=EXECUTIONS {
        assert_told(Engine::Threads, Method::Instance, at);
    }
    for at in 2..=12 {
        assert_told(Engine::Threads, Method::HasInvariants, at);
    }
}

#[test]
fn executions_without_a_panic_of_our_own_end_well() {
    for engine in [Engine::Threads, Engine::Fibers] {
        let fault = Fault {
            method: Method::Choose,
            at: u64::MAX,
            calls: Arc::default(),
        };
        assert_eq!(run(engine, &fault), Some(Ok(())));
        assert_eq!(fault.calls.load(SeqCst), 7 * EXECUTIONS);
    }
}

#[test]
fn nothing_is_printed_of_a_fault_that_is_told() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("engine::fault::tests::each_panic_of_our_own_ends_the_executions_with_an_error")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("1 passed"), "{stdout}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// Unwinding that is not a panic is not a fault.
#[test]
fn the_unwinding_of_a_thread_passes_through() {
    let caught = catch(|| catch_fault::<()>(|| catch::unwind()));
    assert!(matches!(caught, Err(Caught::Unwound)));
}
