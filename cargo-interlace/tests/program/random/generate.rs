//! Random programs, and smaller ones than those.

use super::code::{Action, CELLS, LOCKS, Program, RWLOCKS};

/// Numbers that look random (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
pub(crate) struct Random(pub(crate) u64);

/// What programs are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Atomics,
    /// And sections of std's `Mutex`.
    Sections,
    Everything,
}

impl Kind {
    /// Whether the number of classes is known.
    pub(crate) fn is_counted(self) -> bool {
        self != Kind::Everything
    }
}

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn value(&mut self) -> u8 {
        self.below(3) as u8
    }

    pub(crate) fn program(&mut self) -> (Kind, Program) {
        let kind = match self.below(10) {
            0..3 => Kind::Atomics,
            3..5 => Kind::Sections,
            _ => Kind::Everything,
        };
        let cells = 1 + self.below(CELLS);
        let count = 2 + self.below(2);
        let most = if count == 2 { 4 } else { 3 };
        let mut threads: Vec<Vec<Action>> = (0..count)
            .map(|_| {
                let length = 1 + self.below(most);
                (0..length).map(|_| self.action(kind, cells, 0)).collect()
            })
            .collect();
        for thread in 1..count {
            // Mostly by the first, and before it does anything.
            let by = if self.below(5) == 0 {
                self.below(thread)
            } else {
                0
            };
            let at = if self.below(3) == 0 {
                self.below(threads[by].len() + 1)
            } else {
                0
            };
            threads[by].insert(at, Action::Spawn(thread));
            if self.below(4) == 0 {
                let at = at + 1 + self.below(threads[by].len() - at);
                threads[by].insert(at, Action::Join(thread));
            }
        }
        (kind, Program(threads))
    }

    fn body(&mut self, kind: Kind, cells: usize, depth: usize) -> Vec<Action> {
        let length = self.below(3);
        (0..length)
            .map(|_| self.action(kind, cells, depth + 1))
            .collect()
    }

    /// What is done under a lock.
    fn section(&mut self, lock: usize, kind: Kind, cells: usize, depth: usize) -> Vec<Action> {
        let mut body = self.body(kind, cells, depth);
        if self.below(3) > 0 {
            let at = self.below(body.len() + 1);
            body.insert(at, Action::Touch(lock));
        }
        body
    }

    fn action(&mut self, kind: Kind, cells: usize, depth: usize) -> Action {
        let cell = self.below(cells);
        let (value, other) = (self.value(), self.value());
        let kinds = match kind {
            Kind::Atomics => 12,
            Kind::Sections => 16,
            Kind::Everything => 36,
        };
        match self.below(kinds) {
            0..3 => Action::Load(cell),
            3..6 => Action::Store(cell, value),
            6..8 => Action::Add(cell, value),
            8..10 => Action::Exchange(cell, value, other),
            10 => Action::Swap(cell, value),
            11 | 16 if depth < 2 => Action::If(value, self.body(kind, cells, depth)),
            12..16 if depth < 2 => {
                let lock = self.below(2);
                Action::Lock(lock, self.section(lock, kind, cells, depth))
            }
            17 | 18 if depth < 2 => {
                let lock = self.below(LOCKS);
                Action::Lock(lock, self.section(lock, kind, cells, depth))
            }
            19 if depth < 2 => {
                let lock = self.below(RWLOCKS.start);
                Action::TryLock(lock, self.section(lock, kind, cells, depth))
            }
            20 | 21 => {
                let lock = RWLOCKS.start + self.below(RWLOCKS.len());
                Action::Read(lock, self.body(Kind::Atomics, cells, 2))
            }
            22 | 23 => Action::Wait(self.below(RWLOCKS.start), self.below(2) == 0),
            24 | 25 => Action::Notify(self.below(RWLOCKS.start), self.below(2) == 0),
            26 => Action::Park,
            27 | 28 => Action::Unpark(self.below(3)),
            29 => Action::Await(cell, value),
            30 => Action::Retry(cell, value),
            31 => Action::Clone,
            32 | 33 => Action::Drop,
            34 => Action::GetMut,
            35 => Action::Count,
            _ => Action::Load(cell),
        }
    }
}

impl Program {
    /// Programs with a little less in them.
    pub(crate) fn smaller(&self) -> Vec<Program> {
        let mut all = Vec::new();
        for thread in 0..self.0.len() {
            smaller(&self.0[thread], &mut |actions| {
                let mut program = self.clone();
                program.0[thread] = actions;
                all.push(program);
            });
        }
        all
    }
}

fn smaller(actions: &[Action], give: &mut dyn FnMut(Vec<Action>)) {
    for at in 0..actions.len() {
        let mut less = actions.to_vec();
        let mut removed = less.remove(at);
        give(less.clone());
        if let Some(body) = removed.body() {
            let mut flat = less.clone();
            flat.splice(at..at, body.iter().cloned());
            give(flat);
            smaller(&body.clone(), &mut |inner| {
                let mut outer = actions.to_vec();
                *outer[at].body().expect("it has one") = inner;
                give(outer);
            });
        }
    }
}
