//! Every execution of a program, by an interpreter that knows nothing of the library: no threads,
//! no markers, only a machine whose state is copied at every choice.

use std::collections::BTreeMap;

use crate::bodies::Bodies;
use crate::program::{
    CELLS, Node, Op, Outcome, Program, REGISTERS, Step, StepKind, Test, VALUES, YIELDS_AT,
};

/// How an execution fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Panic,
    Check,
    Invariant,
}

#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) path: Vec<Step>,
    pub(crate) preemptions: usize,
    /// The number of steps up to the last that differs from the fixed order.
    pub(crate) forced: usize,
    pub(crate) kind: Option<Kind>,
    outcome: Option<Outcome>,
}

impl Execution {
    /// The first `length` steps, as a schedule is printed.
    pub(crate) fn line(&self, length: usize) -> String {
        let steps = self.path[..length].iter();
        let steps: Vec<_> = steps
            .map(
                |&Step {
                     kind,
                     thread,
                     marker,
                 }| match kind {
                    StepKind::Marker => format!("t{thread}:m{marker}"),
                    StepKind::Resume => format!("t{thread}:resume(m{marker})"),
                    StepKind::Cancel => format!("t{thread}:cancel(m{marker})"),
                },
            )
            .collect();
        steps.join(" ")
    }

    /// What makes a failing execution smaller than another.
    fn size(&self) -> (usize, usize, Vec<(bool, usize)>) {
        let steps = self.path[..self.forced].iter();
        let ways = steps.map(|step| (step.kind == StepKind::Cancel, step.thread));
        (self.preemptions, self.forced, ways.collect())
    }
}

/// Every execution, in exploration order.
#[derive(Debug)]
pub(crate) struct Explored {
    pub(crate) executions: Vec<Execution>,
}

impl Explored {
    pub(crate) fn of(program: &Program, bodies: Bodies) -> Self {
        let threads = program.threads.iter().enumerate();
        let code = threads.map(|(thread, nodes)| compile(nodes, bodies.is_task(thread)));
        let code: Vec<_> = code.collect();
        let mut machine = Machine {
            code: &code,
            program,
            cells: [0; CELLS],
            threads: vec![Thread::default(); code.len()],
            may_cancel: bodies == Bodies::Cancellable,
            over: None,
        };
        // The threads start one after the other; each runs up to its first marker.
        for thread in 0..code.len() {
            machine.run(thread);
        }
        let mut executions = Vec::new();
        let begun = Execution {
            path: Vec::new(),
            preemptions: 0,
            forced: 0,
            kind: None,
            outcome: None,
        };
        machine.explore(begun, &mut executions);
        Explored { executions }
    }

    /// Those with at most so many preemptions, fewest first.
    pub(crate) fn with_at_most(&self, preemptions: usize) -> Self {
        let mut executions = self.executions.clone();
        executions.retain(|execution| execution.preemptions <= preemptions);
        executions.sort_by_key(|execution| execution.preemptions);
        Explored { executions }
    }

    pub(crate) fn failing(&self) -> u64 {
        self.executions.iter().filter(|e| e.kind.is_some()).count() as u64
    }

    /// The outcomes as they are printed, sorted, and how many executions ended in each.
    pub(crate) fn outcomes(&self) -> Vec<(String, u64)> {
        let mut counts = BTreeMap::<String, u64>::new();
        for outcome in self.executions.iter().filter_map(|e| e.outcome.as_ref()) {
            *counts.entry(format!("{outcome:?}")).or_default() += 1;
        }
        counts.into_iter().collect()
    }

    /// The outcome that takes the most preemptions.
    pub(crate) fn hardest_outcome(&self) -> Option<Outcome> {
        let mut fewest = BTreeMap::<&Outcome, usize>::new();
        for execution in &self.executions {
            if let Some(outcome) = &execution.outcome {
                let preemptions = fewest.entry(outcome).or_insert(execution.preemptions);
                *preemptions = execution.preemptions.min(*preemptions);
            }
        }
        let hardest = fewest
            .into_iter()
            .max_by_key(|&(_, preemptions)| preemptions);
        hardest.map(|(outcome, _)| outcome.clone())
    }

    /// The first failing execution and its number, from 1.
    pub(crate) fn first_failure(&self) -> Option<(u64, &Execution)> {
        (1..).zip(&self.executions).find(|(_, e)| e.kind.is_some())
    }

    /// The minimum of the executions that fail in the same way.
    pub(crate) fn minimal_like(&self, first: &Execution) -> &Execution {
        let alike = self.executions.iter().filter(|e| e.kind == first.kind);
        alike.min_by_key(|e| e.size()).unwrap()
    }
}

/// A program without loops and nesting: loops are unrolled, and branches jump forward.
#[derive(Debug, Clone, Copy)]
enum Instruction {
    /// Before a marker, or where a task has yielded behind it.
    Pause {
        marker: usize,
        before: StepKind,
    },
    Do(Op),
    PanicIf(Test),
    /// Skips so many instructions unless the test holds.
    SkipUnless(Test, usize),
    Skip(usize),
}

