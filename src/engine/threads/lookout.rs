//! Looks whether the thread that has the turn waits in the kernel, and takes the turn from it.
//!
//! A thread is blocked if it is seen twice in the same step in the same wait without a time-out
//! ([`sight`](super::sight)) for a word that is still what it was; and it is then held there
//! ([`hold`](super::hold)). Between the two lies what makes sure that it does not wait for another
//! team ([`beat`](super::beat)). All other sleeps are for the world outside to end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::beat::{Beat, Known, Others};
use super::hold::ExactSleeps;
use super::others::{Awake, Busy, others};
use super::sight::{FutexWait, Sight, Window, word};
use super::team::{Desk, Seat, Team};
use crate::engine::processor::Processor;
use crate::engine::{Director, Phase};
use crate::search::ThreadId;

/// The least between two looks, once a thread has blocked; and between two that must agree.
const SOON: Duration = Duration::from_micros(50);

/// The most between two that must agree, when another team, or another thread of the process, is
/// busy for so long, or gets no processor.
const LONG: Duration = Duration::from_millis(500);

/// Between two looks: the least as long as none has, and the most.
const FIRST: Duration = Duration::from_millis(1);
const LATER: Duration = Duration::from_millis(10);

/// After so many no other thread is tried to be held.
const MAX_UNANSWERED: u32 = 5;

/// Watches the threads of one team.
#[derive(Debug)]
pub(super) struct Lookout<'a> {
    /// When a thread has blocked last, or else when this began.
    since: Instant,
    /// A window on each thread, opened when it is first needed.
    windows: Vec<Option<Window>>,
    suspect: Option<Suspect>,
    /// The beat of this team, among those of others.
    known: Known,
    /// Kept from the first time that a thread has blocked, of this team or of one before.
    sleeps: &'a mut Option<ExactSleeps>,
    /// Whether the system does not show or hold threads: then only the time-out is left.
    is_blind: bool,
    /// How often a thread was to be held and did not answer.
    unanswered: u32,
}

/// A thread that was seen waiting: in which step, when first, and where other teams were then.
#[derive(Debug)]
struct Suspect {
    seen: (u64, usize, ThreadId, FutexWait),
    since: Instant,
    others: Others,
    busy: Busy,
}

impl Suspect {
    /// Whether the wait has lasted long enough: nobody outside of the program is about to end it.
    fn is_certain(&mut self, processor: &Processor) -> bool {
        let time = self.since.elapsed();
        let has_settled = || others(processor) != Awake::Kin;
        let have_moved = time >= SOON && self.others.have_moved() && self.busy.have_moved();
        time >= LONG || have_moved && has_settled()
    }
}

impl<'a> Lookout<'a> {
    /// A lookout for a new team. `sleeps` is for all teams that one thread watches in turn.
    pub(super) fn new(
        threads: usize,
        beat: &Arc<Beat>,
        sleeps: &'a mut Option<ExactSleeps>,
    ) -> Self {
        Lookout {
            since: Instant::now(),
            windows: (0..threads).map(|_| None).collect(),
            suspect: None,
            known: Known::begin(beat),
            sleeps,
            is_blind: false,
            unanswered: 0,
        }
    }

    /// How long to wait before the next look; nothing if there is nothing to see. The longer
    /// nothing has blocked, the rarer are the looks; a block costs a hundredth of that time at most.
    pub(super) fn rest(&self) -> Option<Duration> {
        if self.is_blind {
            return None;
        }
        let least = match self.sleeps {
            _ if self.suspect.is_some() => return Some(SOON),
            Some(_) => SOON,
            None => FIRST,
        };
        Some((self.since.elapsed() / 100).clamp(least, LATER))
    }

    /// Looks at the thread that has the turn. Returns whether it is blocked: then it is held, and
    /// the next turn is to be decided.
    pub(super) fn look<D: Director>(&mut self, team: &Team<D>, desk: &mut Desk<D>) -> bool {
        let before = self.suspect.take();
        if before.is_some() {
            self.known.set_asleep(false);
        }
        if desk.table.phase != Phase::Threads || desk.table.is_over() {
            return false;
        }
        let Some(thread) = desk.table.state.running() else {
            return false;
        };
        let seat = &team.seats[thread.index()];
        let Some(wait) = self.wait(thread, seat) else {
            return false;
        };
        let seen = (desk.table.number, desk.table.state.given(), thread, wait);
        let mut suspect = before
            .filter(|before| before.seen == seen)
            .unwrap_or_else(|| Suspect {
                seen,
                since: Instant::now(),
                others: self.known.others(),
                busy: Busy::now(),
            });
        if !suspect.is_certain(&team.processor) {
            self.known.set_asleep(true);
            self.suspect = Some(suspect);
            return false;
        }
        match seat.hold.seize(wait) {
            // Its signals are blocked, or its processor is as busy as can be.
            None => {
                self.unanswered += 1;
                self.is_blind = self.unanswered == MAX_UNANSWERED;
            }
            Some(false) => {}
            Some(true) if seat.is_user_code() && is_unchanged(wait) => {
                self.sleeps.get_or_insert_with(ExactSleeps::begin);
                self.since = Instant::now();
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
            // One that has the turn and is about to be let go still waits where it is held.
            Sight::Futex(wait) if seat.hold.is_at(wait.address) => None,
            Sight::Futex(wait) if seat.is_user_code() && is_unchanged(wait) => Some(wait),
            _ => None,
        }
    }
}

/// Whether the word is what it was when the thread went to wait: if not, it is about to wake.
fn is_unchanged(wait: FutexWait) -> bool {
    word(wait.address) == Some(wait.expected)
}
