//! Programs whose every number is known: how many schedules they have, how many of them fail,
//! which fails first, what they end in, and which schedule is the minimal failing one. The numbers
//! were found by listing the orders, without running anything.
//!
//! In comments the steps are letters, `a` for those of the thread that was added first, then `b`,
//! `c`, `d`: `abba` is a's first step, both of b's, and a's second. The minimal schedule is the
//! one with the fewest preemptions; of those, the shortest, where a schedule ends with its last
//! choice that differs from the fixed order (the thread that ran last goes on; else the first in
//! the order they were added); of those, the first in exploration order. Where `ab` is minimal
//! with one preemption, nothing shorter could be: `a` alone says nothing, and `b` alone only
//! which thread begins, which preempts nobody.

mod blind_writes;
mod checks_then_acts;
mod contexts;
mod hard;
mod hits;
mod logs;
mod lost_updates;
mod oracle;
mod orders;
mod programs;
mod sampled;
mod snapshots;
mod transfers;