fn compile(nodes: &[Node], is_task: bool) -> Vec<Instruction> {
    let pause = |marker, before| Instruction::Pause { marker, before };
    let compile = |nodes: &[Node]| compile(nodes, is_task);
    let mut code = Vec::new();
    for node in nodes {
        match node {
            Node::Plain(op) => code.push(Instruction::Do(*op)),
            Node::Marked(marker, op) => {
                code.push(pause(*marker, StepKind::Marker));
                if is_task && *marker == YIELDS_AT {
                    code.push(pause(*marker, StepKind::Resume));
                }
                code.push(Instruction::Do(*op));
            }
            Node::If(test, then, otherwise) => {
                let (then, otherwise) = (compile(then), compile(otherwise));
                code.push(Instruction::SkipUnless(*test, then.len() + 1));
                code.extend(then);
                code.push(Instruction::Skip(otherwise.len()));
                code.extend(otherwise);
            }
            Node::While(test, times, body) => code.extend(unroll(*test, *times, &compile(body))),
            Node::PanicIf(test) => code.push(Instruction::PanicIf(*test)),
        }
    }
    code
}

/// The last round, a round before it that skips what is left when the test fails, and so on.
fn unroll(test: Test, times: usize, body: &[Instruction]) -> Vec<Instruction> {
    (0..times).fold(Vec::new(), |rest, _| {
        let skip = Instruction::SkipUnless(test, body.len() + rest.len());
        [&[skip], body, &rest].concat()
    })
}

#[derive(Debug, Clone, Default)]
struct Thread {
    next: usize,
    registers: [u8; REGISTERS],
    /// Before which step.
    paused_at: Option<(StepKind, usize)>,
}

/// One execution, as far as it has come.
#[derive(Debug, Clone)]
struct Machine<'a> {
    code: &'a [Vec<Instruction>],
    program: &'a Program,
    cells: [u8; CELLS],
    threads: Vec<Thread>,
    may_cancel: bool,
    /// How it ended before its time.
    over: Option<Kind>,
}

impl Machine<'_> {
    /// Runs a thread up to its next marker, or to its end.
    fn run(&mut self, thread: usize) {
        let code = &self.code[thread];
        let me = &mut self.threads[thread];
        me.paused_at = None;
        while self.over.is_none() && me.next < code.len() {
            let instruction = code[me.next];
            me.next += 1;
            match instruction {
                Instruction::Pause { marker, before } => {
                    me.paused_at = Some((before, marker));
                    break;
                }
                Instruction::Do(Op::Read { register, cell }) => {
                    me.registers[register] = self.cells[cell];
                }
                Instruction::Do(Op::Write {
                    cell,
                    register,
                    plus,
                }) => {
                    self.cells[cell] = (me.registers[register] + plus) % VALUES;
                }
                Instruction::Do(Op::Add { cell, number }) => {
                    self.cells[cell] = (self.cells[cell] + number) % VALUES;
                }
                Instruction::PanicIf(test) if holds(me, test) => self.over = Some(Kind::Panic),
                Instruction::SkipUnless(test, length) if !holds(me, test) => me.next += length,
                Instruction::PanicIf(_) | Instruction::SkipUnless(..) => {}
                Instruction::Skip(length) => me.next += length,
            }
        }
        let is_violated = |(cell, value): (usize, u8)| self.cells[cell] == value;
        if self.over.is_none() && self.program.never.is_some_and(is_violated) {
            self.over = Some(Kind::Invariant);
        }
    }

    /// The steps that could be taken, in exploration order.
    fn ready(&self) -> Vec<Step> {
        let threads = self.threads.iter().enumerate();
        let steps = threads.filter_map(|(thread, it)| {
            let (kind, marker) = it.paused_at?;
            Some(Step {
                kind,
                thread,
                marker,
            })
        });
        let mut steps: Vec<_> = steps.collect();
        if self.may_cancel {
            let mut cancelled = steps.clone();
            cancelled.retain(|step| step.kind == StepKind::Resume);
            let kind = StepKind::Cancel;
            steps.extend(cancelled.into_iter().map(|step| Step { kind, ..step }));
        }
        steps
    }

    /// Goes every way from here on; `so_far` is the way that led here.
    fn explore(&self, so_far: Execution, executions: &mut Vec<Execution>) {
        let ready = self.ready();
        if ready.is_empty() || self.over.is_some() {
            executions.push(self.conclude(so_far));
            return;
        }
        let last = so_far.path.last().map(|step| step.thread);
        let goes_on = |step: &Step| Some(step.thread) == last && step.kind != StepKind::Cancel;
        let last = ready.iter().position(goes_on);
        for (choice, step) in ready.into_iter().enumerate() {
            let mut next = so_far.clone();
            next.path.push(step);
            let is_cancelled = step.kind == StepKind::Cancel;
            if choice != last.unwrap_or(0) {
                next.forced = next.path.len();
                next.preemptions += usize::from(last.is_some() || is_cancelled);
            }
            let mut machine = self.clone();
            if is_cancelled {
                machine.threads[step.thread].next = usize::MAX;
            }
            machine.run(step.thread);
            machine.explore(next, executions);
        }
    }

    fn conclude(&self, so_far: Execution) -> Execution {
        if self.over.is_some() {
            return Execution {
                kind: self.over,
                ..so_far
            };
        }
        let registers = self.threads.iter().map(|thread| thread.registers);
        let outcome = (self.cells, registers.collect());
        let is_wrong = self.program.wrong.holds(&outcome);
        Execution {
            kind: is_wrong.then_some(Kind::Check),
            outcome: Some(outcome),
            ..so_far
        }
    }
}

fn holds(thread: &Thread, test: Test) -> bool {
    let is_equal = thread.registers[test.register] == test.value;
    if test.holds_if_equal {
        is_equal
    } else {
        !is_equal
    }
}
