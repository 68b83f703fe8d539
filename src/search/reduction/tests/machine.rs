//! A machine that runs small programs as an engine does: threads that touch cells, take locks, start and
//! join others, wait and wake.

mod counting;
mod loops;
mod waits;

use std::collections::HashMap;

use super::program::{Code, Program, cell};
use crate::operation::{
    Access, Choice, Event, Footprints, Object, Operation, Pending, SchedulingPoint, StepEnd,
    ThreadId, ThreadState, ThreadStatus, Trace,
};
use crate::search::{Account, Search};
use crate::site::MarkerId;

/// One execution that has ended.
#[derive(Debug, Clone)]
pub(super) struct Execution {
    pub(super) events: Vec<Event>,
    pub(super) accesses: Vec<Access>,
    footprints: Footprints,
    identities: Vec<u64>,
    statuses: Vec<ThreadStatus>,
    pub(super) has_aborted: bool,
    pub(super) is_pruned: bool,
    /// The values of cells and registers at the end, and whether all threads have ended.
    pub(super) outcome: (Vec<u64>, Vec<u64>, bool),
}

impl Execution {
    pub(super) fn trace(&self) -> Trace<'_> {
        Trace {
            accesses: &self.accesses,
            has_aborted: self.has_aborted,
            threads: &self.statuses,
            footprints: &self.footprints,
            identities: &self.identities,
            ..Trace::of(&self.events)
        }
    }

    /// The threads of the steps, by their identities.
    pub(super) fn order(&self) -> Vec<u64> {
        let threads = self
            .events
            .iter()
            .map(|it| self.identities[it.thread.index()]);
        threads.collect()
    }
}

struct Machine<'a> {
    program: &'a Program,
    /// The thread of the program that each thread runs.
    code: Vec<usize>,
    line: Vec<usize>,
    registers: Vec<u64>,
    cells: Vec<u64>,
    references: [u64; 2],
    holders: Vec<Option<usize>>,
    /// How many share each lock.
    sharers: Vec<usize>,
    queues: Vec<Vec<usize>>,
    /// Whether the step under way has touched what is known only afterwards.
    has_called: bool,
    time: u64,
    /// When the wait of a thread is over that may time out.
    deadlines: HashMap<usize, u64>,
    /// The threads that wait in loops, or were let go and have not gone on.
    in_loops: Vec<usize>,
    execution: Execution,
}

impl Program {
    /// Runs one execution; it is not told how it has ended.
    pub(super) fn run(&self, search: &mut (impl Search + ?Sized)) -> Execution {
        let mut machine = Machine::new(self);
        machine.run(|point| search.choose(point));
        machine.execution
    }

    /// As [`run`](Self::run), and tells it.
    pub(super) fn run_and_end(&self, search: &mut (impl Search + ?Sized)) -> (Execution, Account) {
        let execution = self.run(search);
        let account = search.end(&execution.trace());
        (execution, account)
    }

    /// All executions there are, or nothing if there are more than `limit`.
    pub(super) fn every_execution(&self, limit: usize) -> Option<Vec<Execution>> {
        let mut all = Vec::new();
        let mut path: Vec<(usize, usize)> = Vec::new();
        loop {
            let mut machine = Machine::new(self);
            machine.run(|point| {
                if point.step == path.len() {
                    path.push((0, point.enabled.len()));
                }
                Choice::Take(path[point.step].0)
            });
            all.push(machine.execution);
            if all.len() > limit {
                return None;
            }
            while path
                .last()
                .is_some_and(|(taken, count)| taken + 1 == *count)
            {
                path.pop();
            }
            match path.last_mut() {
                Some((taken, _)) => *taken += 1,
                None => return Some(all),
            }
        }
    }
}

impl<'a> Machine<'a> {
    fn new(program: &'a Program) -> Self {
        let mut machine = Machine {
            program,
            code: Vec::new(),
            line: Vec::new(),
            registers: vec![0; program.threads.len()],
            cells: vec![0; program.cells],
            references: [0, 1].map(|it| program.references(it)),
            holders: vec![None; 8],
            sharers: vec![0; 8],
            queues: vec![Vec::new(); 8],
            has_called: false,
            time: 0,
            deadlines: HashMap::new(),
            in_loops: Vec::new(),
            execution: Execution {
                events: Vec::new(),
                accesses: Vec::new(),
                footprints: Footprints::default(),
                identities: Vec::new(),
                statuses: Vec::new(),
                has_aborted: false,
                is_pruned: false,
                outcome: (Vec::new(), Vec::new(), false),
            },
        };
        for code in 0..program.declared {
            let thread = machine.add(code);
            machine.arrive(thread);
        }
        machine
    }

