//! Programs as values, and what threads are told to do one after the other.

/// What a thread does. Cells, locks and threads are named by their numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Load(usize),
    Store(usize, u8),
    Add(usize, u8),
    Exchange(usize, u8, u8),
    Swap(usize, u8),
    /// Only if this was seen last.
    If(u8, Vec<Action>),
    Lock(usize, Vec<Action>),
    /// Only if the lock is free.
    TryLock(usize, Vec<Action>),
    Read(usize, Vec<Action>),
    /// What is kept under a lock that is held.
    Touch(usize),
    /// Takes the lock, and waits until the flag under it is set, or just once.
    Wait(usize, bool),
    /// Sets the flag, and wakes all or one.
    Notify(usize, bool),
    Park,
    Unpark(usize),
    Spawn(usize),
    Join(usize),
    /// Looks at a cell until this is there, for ever or a few times.
    Await(usize, u8),
    Retry(usize, u8),
    Clone,
    Drop,
    GetMut,
    Count,
}

/// The threads, of which the first starts the others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Program(pub(crate) Vec<Vec<Action>>);

/// One step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Load(usize),
    Store(usize, u8),
    Add(usize, u8),
    Exchange(usize, u8, u8),
    Swap(usize, u8),
    Jump(usize),
    /// Unless this was seen last.
    JumpUnless(u8, usize),
    JumpIf(u8, usize),
    JumpIfFlag(usize, usize),
    Lock(usize),
    /// Jumps if it is held.
    TryLock(usize, usize),
    Read(usize),
    Unlock(usize),
    Touch(usize),
    SetFlag(usize),
    Wait(usize),
    Notify(usize, bool),
    Park,
    Unpark(usize),
    Spawn(usize),
    Join(usize),
    Await(usize, u8),
    Clone,
    Drop,
    GetMut,
    Count,
    DropAll,
}

pub(crate) const CELLS: usize = 3;

/// How many locks there are: std's `Mutex` twice and that of `parking_lot`, then the `RwLock` of each.
pub(crate) const LOCKS: usize = 5;
pub(crate) const RWLOCKS: std::ops::Range<usize> = 3..5;

/// How often a loop looks that gives up.
const TRIES: usize = 3;

impl Program {
    /// The steps of each thread. What a thread could not do is left out.
    pub(crate) fn steps(&self) -> Vec<Vec<Step>> {
        let mut started = vec![0];
        let threads = self.0.iter().enumerate().map(|(thread, actions)| {
            let mut own = Compiler {
                thread,
                started: &mut started,
                children: Vec::new(),
                joined: Vec::new(),
                held: Vec::new(),
                threads: self.0.len(),
                steps: Vec::new(),
            };
            own.add_all(actions, 0);
            for child in own.children.clone() {
                own.add(&Action::Join(child), 0);
            }
            own.steps.push(Step::DropAll);
            own.steps
        });
        threads.collect()
    }
}

struct Compiler<'a> {
    thread: usize,
    started: &'a mut Vec<usize>,
    children: Vec<usize>,
    joined: Vec<usize>,
    held: Vec<usize>,
    threads: usize,
    steps: Vec<Step>,
}

