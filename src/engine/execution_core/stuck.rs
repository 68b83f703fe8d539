//! What it means that no thread can go on: a deadlock, unless something outside may change that.

use std::sync::{Arc, Weak};

use super::ExecutionCore;
use crate::engine::ExecutionEnd;
use crate::engine::external_wakers::WakeStatus;
use crate::engine::outside::Settled;
use crate::failure::{
    Deadlock, FailureKind, Livelock, Positions, RepeatedRead, TimeOut, Unfinished,
};
use crate::operation::{Object, ThreadId};

impl ExecutionCore {
    /// Whether the threads' part seems over since nobody can go on.
    pub(in crate::engine) fn is_stuck(&self) -> bool {
        matches!(
            self.failure(),
            Some(FailureKind::Deadlock(_) | FailureKind::Livelock(_) | FailureKind::TimeOut(_))
        )
    }

    /// Whether nobody can go on, and something outside has not woken a task.
    fn is_not_woken(&self) -> bool {
        matches!(self.failure(), Some(FailureKind::TimeOut(_)))
    }

    /// What it is that nobody can go on: a deadlock, unless something outside may wake a task.
    pub(super) fn stuck(&self) -> FailureKind {
        let mut waiting = self.state.waiting();
        if self.outside.is_expected() && waiting.any(|thread| self.outside.is_held(thread)) {
            let (limit, threads) = (self.options.timeout, Positions::default());
            return FailureKind::TimeOut(TimeOut(Unfinished::NotWoken { limit, threads }));
        }
        if self.may_be_changed() {
            let (limit, threads) = (self.options.timeout, Positions::default());
            return FailureKind::TimeOut(TimeOut(Unfinished::Nothing { limit, threads }));
        }
        let reads = self.repeated_reads();
        if reads.is_empty() {
            FailureKind::Deadlock(Deadlock::default())
        } else {
            let threads = Positions::default();
            FailureKind::Livelock(Livelock { threads, reads })
        }
    }

    /// What the threads read in each round that wait in loops.
    fn repeated_reads(&self) -> Vec<RepeatedRead> {
        let names = self.state.threads().names();
        let (mut places, mut reads) = (Vec::new(), Vec::new());
        for (thread, read) in self.state.repeated_reads() {
            let Object::Memory(range) = read.object() else {
                continue;
            };
            let known = places.iter().position(|place| *place == range);
            let place = known.unwrap_or(places.len());
            if known.is_none() {
                places.push(range.clone());
            }
            reads.push(RepeatedRead {
                thread: Arc::clone(&names[thread.index()]),
                site: read.site().into(),
                place: u32::try_from(place + 1).unwrap_or(u32::MAX),
                size: u32::try_from(range.len()).unwrap_or(u32::MAX),
                value: read.value(),
            });
        }
        reads
    }

    /// What the outside threads do, as far as it is known now.
    pub(in crate::engine) fn note_settled(&mut self, settled: Settled) {
        self.settled = Some(settled);
    }

    /// Whether it may change from outside that nobody can go on: a thread waits for a file, or one
    /// waits in a call for a thread that will wake up by itself.
    fn may_be_changed(&self) -> bool {
        let will_wake = match self.settled {
            Some(Settled::Asleep {
                will_wake,
                awaits_files,
            }) => will_wake || awaits_files,
            Some(Settled::Busy(_)) => true,
            None => false,
        };
        let may_be_answered = self.awaits_world() && self.options.grace.is_none();
        may_be_answered || will_wake && !self.kernel.queues.is_empty()
    }

    /// The end of an execution that the clock ends now.
    #[cold]
    pub(in crate::engine) fn timed_out(&self) -> ExecutionEnd {
        let limit = self.options.timeout;
        let threads = Positions::default();
        let unfinished = match (&self.settled, self.phase.hook()) {
            (Some(Settled::Busy(busy)), _) => Unfinished::Outside {
                limit,
                busy: busy.clone(),
                threads,
            },
            (_, Some(hook)) => Unfinished::Hook { hook, limit },
            (_, None) => Unfinished::Threads { limit, threads },
        };
        FailureKind::TimeOut(TimeOut(unfinished)).into()
    }

    /// `waker` is what the waker of the task `thread` points to.
    pub(in crate::engine) fn keep_waker(&mut self, thread: ThreadId, waker: Weak<dyn Send + Sync>) {
        self.outside.keep(thread, waker);
    }

    /// The waker of `thread` in the execution of this number fired. What the program has brought
    /// about, on whichever thread, is heard at once, since the run waits for it before each choice.
    /// What nothing but time has brought is put off, where it is expected, until nobody else can go
    /// on: so nothing depends on when it comes.
    pub(in crate::engine) fn wake(&mut self, thread: ThreadId, execution: u64, by_time: bool) {
        if self.number != execution {
        } else if !by_time || !self.outside.is_expected() {
            self.state.wake(thread);
        } else {
            self.outside.record(thread);
        }
    }

    /// What there is to do when the threads' part seems over, since nobody can go on. To be asked
    /// again and again while it is to wait; `is_settled` says whether tasks that somebody may
    /// still wake have had the time for that, and `have_fired` whether wakers have fired that the
    /// core was not told of.
    pub(in crate::engine) fn news(
        &mut self,
        is_settled: bool,
        have_fired: impl Fn() -> bool,
    ) -> WakeStatus {
        if !self.is_stuck() {
            return WakeStatus::Nothing;
        }
        if self.has_calls() {
            self.hear_calls();
        }
        if !self.state.is_stuck() {
            self.over = None;
            return WakeStatus::Woken;
        }
        let status = |core: &Self| {
            let status = core.outside.status(core.state.waiting(), is_settled);
            // A waker that is gone may have fired just before.
            let is_known = status == WakeStatus::Wait || !have_fired();
            if is_known { status } else { WakeStatus::Wait }
        };
        let mut news = status(self);
        if news == WakeStatus::Woken {
            for thread in self.outside.take_pending() {
                self.state.wake(thread);
            }
            if !self.state.is_stuck() {
                self.over = None;
                return news;
            }
            news = status(self);
        }
        self.set_over(self.stuck());
        if news == WakeStatus::Nothing && self.may_be_changed() && !self.outside.is_over() {
            return WakeStatus::Wait;
        }
        news
    }

    /// Whether a task was woken from outside, and is put off.
    pub(in crate::engine) fn has_heard(&self) -> bool {
        self.outside.has_pending()
    }

    /// Waits no longer for something outside to wake a task, if it does; false if it does not.
    pub(in crate::engine) fn give_up(&mut self) -> bool {
        self.is_not_woken() && self.outside.give_up()
    }
}
