//! Programs as real code: each step is the call that it is named after.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{self, Arc, TryLockError};
use std::thread::{self, JoinHandle, Thread};

use super::code::{CELLS, Step};

#[derive(Debug, Default)]
struct Kept {
    value: u8,
    flag: bool,
}

#[derive(Default)]
struct Shared {
    cells: [AtomicUsize; CELLS],
    std: [sync::Mutex<Kept>; 2],
    bells: [sync::Condvar; 2],
    other: parking_lot::Mutex<Kept>,
    other_bell: parking_lot::Condvar,
    rwlock: sync::RwLock<Kept>,
    other_rwlock: parking_lot::RwLock<Kept>,
}

enum Guard {
    Std(sync::MutexGuard<'static, Kept>),
    Other(parking_lot::MutexGuard<'static, Kept>),
    Write(sync::RwLockWriteGuard<'static, Kept>),
    OtherWrite(parking_lot::RwLockWriteGuard<'static, Kept>),
    Read(#[allow(dead_code, reason = "held")] sync::RwLockReadGuard<'static, Kept>),
    OtherRead(#[allow(dead_code, reason = "held")] parking_lot::RwLockReadGuard<'static, Kept>),
}

impl Guard {
    fn kept(&mut self) -> &mut Kept {
        match self {
            Guard::Std(it) => it,
            Guard::Other(it) => it,
            Guard::Write(it) => it,
            Guard::OtherWrite(it) => it,
            Guard::Read(_) | Guard::OtherRead(_) => unreachable!("it is only read"),
        }
    }
}

impl Shared {
    fn lock(&'static self, lock: usize) -> Guard {
        match lock {
            0 | 1 => Guard::Std(self.std[lock].lock().unwrap()),
            2 => Guard::Other(self.other.lock()),
            3 => Guard::Write(self.rwlock.write().unwrap()),
            _ => Guard::OtherWrite(self.other_rwlock.write()),
        }
    }

    fn try_lock(&'static self, lock: usize) -> Option<Guard> {
        if lock == 2 {
            return self.other.try_lock().map(Guard::Other);
        }
        match self.std[lock].try_lock() {
            Ok(guard) => Some(Guard::Std(guard)),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Poisoned(_)) => unreachable!("nobody panics"),
        }
    }

    fn read(&'static self, lock: usize) -> Guard {
        match lock {
            3 => Guard::Read(self.rwlock.read().unwrap()),
            _ => Guard::OtherRead(self.other_rwlock.read()),
        }
    }

    fn wait(&'static self, lock: usize, guard: Guard) -> Guard {
        match guard {
            Guard::Std(guard) => Guard::Std(self.bells[lock].wait(guard).unwrap()),
            Guard::Other(mut guard) => {
                self.other_bell.wait(&mut guard);
                Guard::Other(guard)
            }
            _ => unreachable!("it has no condition"),
        }
    }

    fn notify(&'static self, lock: usize, all: bool) {
        match (lock, all) {
            (2, true) => drop(self.other_bell.notify_all()),
            (2, false) => drop(self.other_bell.notify_one()),
            (_, true) => self.bells[lock].notify_all(),
            (_, false) => self.bells[lock].notify_one(),
        }
    }
}

/// What the threads have seen that a thread has started, and itself.
type Seen = Vec<(usize, Vec<u8>)>;

/// A thread, and what nobody else looks at.
struct Runner {
    thread: usize,
    code: &'static [Vec<Step>],
    shared: &'static Shared,
    first: Thread,
    references: Vec<Arc<()>>,
    held: Vec<(usize, Guard)>,
    children: Vec<(usize, JoinHandle<Seen>)>,
    seen: Vec<u8>,
    all: Seen,
}

/// Runs a program, and returns what each of its threads has seen.
pub(crate) fn run(code: &'static [Vec<Step>]) -> Vec<Vec<u8>> {
    let shared = Box::leak(Box::default());
    let runner = Runner::new(0, code, shared, thread::current(), vec![Arc::new(())]);
    let mut threads = vec![Vec::new(); code.len()];
    for (thread, seen) in runner.run() {
        threads[thread] = seen;
    }
    threads
}

impl Runner {
    fn new(
        thread: usize,
        code: &'static [Vec<Step>],
        shared: &'static Shared,
        first: Thread,
        references: Vec<Arc<()>>,
    ) -> Self {
        Runner {
            thread,
            code,
            shared,
            first,
            references,
            held: Vec::new(),
            children: Vec::new(),
            seen: Vec::new(),
            all: Vec::new(),
        }
    }

    fn run(mut self) -> Seen {
        let mut line = 0;
        while line < self.code[self.thread].len() {
            line = self.step(self.code[self.thread][line], line + 1);
        }
        self.all.push((self.thread, self.seen));
        self.all
    }

    /// Takes a step. Returns which is next.
    fn step(&mut self, step: Step, next: usize) -> usize {
        let seen = match step {
            Step::Load(cell) => self.shared.cells[cell].load(SeqCst),
            Step::Add(cell, value) => self.shared.cells[cell].fetch_add(value.into(), SeqCst),
            Step::Swap(cell, value) => self.shared.cells[cell].swap(value.into(), SeqCst),
            Step::Exchange(cell, from, to) => {
                let cell = &self.shared.cells[cell];
                let result = cell.compare_exchange(from.into(), to.into(), SeqCst, SeqCst);
                result.unwrap_or_else(|found| found)
            }
            Step::Touch(lock) => {
                let number = self.thread as u8 + 1;
                let kept = self.kept(lock);
                let before = kept.value;
                kept.value = before.wrapping_mul(2).wrapping_add(number);
                before.into()
            }
            Step::TryLock(lock, otherwise) => match self.shared.try_lock(lock) {
                Some(guard) => {
                    self.held.push((lock, guard));
                    1
                }
                None => {
                    self.seen.push(0);
                    return otherwise;
                }
            },
            Step::GetMut => {
                let own = self.references.last_mut();
                usize::from(own.is_some_and(|it| Arc::get_mut(it).is_some()))
            }
            Step::Count => self.references.last().map_or(0, Arc::strong_count),
            _ => return self.step_unseen(step, next),
        };
        self.seen.push(seen as u8);
        next
    }

    /// As [`step`](Self::step), if nothing is seen by that.
    fn step_unseen(&mut self, step: Step, next: usize) -> usize {
        match step {
            Step::Store(cell, value) => self.shared.cells[cell].store(value.into(), SeqCst),
            Step::Jump(to) => return to,
            Step::JumpUnless(value, to) if self.seen.last() != Some(&value) => return to,
            Step::JumpIf(value, to) if self.seen.last() == Some(&value) => return to,
            Step::JumpIfFlag(lock, to) if self.kept(lock).flag => return to,
            Step::Lock(lock) => self.held.push((lock, self.shared.lock(lock))),
            Step::Read(lock) => self.held.push((lock, self.shared.read(lock))),
            Step::Unlock(lock) => drop(self.take(lock)),
            Step::SetFlag(lock) => self.kept(lock).flag = true,
            Step::Wait(lock) => {
                let guard = self.take(lock);
                self.held.push((lock, self.shared.wait(lock, guard)));
            }
            Step::Notify(lock, all) => self.shared.notify(lock, all),
            Step::Park => thread::park(),
            Step::Unpark(0) => self.first.unpark(),
            Step::Unpark(thread) => {
                let child = self.children.iter().find(|it| it.0 == thread);
                child.expect("it was started").1.thread().unpark();
            }
            Step::Spawn(thread) => self.spawn(thread),
            Step::Join(thread) => {
                let at = self.children.iter().position(|it| it.0 == thread);
                let (_, child) = self.children.remove(at.expect("it was started"));
                self.all.extend(child.join().unwrap());
            }
            Step::Await(cell, value) => {
                while self.shared.cells[cell].load(SeqCst) != value.into() {
                    hint::spin_loop();
                }
            }
            Step::Clone => self.references.extend(self.references.last().cloned()),
            Step::Drop => drop(self.references.pop()),
            Step::DropAll => self.references.clear(),
            _ => {}
        }
        next
    }

    fn spawn(&mut self, thread: usize) {
        let (code, shared, first) = (self.code, self.shared, self.first.clone());
        let references = self.references.last().cloned().into_iter().collect();
        let runs = move || Runner::new(thread, code, shared, first, references).run();
        self.children.push((thread, thread::spawn(runs)));
    }

    fn kept(&mut self, lock: usize) -> &mut Kept {
        let held = self.held.iter_mut().find(|it| it.0 == lock);
        held.expect("it is held").1.kept()
    }

    fn take(&mut self, lock: usize) -> Guard {
        let at = self.held.iter().position(|it| it.0 == lock);
        self.held.remove(at.expect("it is held")).1
    }
}
