//! A program's threads as code with real markers: thread bodies and tasks that interpret the data.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use interlace::{Explorer, Repeats};

use crate::program::{
    CELLS, Node, Op, Outcome, Program, REGISTERS, Step, StepKind, Test, VALUES, YIELDS_AT,
};

/// Which threads of the program are tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bodies {
    Threads,
    Tasks,
    /// All, and each may be cancelled.
    Cancellable,
    /// Every other one.
    Mixed,
}

impl Bodies {
    pub(crate) fn is_task(self, thread: usize) -> bool {
        match self {
            Bodies::Threads => false,
            Bodies::Tasks | Bodies::Cancellable => true,
            Bodies::Mixed => thread.is_multiple_of(2),
        }
    }
}

/// The steps of one execution.
type Path = Vec<Step>;

/// The paths of all executions, in the order in which they were run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<Arc<Mutex<Path>>>>>);

impl Journal {
    fn begin(&self) -> Arc<Mutex<Path>> {
        let path = Arc::<Mutex<Path>>::default();
        self.0.lock().unwrap().push(Arc::clone(&path));
        path
    }

    pub(crate) fn paths(&self) -> Vec<Path> {
        let paths = self.0.lock().unwrap();
        paths
            .iter()
            .map(|path| path.lock().unwrap().clone())
            .collect()
    }
}

/// What the threads share.
struct Memory {
    cells: [AtomicU8; CELLS],
    /// Each thread's registers.
    registers: Vec<[AtomicU8; REGISTERS]>,
    path: Arc<Mutex<Path>>,
}

pub(crate) fn explorer(
    program: &Program,
    bodies: Bodies,
    journal: &Journal,
) -> Explorer<impl Send + Sync + 'static> {
    let threads = program.threads.len();
    let journal = journal.clone();
    let mut explorer = Explorer::new(move || Memory {
        cells: Default::default(),
        registers: (0..threads).map(|_| Default::default()).collect(),
        path: journal.begin(),
    });
    for (thread, nodes) in program.threads.iter().cloned().enumerate() {
        let name = format!("t{thread}");
        if bodies == Bodies::Cancellable {
            explorer = explorer.cancellable(name.clone());
        }
        explorer = if bodies.is_task(thread) {
            explorer.task(name, async move |memory: &Memory| {
                Actor { thread, memory }.perform_task(&nodes).await;
            })
        } else {
            explorer.thread(name, move |memory| Actor { thread, memory }.perform(&nodes))
        };
    }
    if let Some((cell, value)) = program.never {
        explorer = explorer.invariant("never", move |memory| {
            memory.cells[cell].load(SeqCst) != value
        });
    }
    let wrong = program.wrong.clone();
    // The journal has each execution once.
    explorer
        .repeats(Repeats::Never)
        .outcome(Memory::outcome)
        .check(move |memory| assert!(!wrong.holds(&memory.outcome()), "wrong"))
}

impl Memory {
    fn outcome(&self) -> Outcome {
        let value = |cell: &AtomicU8| cell.load(SeqCst);
        let registers = self.registers.iter().map(|r| r.each_ref().map(value));
        (self.cells.each_ref().map(value), registers.collect())
    }
}

/// One thread of an execution.
#[derive(Clone, Copy)]
struct Actor<'a> {
    thread: usize,
    memory: &'a Memory,
}

impl<'a> Actor<'a> {
    fn perform(self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Plain(op) => self.apply(*op),
                Node::Marked(marker, op) => {
                    self.reach(*marker);
                    self.apply(*op);
                }
                Node::If(test, then, otherwise) => {
                    self.perform(if self.holds(*test) { then } else { otherwise });
                }
                Node::While(test, times, body) => {
                    let mut left = *times;
                    while left > 0 && self.holds(*test) {
                        self.perform(body);
                        left -= 1;
                    }
                }
                Node::PanicIf(test) => self.panic_if(*test),
            }
        }
    }

    /// The same, with markers in futures of their own and tasks that yield.
    fn perform_task(self, nodes: &'a [Node]) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move {
            for node in nodes {
                match node {
                    Node::Plain(op) => self.apply(*op),
                    Node::Marked(marker, op) => {
                        self.reach_in_a_future(*marker).await;
                        self.apply(*op);
                    }
                    Node::If(test, then, otherwise) => {
                        let branch = if self.holds(*test) { then } else { otherwise };
                        self.perform_task(branch).await;
                    }
                    Node::While(test, times, body) => {
                        for _ in 0..*times {
                            if self.holds(*test) {
                                self.perform_task(body).await;
                            }
                        }
                    }
                    Node::PanicIf(test) => self.panic_if(*test),
                }
            }
        })
    }

    async fn reach_in_a_future(self, marker: usize) {
        self.reach(marker);
        if marker == YIELDS_AT {
            let cancelled = Cancelled(self, marker);
            yield_once().await;
            std::mem::forget(cancelled);
            self.note(marker, StepKind::Resume);
        }
    }

    fn reach(self, marker: usize) {
        reach(marker);
        self.note(marker, StepKind::Marker);
    }

    fn note(self, marker: usize, kind: StepKind) {
        let thread = self.thread;
        let step = Step {
            kind,
            thread,
            marker,
        };
        self.memory.path.lock().unwrap().push(step);
    }

    fn register(self, register: usize) -> &'a AtomicU8 {
        &self.memory.registers[self.thread][register]
    }

    fn apply(self, op: Op) {
        let cells = &self.memory.cells;
        match op {
            Op::Read { register, cell } => {
                self.register(register)
                    .store(cells[cell].load(SeqCst), SeqCst);
            }
            Op::Write {
                cell,
                register,
                plus,
            } => {
                let value = (self.register(register).load(SeqCst) + plus) % VALUES;
                cells[cell].store(value, SeqCst);
            }
            Op::Add { cell, number } => {
                let value = (cells[cell].load(SeqCst) + number) % VALUES;
                cells[cell].store(value, SeqCst);
            }
        }
    }

    fn holds(self, test: Test) -> bool {
        (self.register(test.register).load(SeqCst) == test.value) == test.holds_if_equal
    }

    fn panic_if(self, test: Test) {
        assert!(!self.holds(test), "a thread panics");
    }
}

/// Notes that a task was cancelled behind a marker. What is unwound after a failure was not.
struct Cancelled<'a>(Actor<'a>, usize);

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.0.note(self.1, StepKind::Cancel);
        }
    }
}

/// Every program has its markers from this table.
#[interlace::trace]
fn reach(marker: usize) {
    match marker {
        0 => (), // interlace: m0
        1 => (), // interlace: m1
        2 => (), // interlace: m2
        _ => (), // interlace: m3
    }
}

/// As tokio's `yield_now`, but without a thread-local: a search on fibers would begin the first
/// execution anew when that changes, and the journal would have it twice.
async fn yield_once() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
