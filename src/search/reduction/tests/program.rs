//! Small programs: what their threads do, and what that touches.

use crate::operation::{Access, Footprint, Object};

/// What a thread does after one of its markers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Code {
    /// Reads the cell into the register.
    Read(usize),
    /// Writes the register, plus one, to the cell.
    Write(usize),
    /// Writes the register, plus one, to the cell, and is known to only afterwards: as what a call does.
    Call(usize),
    /// Reads some cells and writes their sum and the register to others.
    Sum(Vec<usize>, Vec<usize>),
    /// Goes to this line if the cell is zero; reads it.
    JumpIfZero(usize, usize),
    /// Sets the cell if it is zero, and then goes to this line: a compare-and-swap.
    SwapZero(usize, usize),
    /// May touch anything: adds one to every cell.
    Anything,
    /// Acquires a lock, and releases it at the end of the step if it is so.
    Lock(usize, bool),
    Unlock(usize),
    /// Acquires a lock as others may at the same time.
    Share(usize),
    Unshare(usize),
    /// Makes one more reference, of which the thread has one.
    Clone(usize),
    /// Gives up a reference. The register is 10 more if it was the last.
    Drop(usize),
    /// Reads how many references there are.
    Count(usize),
    Spawn(usize),
    Join(usize),
    /// Waits until woken, in this queue.
    Wait(usize),
    /// Waits in this queue until woken or until the clock is this far ahead, which it may be at any time.
    WaitFor(usize, u64),
    /// Waits for the clock alone.
    Sleep(u64),
    /// Reads the clock into the register, which moves it by one.
    Look,
    /// Wakes the first who waits there, if anybody does.
    Wake(usize),
    /// Writes zero to the cell.
    Clear(usize),
    /// Waits in a loop until one of the cells is not zero, and reads the first.
    Await(Vec<usize>),
    /// Panics if the register is this.
    PanicAt(u64),
}

/// Threads, of which the first `declared` run from the start; each is spawned at most once otherwise.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) declared: usize,
    pub(super) threads: Vec<Vec<Code>>,
    pub(super) cells: usize,
}

impl Program {
    /// How many references there are at first: as many as are given up in all, but for those that are made.
    pub(super) fn references(&self, number: usize) -> u64 {
        let all = self.threads.iter().flatten();
        let [dropped, made] = [Code::Drop(number), Code::Clone(number)]
            .map(|code| all.clone().filter(|it| **it == code).count() as u64);
        dropped.saturating_sub(made)
    }
}

const CELL: usize = 16;
const LOCK: usize = 1 << 20;
const QUEUE: usize = 1 << 30;
const COUNT: usize = 1 << 40;

pub(super) fn cell(number: usize) -> Object {
    let start = (number + 1) * CELL;
    Object::Memory(start..start + 8)
}

/// Waiting or waking there.
pub(super) fn queue(number: usize) -> Access {
    Access::write(word(QUEUE, number))
}

/// That of the references of this number.
pub(super) fn count(number: usize) -> Object {
    word(COUNT, number)
}

fn word(base: usize, number: usize) -> Object {
    Object::Memory(base + number * CELL..base + number * CELL + 4)
}

impl Code {
    pub(super) fn footprint(&self) -> Footprint {
        let reads = |cells: &[usize]| cells.iter().map(|it| Access::read(cell(*it))).collect();
        let accesses = match self {
            Code::Read(it) | Code::JumpIfZero(it, _) => reads(&[*it]),
            Code::Await(all) => reads(all),
            Code::Write(it) | Code::Clear(it) | Code::SwapZero(it, _) => {
                vec![Access::write(cell(*it))]
            }
            Code::Sum(from, to) => {
                let mut all: Vec<Access> = reads(from);
                all.extend(to.iter().map(|it| Access::write(cell(*it))));
                all
            }
            Code::Clone(it) => vec![Access::increment(count(*it))],
            Code::Drop(it) => vec![Access::decrement(count(*it))],
            Code::Count(it) => vec![Access::read(count(*it))],
            Code::Unlock(lock) => vec![Access::release(word(LOCK, *lock))],
            Code::Share(lock) => vec![Access::acquire_shared(word(LOCK, *lock))],
            Code::Unshare(lock) => vec![Access::release_shared(word(LOCK, *lock))],
            Code::Lock(lock, is_released) => {
                let lock = word(LOCK, *lock);
                let release = is_released.then(|| Access::release(lock.clone()));
                [Access::acquire(lock)].into_iter().chain(release).collect()
            }
            Code::Wait(number) | Code::WaitFor(number, _) | Code::Wake(number) => {
                vec![queue(*number)]
            }
            _ => Vec::new(),
        };
        Footprint { accesses }
    }
}
