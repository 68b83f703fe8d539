//! Runs the threads of a program one after the other, in every order, before they are interleaved.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use itertools::{Itertools as _, Permutations};

use super::run_context::RunContext;
use crate::engine::{
    ExecutionEnd, ExecutionResult, Program, ProgramInstance, Scheduler, ThreadTable,
};
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::failure::{FailureKind, SerialViews};
use crate::operation::{Choice, Event, Pending, SchedulingPoint, ThreadId};

/// Eight threads have 40 320 orders.
const MAX_THREADS: usize = 8;

/// Prepares the program's oracles: runs the serial orders, if it asks for them.
///
/// # Errors
///
/// If outcomes are allowed but not described; if there are too many threads; if no serial order is
/// possible; if one does not end in time.
pub(super) fn prepare(context: RunContext<'_>) -> Result<(), Error> {
    let program = context.program;
    let Some(oracles) = program.oracles() else {
        return Ok(());
    };
    if oracles.limit_outcomes() && !program.describes_outcomes() {
        return Err(no_outcome());
    }
    if oracles.want_serial_views() {
        oracles.set_serial_views(views(context)?);
    }
    Ok(())
}

fn views(context: RunContext<'_>) -> Result<SerialViews, Error> {
    let program = context.program;
    let threads = program.threads().len();
    if threads > MAX_THREADS {
        return Err(too_many_threads(threads));
    }
    let viewed: Arc<dyn Program> = Arc::new(Viewed(Arc::clone(program)));
    let viewed = RunContext {
        program: &viewed,
        ..context
    };
    let serial = viewed.run(Serial::new(threads))?;
    if let Some(record) = serial.timed_out {
        return Err(timed_out(
            &serial.order,
            program.threads(),
            record.failure(),
        ));
    }
    if serial.possible == 0 && serial.failed == 0 {
        return Err(no_serial_order(threads));
    }
    Ok(serial.views)
}

/// The program with its view as its outcome, and with no checks or oracles.
struct Viewed(Arc<dyn Program>);

impl Program for Viewed {
    fn threads(&self) -> &[String] {
        self.0.threads()
    }

    fn instance(self: Arc<Self>) -> Box<dyn ProgramInstance> {
        Box::new(ViewedInstance(Arc::clone(&self.0).instance()))
    }

    fn is_noticed(&self) -> Arc<AtomicBool> {
        self.0.is_noticed()
    }
}

/// An instance whose outcome is the view.
struct ViewedInstance(Box<dyn ProgramInstance>);

impl ProgramInstance for ViewedInstance {
    fn init(&mut self) {
        self.0.init();
    }

    fn drop_state(&mut self) {
        self.0.drop_state();
    }

    fn run_thread(&self, thread: ThreadId) {
        self.0.run_thread(thread);
    }

    fn outcome(&self) -> Option<String> {
        self.0.view()
    }
}

/// Schedules one execution for each order of the threads. Each thread runs to its end before the
/// next takes its first step. Orders in which that is impossible are left out.
#[derive(Debug)]
struct Serial {
    orders: Permutations<std::ops::Range<usize>>,
    order: Vec<usize>,
    /// The place in `order` of the thread that took the last step.
    place: usize,
    views: SerialViews,
    /// How many orders ran to their end, and how many failed before.
    possible: u64,
    failed: u64,
    timed_out: Option<Record>,
}

impl Serial {
    fn new(threads: usize) -> Self {
        Serial {
            orders: (0..threads).permutations(threads),
            order: Vec::new(),
            place: 0,
            views: SerialViews::default(),
            possible: 0,
            failed: 0,
            timed_out: None,
        }
    }

    fn place(&self, thread: ThreadId) -> usize {
        let place = self.order.iter().position(|&at| at == thread.index());
        place.expect("an order holds every thread")
    }
}

impl Scheduler for Serial {
    fn new_execution(&mut self) -> Option<usize> {
        if self.timed_out.is_some() {
            return None;
        }
        let next = self.orders.next();
        let has_next = next.is_some();
        self.order = next.unwrap_or_default();
        self.place = 0;
        has_next.then_some(0)
    }

    /// Lets the first thread of the order that can go on do so. If that is an earlier one than
    /// before, it had to wait for a later one, so the order is not possible.
    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        // Nobody is interrupted as long as another can go on.
        let place = |it: &Pending| (it.operation.rarity(), self.place(it.thread));
        let Some(choice) = point.enabled.iter().map(place).position_min() else {
            return Choice::Prune;
        };
        let place = self.place(point.enabled[choice].thread);
        if place < self.place {
            return Choice::Prune;
        }
        self.place = place;
        Choice::Take(choice)
    }

    fn end(&mut self, ended: ExecutionResult<'_>) {
        match ended.end {
            ExecutionEnd::Held => {
                // A thread that waited was not alone, even if it took no later step.
                let has_waited = ended.trace.events.iter().any(Event::waits);
                if let Some(view) = ended.outcome.filter(|_| !has_waited) {
                    self.possible += 1;
                    self.views.add(view.to_owned(), self.order.clone());
                }
            }
            ExecutionEnd::Pruned => {}
            ExecutionEnd::Failed(kind) => match **kind {
                // It waited for another thread, blocked or in a loop.
                FailureKind::Deadlock(_) | FailureKind::Livelock(_) | FailureKind::StepLimit(_) => {
                }
                FailureKind::TimeOut(_) => self.timed_out = Some(Record::of(ended)),
                // The search will find this failure too: this order is one of its schedules.
                _ => self.failed += 1,
            },
        }
    }
}

#[cold]
fn no_outcome() -> Error {
    Error::new(
        ErrorKind::NoOutcome,
        "`allow_outcomes` says which outcomes are allowed, and nothing says what the outcome is: \
         add `.outcome(|state| …)`",
    )
}

#[cold]
fn too_many_threads(threads: usize) -> Error {
    let text = format!(
        "`serializable` runs every serial order of the threads, and {threads} threads have too \
             many: it takes {MAX_THREADS} threads at most. Let one thread do the work of several, \
             or compare with what is right in a `check`"
    );
    Error::new(ErrorKind::TooManyThreads, text)
}

#[cold]
fn no_serial_order(threads: usize) -> Error {
    let text = format!(
        "`serializable` compares with the serial orders of the threads, and none of the {} is \
             possible: in each, a thread waits for one that comes after it. Compare with what is \
             right in a `check`",
        (1..=threads).product::<usize>()
    );
    Error::new(ErrorKind::NoSerialOrder, text)
}

#[cold]
fn timed_out(order: &[usize], names: &[String], kind: Option<FailureKind>) -> Error {
    let order = order.iter().map(|&thread| format!("`{}`", names[thread]));
    let kind = kind.map_or_else(String::new, |kind| kind.to_string());
    let text = format!(
        "`serializable` runs the threads one after the other, in every order, and in the order \
             {} that {kind}",
        order.format(", then ")
    );
    Error::new(ErrorKind::TimedOut, text)
}
