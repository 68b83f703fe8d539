//! Barriers of C code: `pthread_barrier_init`, `destroy`, `wait`.
//!
//! Threads of a run meet at a barrier in the model alone: they do not meet threads that no run
//! controls. `pthread_barrier_wait(3p)`: `PTHREAD_BARRIER_SERIAL_THREAD` for one of each round, and 0
//! for the others.

use libc::{c_int, c_uint, pthread_barrier_t, pthread_barrierattr_t};

use super::queue;
use super::table::Table;
use crate::memory;

interpose! {
    always fn pthread_barrier_init(barrier: *mut pthread_barrier_t, attributes: *const pthread_barrierattr_t, count: c_uint) -> c_int;
    always fn pthread_barrier_destroy(barrier: *mut pthread_barrier_t) -> c_int;
    sleeps fn pthread_barrier_wait(barrier: *mut pthread_barrier_t) -> c_int;
}

static BARRIERS: Table<Barrier> = Table::new();

mod controlled {
    use super::*;

    /// `pthread_barrier_init(3p)`.
    pub(super) unsafe fn pthread_barrier_init(
        barrier: *mut pthread_barrier_t,
        attributes: *const pthread_barrierattr_t,
        count: c_uint,
    ) -> c_int {
        // SAFETY: as the caller promises.
        let result = unsafe { real::pthread_barrier_init(barrier, attributes, count) };
        if result == 0 {
            BARRIERS.with(|barriers| barriers.insert(barrier.addr(), Barrier::new(count)));
        }
        result
    }

    /// `pthread_barrier_destroy(3p)`.
    pub(super) unsafe fn pthread_barrier_destroy(barrier: *mut pthread_barrier_t) -> c_int {
        BARRIERS.with(|barriers| barriers.remove(&barrier.addr()));
        // SAFETY: as the caller promises.
        unsafe { real::pthread_barrier_destroy(barrier) }
    }

    pub(super) unsafe fn pthread_barrier_wait(barrier: *mut pthread_barrier_t) -> c_int {
        let address = barrier.addr();
        memory::released(address);
        let arrived = BARRIERS.with(|barriers| barriers.get_mut(&address).map(Barrier::arrive));
        match arrived {
            // Another process has made it.
            // SAFETY: as the caller promises.
            None => unsafe { real::pthread_barrier_wait(barrier) },
            Some(Arrival::Last) => {
                memory::acquired(address);
                queue::wake(address, usize::MAX);
                libc::PTHREAD_BARRIER_SERIAL_THREAD
            }
            Some(Arrival::Early { round }) => {
                let is_over = |barrier: &Barrier| barrier.round != round;
                // One that has been destroyed is over too.
                while !BARRIERS.with(|it| it.get(&address).is_none_or(is_over)) {
                    queue::wait(address, None);
                }
                memory::acquired(address);
                0
            }
        }
    }
}

/// How many threads a barrier lets through together, and where it stands.
#[derive(Debug)]
struct Barrier {
    count: u32,
    arrived: u32,
    round: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Arrival {
    /// It waits until another round has begun.
    Early { round: u64 },
    /// It lets the others go on.
    Last,
}

impl Barrier {
    fn new(count: u32) -> Self {
        let (arrived, round) = (0, 0);
        Barrier {
            count,
            arrived,
            round,
        }
    }

    fn arrive(&mut self) -> Arrival {
        self.arrived += 1;
        if self.arrived < self.count {
            return Arrival::Early { round: self.round };
        }
        self.arrived = 0;
        self.round += 1;
        Arrival::Last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_each_round_lets_the_others_go() {
        let mut barrier = Barrier::new(3);
        for round in 0..2 {
            assert_eq!(barrier.arrive(), Arrival::Early { round });
            assert_eq!(barrier.arrive(), Arrival::Early { round });
            assert_eq!(barrier.arrive(), Arrival::Last);
        }
        assert_eq!(Barrier::new(1).arrive(), Arrival::Last);
    }
}