    fn add(&mut self, code: usize) -> usize {
        self.code.push(code);
        self.line.push(0);
        self.execution.identities.push(code as u64 + 1);
        self.execution.statuses.push(ThreadStatus {
            state: ThreadState::Starting,
            passed: None,
        });
        self.code.len() - 1
    }

    fn next_code(&self, thread: usize) -> Option<&'a Code> {
        self.program.threads[self.code[thread]].get(self.line[thread])
    }

    fn state(&mut self, thread: usize) -> &mut ThreadState {
        &mut self.execution.statuses[thread].state
    }

    fn find(&self, code: usize) -> Option<usize> {
        self.code.iter().position(|it| *it == code)
    }

    /// The thread comes to its next marker, to a join, or to its end.
    fn arrive(&mut self, thread: usize) {
        let id = ThreadId::new(thread);
        let Some(code) = self.next_code(thread) else {
            *self.state(thread) = ThreadState::Finished;
            return;
        };
        if let Code::Join(other) = *code {
            let other = self.find(other).expect("it was spawned");
            *self.state(thread) = ThreadState::Joining(ThreadId::new(other));
            return;
        }
        if *code != Code::Anything {
            self.execution.footprints.declare(id, code.footprint());
        }
        self.execution.footprints.reach(id);
        let marker = self.code[thread] * 64 + self.line[thread];
        let marker = u32::try_from(marker).unwrap();
        *self.state(thread) = ThreadState::Marker(MarkerId::new(marker));
    }

    /// Looks who can go on now.
    fn enabled(&mut self) -> Vec<Pending> {
        let mut enabled = Vec::new();
        for thread in 0..self.code.len() {
            let is_free = match self.next_code(thread) {
                Some(Code::Lock(lock, _)) => {
                    Some(self.holders[*lock].is_none() && self.sharers[*lock] == 0)
                }
                Some(Code::Share(lock)) => Some(self.holders[*lock].is_none()),
                _ => None,
            };
            if let Some(is_free) = is_free {
                let state = self.state(thread);
                *state = match *state {
                    ThreadState::Marker(it) if !is_free => ThreadState::WaitingForLock(it),
                    ThreadState::WaitingForLock(it) if is_free => ThreadState::Marker(it),
                    same => same,
                };
            }
            if let ThreadState::Joining(other) = *self.state(thread)
                && self.execution.statuses[other.index()].state.has_ended()
            {
                *self.state(thread) = ThreadState::Joined(other);
            }
            let operation = match *self.state(thread) {
                ThreadState::Starting => Operation::start(),
                ThreadState::Marker(marker) => Operation::at_marker(marker),
                ThreadState::Joined(other) => Operation::join(other),
                ThreadState::Unblocked(_) => Operation::resume(self.passed(thread)),
                ThreadState::MayGoOn(_) => Operation::timeout(self.passed(thread)),
                _ => continue,
            };
            let thread = ThreadId::new(thread);
            enabled.push(Pending { thread, operation });
        }
        enabled.sort_by_key(|pending| pending.way());
        enabled
    }

    fn passed(&self, thread: usize) -> MarkerId {
        let passed = self.execution.statuses[thread].passed;
        passed.unwrap_or_else(MarkerId::start)
    }

    fn run(&mut self, mut choose: impl FnMut(&SchedulingPoint<'_>) -> Choice) {
        loop {
            let enabled = self.enabled();
            if enabled.is_empty() || self.execution.has_aborted {
                break;
            }
            let states: Vec<_> = self.execution.statuses.iter().map(|it| it.state).collect();
            let point = SchedulingPoint {
                threads: &states,
                footprints: &self.execution.footprints,
                identities: &self.execution.identities,
                ..SchedulingPoint::after(&self.execution.events, &enabled)
            };
            match choose(&point) {
                Choice::Take(index) => {
                    let event = point.event(index);
                    self.step(event);
                }
                Choice::Prune => {
                    self.execution.is_pruned = true;
                    break;
                }
            }
        }
        let statuses = self.execution.statuses.iter();
        let have_ended = statuses.map(|it| it.state.has_ended());
        let have_ended = have_ended.fold(true, |all, one| all & one);
        self.execution.outcome = (self.cells.clone(), self.registers.clone(), have_ended);
    }

    fn call(&mut self, own: usize, number: usize) {
        self.cells[number] = self.registers[own] + 1;
        self.touch(Access::write(cell(number)));
    }

    fn touch(&mut self, access: Access) {
        self.has_called |= !matches!(access.object, Object::Thread(_));
        self.execution.accesses.push(access);
    }

    fn step(&mut self, event: Event) {
        let thread = event.thread.index();
        let pending = event.pending();
        let execution = &mut self.execution;
        let knowledge = execution
            .footprints
            .touched_by(pending, &mut execution.accesses);
        if event.operation.is_marker() || execution.footprints.is_one_step(pending) {
            execution.footprints.pass(event.thread);
        }
        if let Some(marker) = event.operation.passes() {
            execution.statuses[thread].passed = Some(marker);
        }
        let end = if event.operation.is_marker() {
            let before = self.cells.clone();
            let end = match self.next_code(thread) {
                Some(Code::Await(cells)) => self.enter_loop(thread, cells),
                _ => self.run_code(thread),
            };
            self.let_go_of_loops(&before);
            end
        } else if let Some(place) = self.in_loops.iter().position(|it| *it == thread) {
            self.in_loops.swap_remove(place);
            self.leave_loop(thread);
            self.arrive(thread);
            StepEnd::Paused
        } else {
            match *self.state(thread) {
                ThreadState::Joined(_) => self.line[thread] += 1,
                ThreadState::MayGoOn(_) => self.time_out(thread),
                _ => {}
            }
            self.deadlines.remove(&thread);
            self.execution.footprints.end_timed_wait(event.thread);
            self.arrive(thread);
            StepEnd::Paused
        };
        let has_ended = *self.state(thread) == ThreadState::Finished;
        self.execution.events.push(Event {
            knowledge,
            has_called: std::mem::take(&mut self.has_called),
            end: if has_ended { StepEnd::Ended } else { end },
            accesses_end: u32::try_from(self.execution.accesses.len()).unwrap(),
            ..event
        });
    }

    fn spawn(&mut self, code: usize) {
        let new = self.add(code);
        self.touch(Access::write(Object::Thread(ThreadId::new(new))));
    }

    fn run_code(&mut self, thread: usize) -> StepEnd {
        let code = self.next_code(thread).expect("it is paused there");
        self.line[thread] += 1;
        let own = self.code[thread];
        match *code {
            Code::Read(cell) => self.registers[own] = self.cells[cell],
            Code::Write(cell) => self.cells[cell] = self.registers[own] + 1,
            Code::Clear(cell) => self.cells[cell] = 0,
            Code::Call(number) => self.call(own, number),
            Code::Sum(ref reads, ref writes) => {
                let sum: u64 = reads.iter().map(|it| self.cells[*it]).sum();
                for write in writes {
                    self.cells[*write] = sum + self.registers[own] + own as u64 + 1;
                }
            }
            Code::JumpIfZero(cell, line) => {
                if self.cells[cell] == 0 {
                    self.line[thread] = line;
                }
            }
            Code::SwapZero(cell, line) => {
                if self.cells[cell] == 0 {
                    self.cells[cell] = own as u64 + 1;
                    self.line[thread] = line;
                }
            }
            Code::Anything => self.cells.iter_mut().for_each(|it| *it += 1),
            Code::Lock(lock, is_released) => {
                self.holders[lock] = (!is_released).then_some(thread);
            }
            Code::Clone(_) | Code::Drop(_) | Code::Count(_) => self.run_counting(own, code),
            Code::Unlock(lock) => self.holders[lock] = None,
            Code::Share(lock) => self.sharers[lock] += 1,
            Code::Unshare(lock) => self.sharers[lock] -= 1,
            Code::Spawn(code) => self.spawn(code),
            Code::Join(_) | Code::Await(_) => unreachable!("that runs elsewhere"),
            Code::Wait(_) | Code::WaitFor(..) | Code::Sleep(_) => {
                self.wait(thread, code);
                return StepEnd::Waits;
            }
            Code::Look => self.registers[own] = self.look(),
            Code::Wake(queue) => self.wake(queue),
            Code::PanicAt(value) => {
                if self.registers[own] == value {
                    self.execution.has_aborted = true;
                    *self.state(thread) = ThreadState::Panicked;
                    return StepEnd::Ended;
                }
            }
        }
        self.arrive(thread);
        StepEnd::Paused
    }
}
