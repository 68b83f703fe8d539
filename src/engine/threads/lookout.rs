//! Looks whether the thread that has the turn waits in the kernel, and takes the turn from it.
//!
//! A thread is blocked if it is seen twice in the same step in the same wait without a time-out
//! ([`kernel`](super::kernel)) for a word that is still what it was; and it is then held there
//! ([`Hold`](super::kernel::Hold)). Between the two lies what makes sure that it does not wait for another
//! team ([`beat`](super::beat)). If there is a grace, so is one that sleeps all that time in a call
//! ([`Call`](super::kernel::Call)) and would not go on. All other sleeps are for the world outside to end.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::beat::{Known, Others};
use super::kernel::{ExactSleeps, Sight, Window};
use super::others::{Awake, Busy, others};
use super::sleep::Sleep;
use super::team::{Team, TeamShared};
use super::worker_slot::WorkerSlot;
use crate::engine::Phase;
use crate::engine::processor::Processor;
use crate::engine::thread_clocks::ran;
use crate::operation::ThreadId;

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
    grace: Option<Duration>,
}

/// A thread that was seen waiting: in which step, when first, and where other teams were then.
#[derive(Debug)]
struct Suspect {
    seen: (u64, usize, ThreadId, Seen),
    since: Instant,
    /// Since when nobody else of the program was seen to act.
    quiet_since: Instant,
    others: Others,
    busy: Busy,
}

/// In what a thread was seen to sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    sleep: Sleep,
    /// How long the thread had run by then, in a call: the same call may be made again and again.
    ran: Option<Duration>,
}

impl Suspect {
    /// What is first seen now.
    fn new(seen: (u64, usize, ThreadId, Seen), known: &Known) -> Self {
        let now = Instant::now();
        Suspect {
            seen,
            since: now,
            quiet_since: now,
            others: known.others(),
            busy: Busy::now(),
        }
    }

    /// Whether the wait has lasted long enough: nobody outside of the program is about to end it.
    fn is_certain(&mut self, grace: Duration, processor: &Processor) -> bool {
        let has_settled = || others(processor) != Awake::SpawnedByProgram;
        if self.is_in_call() && !has_settled() {
            self.quiet_since = Instant::now();
        }
        let mut have_moved = || self.others.have_moved() && self.busy.have_moved();
        let is_late = self.since.elapsed() >= grace.saturating_add(LONG);
        is_late || self.quiet_since.elapsed() >= grace && have_moved() && has_settled()
    }

    fn is_in_call(&self) -> bool {
        self.seen.3.sleep.is_call()
    }
}

impl<'a> Lookout<'a> {
    /// A lookout for a new team. `sleeps` is for all teams that one thread watches in turn.
    pub(super) fn new(team: &Team, sleeps: &'a mut Option<ExactSleeps>) -> Self {
        Lookout {
            since: Instant::now(),
            windows: Vec::new(),
            suspect: None,
            known: Known::begin(&team.beat),
            sleeps,
            is_blind: false,
            unanswered: 0,
            grace: team.grace,
        }
    }

    /// How long to wait before the next look; nothing if there is nothing to see. The longer
    /// nothing has blocked, the rarer are the looks; a block costs a hundredth of that time at most.
    pub(super) fn rest(&self) -> Option<Duration> {
        let is_in_call = self.suspect.as_ref().is_some_and(Suspect::is_in_call);
        if self.is_blind {
            return None;
        }
        let least = match self.sleeps {
            _ if is_in_call => return Some((self.grace_of_calls() / 10).clamp(SOON, FIRST)),
            _ if self.suspect.is_some() => return Some(SOON),
            Some(_) => SOON,
            None => FIRST,
        };
        Some((self.since.elapsed() / 100).clamp(least, LATER))
    }

    /// Looks at the thread that has the turn. Returns whether it is blocked: then it is held, and
    /// the next turn is to be decided.
    pub(super) fn look(&mut self, team: &Team, shared: &mut TeamShared) -> bool {
        let before = self.suspect.take();
        if before.is_some() {
            self.known.set_asleep(false);
        }
        if shared.core.phase != Phase::Threads || shared.core.is_over() {
            return false;
        }
        let Some(thread) = shared.core.state.running() else {
            return false;
        };
        let slot = &*team.slots.of(thread);
        let Some(seen) = self.sleep(thread, slot) else {
            return false;
        };
        let sleep = seen.sleep;
        let seen = (shared.core.number, shared.core.state.given(), thread, seen);
        let again = before.filter(|before| before.seen == seen);
        let mut suspect = again.unwrap_or_else(|| Suspect::new(seen, &self.known));
        let grace = if sleep.is_call() {
            self.grace_of_calls()
        } else {
            SOON
        };
        // In this order: who takes the team's lock to wake a task is awake before it is counted.
        let is_certain = suspect.is_certain(grace, &team.processor);
        if !is_certain || team.waking.load(Ordering::SeqCst) > 0 {
            self.known.set_asleep(true);
            self.suspect = Some(suspect);
            return false;
        }
        if sleep.is_over() || !self.hold(slot, sleep) {
            return false;
        }
        self.sleeps.get_or_insert_with(ExactSleeps::begin);
        self.since = Instant::now();
        shared.asleep_since = suspect.quiet_since;
        shared.blocked.add(&mut shared.core.state, thread, sleep);
        true
    }

    /// Holds a thread that sleeps. Returns whether it is held where it slept, in the user's code.
    fn hold(&mut self, slot: &WorkerSlot, sleep: Sleep) -> bool {
        let (call, known) = sleep.call();
        let Some(is_held) = slot.hold.seize(call, known) else {
            // Its signals are blocked, or its processor is as busy as can be.
            self.unanswered += 1;
            self.is_blind = self.unanswered == MAX_UNANSWERED;
            return false;
        };
        let is_there = is_held && slot.is_user_code() && !sleep.is_over();
        if is_held && !is_there {
            slot.hold.release();
        }
        is_there
    }

    /// How long a thread may sleep in a call.
    fn grace_of_calls(&self) -> Duration {
        self.grace.unwrap_or(Duration::MAX).max(SOON)
    }

    /// In what the thread sleeps, in code of the user's.
    fn sleep(&mut self, thread: ThreadId, slot: &WorkerSlot) -> Option<Seen> {
        if !slot.is_user_code() {
            return None;
        }
        if self.windows.len() <= thread.index() {
            self.windows.resize_with(thread.index() + 1, || None);
        }
        let window = &mut self.windows[thread.index()];
        if window.is_none() {
            *window = Some(Window::on(slot.hold.kernel_id()?).or_else(|| {
                self.is_blind = true;
                None
            })?);
        }
        let (sleep, has_run) = match window.as_ref()?.look()? {
            // One that has the turn and is about to be let go still waits where it is held.
            Sight::Futex(wait) if slot.hold.is_at(wait.address) => return None,
            // If the word is not what it was when the thread went to wait, it is about to wake.
            Sight::Futex(wait) if !Sleep::Futex(wait).is_over() => (Sleep::Futex(wait), None),
            Sight::Call(call) if self.grace.is_some() && call.is_lasting() => {
                (Sleep::Call(call), Some(ran(slot.hold.kernel_id()?)?))
            }
            _ => return None,
        };
        slot.is_user_code().then_some(Seen {
            sleep,
            ran: has_run,
        })
    }
}
