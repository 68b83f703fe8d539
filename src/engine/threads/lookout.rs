//! Looks whether the thread that has the turn waits in the kernel, and takes the turn from it.
//!
//! A thread is blocked if it is seen twice in the same step in the same wait without a time-out
//! ([`sight`](super::sight)) for a word that is still what it was; and it is then held there
//! ([`hold`](super::hold)). All other sleeps are for the world outside to end.

use std::time::{Duration, Instant};

use super::hold::ExactSleeps;
use super::sight::{FutexWait, Sight, Window, word};
use super::team::{Desk, Seat};
use crate::engine::{Director, Phase};
use crate::search::ThreadId;

/// Between two looks, once a thread has blocked; and the least between two that must agree. A lock
/// that somebody holds for a moment outside of the program, as in the allocator, is free by then.
const SOON: Duration = Duration::from_micros(50);

/// Between two looks as long as none has: first, and at most.
const FIRST: Duration = Duration::from_millis(1);
const LATER: Duration = Duration::from_millis(10);

/// Watches the threads of one team.
#[derive(Debug)]
pub(super) struct Lookout {
    began: Instant,
    /// A window on each thread, opened when it is first needed.
    windows: Vec<Option<Window>>,
    suspect: Option<Suspect>,
    /// Kept from the first time that a thread has blocked.
    sleeps: Option<ExactSleeps>,
    /// Whether the system does not show or hold threads: then only the time-out is left.
    is_blind: bool,
}

/// A thread that was seen waiting, and when first.
#[derive(Debug, Clone, Copy)]
struct Suspect {
    seen: (u64, usize, ThreadId, FutexWait),
    since: Instant,
}

impl Lookout {
    pub(super) fn new(threads: usize) -> Self {
        Lookout {
            began: Instant::now(),
            windows: (0..threads).map(|_| None).collect(),
            suspect: None,
            sleeps: None,
            is_blind: false,
        }
    }

    /// How long to wait before the next look; nothing if there is nothing to see. A search in
    /// which nothing has blocked loses a hundredth of its time at most when something does.
    pub(super) fn rest(&self) -> Option<Duration> {
        if self.is_blind {
            None
        } else if self.sleeps.is_some() || self.suspect.is_some() {
            Some(SOON)
        } else {
            Some((self.began.elapsed() / 100).clamp(FIRST, LATER))
        }
    }

    /// Looks at the thread that has the turn. Returns whether it is blocked: then it is held, and
    /// the next turn is to be decided.
    pub(super) fn look<D: Director>(&mut self, seats: &[Seat], desk: &mut Desk<D>) -> bool {
        let suspect = self.suspect.take();
        if desk.table.phase != Phase::Threads || desk.table.is_over() {
            return false;
        }
        let Some(thread) = desk.table.state.running() else {
            return false;
        };
        let seat = &seats[thread.index()];
        let Some(wait) = self.wait(thread, seat) else {
            return false;
        };
        let now = Suspect {
            seen: (desk.table.number, desk.table.state.given(), thread, wait),
            since: Instant::now(),
        };
        let first = suspect.filter(|before| before.seen == now.seen).unwrap_or(now);
        if first.since.elapsed() < SOON {
            self.suspect = Some(first);
            return false;
        }
        match seat.hold.seize(wait) {
            // It does not answer: its signals are blocked.
            None => self.is_blind = true,
            Some(false) => {}
            Some(true) if seat.is_user_code() && is_unchanged(wait) => {
                self.sleeps.get_or_insert_with(ExactSleeps::begin);
                desk.blocked.add(&mut desk.table.state, thread, wait);
                return true;
            }
            Some(true) => seat.hold.release(),
        }
        false
    }

    /// What the thread waits for, in code of the user's.
    fn wait(&mut self, thread: ThreadId, seat: &Seat) -> Option<FutexWait> {
        if !seat.is_user_code() {
            return None;
        }
        let window = &mut self.windows[thread.index()];
        if window.is_none() {
            *window = Some(Window::on(seat.hold.kernel_id()?).or_else(|| {
                self.is_blind = true;
                None
            })?);
        }
        match window.as_ref()?.look()? {
            Sight::Futex(wait) if seat.is_user_code() && is_unchanged(wait) => Some(wait),
            _ => None,
        }
    }
}

/// Whether the word is what it was when the thread went to wait: if not, it is about to wake.
fn is_unchanged(wait: FutexWait) -> bool {
    word(wait.address) == Some(wait.expected)
}