impl Compiler<'_> {
    fn add_all(&mut self, actions: &[Action], depth: usize) {
        for action in actions {
            self.add(action, depth);
        }
    }

    /// Does this while the lock is held.
    fn hold(&mut self, lock: usize, body: &[Action], depth: usize) {
        self.held.push(lock);
        self.add_all(body, depth + 1);
        self.held.pop();
        self.steps.push(Step::Unlock(lock));
    }

    fn add(&mut self, action: &Action, depth: usize) {
        // Who waits for a lock to read may have to wait for one who waits to write: so nothing is nested there.
        let is_in_rwlock = self.held.iter().any(|it| RWLOCKS.contains(it));
        match *action {
            Action::Load(cell) => self.steps.push(Step::Load(cell)),
            Action::Store(cell, value) => self.steps.push(Step::Store(cell, value)),
            Action::Add(cell, value) => self.steps.push(Step::Add(cell, value)),
            Action::Exchange(cell, from, to) => self.steps.push(Step::Exchange(cell, from, to)),
            Action::Swap(cell, value) => self.steps.push(Step::Swap(cell, value)),
            Action::If(value, ref body) => {
                let at = self.steps.len();
                self.steps.push(Step::Jump(0));
                self.add_all(body, depth + 1);
                self.steps[at] = Step::JumpUnless(value, self.steps.len());
            }
            Action::Lock(lock, ref body) if !self.held.contains(&lock) && !is_in_rwlock => {
                self.steps.push(Step::Lock(lock));
                self.hold(lock, body, depth);
            }
            Action::TryLock(lock, ref body)
                if !self.held.contains(&lock) && !RWLOCKS.contains(&lock) =>
            {
                let at = self.steps.len();
                self.steps.push(Step::Jump(0));
                self.hold(lock, body, depth);
                self.steps[at] = Step::TryLock(lock, self.steps.len());
            }
            Action::Read(lock, ref body) if RWLOCKS.contains(&lock) && self.held.is_empty() => {
                self.steps.push(Step::Read(lock));
                // What is kept there must not be changed by who reads.
                self.held.push(LOCKS + lock);
                let body: Vec<Action> = body.iter().filter(|it| it.is_plain()).cloned().collect();
                self.add_all(&body, depth + 1);
                self.held.pop();
                self.steps.push(Step::Unlock(lock));
            }
            Action::Touch(lock) if self.held.contains(&lock) => self.steps.push(Step::Touch(lock)),
            Action::Wait(lock, is_again) if self.held.is_empty() => self.add_wait(lock, is_again),
            Action::Notify(lock, all) if self.held.is_empty() => {
                let steps = [Step::Lock(lock), Step::SetFlag(lock), Step::Unlock(lock)];
                self.steps.extend(steps);
                self.steps.push(Step::Notify(lock, all));
            }
            Action::Park if !is_in_rwlock => self.steps.push(Step::Park),
            Action::Unpark(thread)
                if thread == 0 && self.thread != 0
                    || self.children.contains(&thread) && !self.joined.contains(&thread) =>
            {
                self.steps.push(Step::Unpark(thread));
            }
            Action::Spawn(thread) => self.add_spawn(thread, depth),
            Action::Join(thread) => self.add_join(thread, depth),
            Action::Await(cell, value) if !is_in_rwlock => {
                self.steps.push(Step::Await(cell, value))
            }
            Action::Retry(cell, value) => self.add_retry(cell, value),
            Action::Clone => self.steps.push(Step::Clone),
            Action::Drop => self.steps.push(Step::Drop),
            Action::GetMut => self.steps.push(Step::GetMut),
            Action::Count => self.steps.push(Step::Count),
            _ => {}
        }
    }

    fn add_wait(&mut self, lock: usize, is_again: bool) {
        self.steps.push(Step::Lock(lock));
        let begin = self.steps.len();
        let end = begin + 2 + usize::from(is_again);
        self.steps.push(Step::JumpIfFlag(lock, end));
        self.steps.push(Step::Wait(lock));
        if is_again {
            self.steps.push(Step::Jump(begin));
        }
        self.steps.extend([Step::Touch(lock), Step::Unlock(lock)]);
    }

    fn add_spawn(&mut self, thread: usize, depth: usize) {
        // Those after it: so none starts itself.
        let is_new =
            thread > self.thread && thread < self.threads && !self.started.contains(&thread);
        if depth == 0 && is_new {
            self.started.push(thread);
            self.children.push(thread);
            self.steps.push(Step::Spawn(thread));
        }
    }

    fn add_join(&mut self, thread: usize, depth: usize) {
        let is_new = self.children.contains(&thread) && !self.joined.contains(&thread);
        if depth == 0 && is_new {
            self.joined.push(thread);
            self.steps.push(Step::Join(thread));
        }
    }

    fn add_retry(&mut self, cell: usize, value: u8) {
        let end = self.steps.len() + 2 * TRIES - 1;
        for number in 1..=TRIES {
            self.steps.push(Step::Load(cell));
            if number < TRIES {
                self.steps.push(Step::JumpIf(value, end));
            }
        }
    }
}

impl Action {
    /// Whether it touches cells only.
    fn is_plain(&self) -> bool {
        matches!(
            self,
            Action::Load(_)
                | Action::Store(..)
                | Action::Add(..)
                | Action::Exchange(..)
                | Action::Swap(..)
        )
    }

    /// What it does in parentheses.
    pub(crate) fn body(&mut self) -> Option<&mut Vec<Action>> {
        match self {
            Action::If(_, body)
            | Action::Lock(_, body)
            | Action::TryLock(_, body)
            | Action::Read(_, body) => Some(body),
            _ => None,
        }
    }
}
