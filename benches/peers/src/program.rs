//! The programs: how many threads, and what each of them does.

/// Threads that all do the same to one atomic number, which begins at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) threads: u32,
    pub(crate) body: Body,
}

/// What each thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// So many times `fetch_add(1)`.
    Adds(u32),
    /// One load, and one store of the value plus one.
    LoadAndStore,
}

const fn adds(threads: u32, times: u32) -> Program {
    let body = Body::Adds(times);
    Program { threads, body }
}

const fn lost_update(threads: u32) -> Program {
    let body = Body::LoadAndStore;
    Program { threads, body }
}

impl Program {
    pub(crate) const ALL: &[Program] = &[
        adds(2, 2),
        adds(2, 5),
        adds(3, 3),
        adds(2, 8),
        adds(3, 4),
        adds(3, 5),
        lost_update(2),
        lost_update(3),
        lost_update(4),
    ];

    /// `3x4` for three threads with four `fetch_add`s each; `lost-update-2` for two threads.
    pub(crate) fn name(self) -> String {
        match self.body {
            Body::Adds(times) => format!("{}x{times}", self.threads),
            Body::LoadAndStore => format!("lost-update-{}", self.threads),
        }
    }

    /// How many operations on the atomic number each thread does.
    pub(crate) fn operations(self) -> u32 {
        match self.body {
            Body::Adds(times) => times,
            Body::LoadAndStore => 2,
        }
    }

    /// What the number is at the end if no update was lost.
    pub(crate) fn sum(self) -> u32 {
        match self.body {
            Body::Adds(times) => self.threads * times,
            Body::LoadAndStore => self.threads,
        }
    }

    /// In how many orders the operations of the threads can happen: (n·k)! / (k!)ⁿ.
    pub(crate) fn orders(self) -> u64 {
        let (mut orders, mut length) = (1, 0);
        for _ in 0..self.threads {
            for position in 1..=u64::from(self.operations()) {
                length += 1;
                orders = orders * length / position;
            }
        }
        orders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_multinomials() {
        let orders: Vec<u64> = Program::ALL
            .iter()
            .map(|program| program.orders())
            .collect();
        assert_eq!(orders, [6, 252, 1680, 12_870, 34_650, 756_756, 6, 90, 2520]);
    }
}
