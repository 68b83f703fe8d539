//! Points before accesses to memory, in code that cannot be unwound: compilers take it that an access
//! returns.

use super::Points;
use super::baton::Grant;
use super::current::{self, id_of};
use super::execution_core::ExecutionCore;
use super::fiber::{Control, TurnEnd};
use super::lock_site::{LockSite, Taken};
use super::lock_words::LockWord;
use super::yield_reason::YieldReason;
use crate::operation::{Access, ThreadId};
use crate::site::Site;

/// Stops the calling thread, which a run [pauses](current::is_to_pause), before `access`. If the execution
/// is over, it goes on by itself: the code that is about to make the access cannot be left.
pub(crate) fn access(site: &'static Site, access: Access) {
    let begin = |core: &mut ExecutionCore, thread| core.begin_access(thread, access);
    match current::with_core(begin) {
        Some(AccessBegin::Pauses) => {
            let marker = id_of(site);
            if current::goes_on(marker) {
                return;
            }
            let grant = Control::current().let_go(TurnEnd::at_marker(marker));
            obey(grant.unwrap_or_else(|| current::yield_turn(YieldReason::Reach(marker))));
        }
        Some(AccessBegin::NeverEnds) => current::leave(),
        Some(AccessBegin::GoesOn) | None => {}
    }
}

/// As [`access`], for a compare-and-swap of `word` from 0, or another access by which `site` may acquire a
/// lock. Where it is known to do so, the thread gets the turn only while the lock is free; otherwise, it stops
/// before another access.
pub(crate) fn acquire_word(
    site: &'static Site,
    lock: &'static LockSite,
    word: LockWord,
    otherwise: Access,
) {
    if !is_lock(lock) {
        return access(site, otherwise);
    }
    let Access { object, .. } = otherwise;
    let acquire = Access::acquire(object);
    let begin = |core: &mut ExecutionCore, thread| core.begin_access(thread, acquire);
    match current::with_core(begin) {
        Some(AccessBegin::Pauses) => {
            let reason = YieldReason::AcquireWord(id_of(site), word);
            obey(current::yield_turn(reason));
        }
        Some(AccessBegin::NeverEnds) => current::leave(),
        Some(AccessBegin::GoesOn) | None => {}
    }
}

/// Whether this search takes the site for that of a lock.
pub(crate) fn is_lock(lock: &LockSite) -> bool {
    current::with_core(|core, _| core.take(lock)) == Some(Taken::AsLock)
}

/// The calling thread has ended to read under the lock with this word.
pub(crate) fn end_reading(word: usize) {
    current::with_core(|core, thread| core.lock_words.end_reading(thread, word));
}

fn obey(grant: Grant) {
    if grant == Grant::Unwind {
        current::with_core(ExecutionCore::goes_on_alone);
    }
}

/// A compare-and-swap from 0 of the calling thread has failed at this site.
pub(crate) fn exchange_failed(lock: &'static LockSite, word: usize) {
    if !lock.is_refuted() {
        current::with_core(|core, thread| {
            if !core.is_over() {
                core.lock_words.fail(thread, lock, word);
            }
        });
    }
}

/// The calling thread is about to wait for a change of `word`, for as long as that takes.
pub(crate) fn waits_for_word(word: usize) {
    current::with_core(|core, thread| {
        if let Some((lock, failed)) = core.lock_words.take_failed(thread) {
            if failed == word {
                lock.learn();
                core.take(lock);
            } else {
                lock.refute();
            }
        }
    });
}

/// The step under way, of the calling thread, has found this count where it has changed one.
pub(crate) fn count(found: u64) {
    current::with_core(|core, _| core.state.note_count(found));
}

/// The step under way, of the calling thread, has made `access` without stopping before it.
pub(crate) fn touch(access: Access) {
    current::with_core(|core, _| core.state.touch(access));
}

/// What a thread does that is about to make an access.
enum AccessBegin {
    Pauses,
    /// It goes on, since accesses are no points, or the execution is over.
    GoesOn,
    /// It has gone on for so long that it will not end.
    NeverEnds,
}

impl ExecutionCore {
    fn begin_access(&mut self, thread: ThreadId, access: Access) -> AccessBegin {
        /// More than a thread makes on its way to an end, and less than takes a moment.
        const MANY: usize = 100_000;
        if let Some((lock, _)) = self.lock_words.take_failed(thread)
            && !self.is_over()
        {
            // It has failed, and does something else than to wait.
            lock.refute();
            self.take(lock);
        }
        if !self.is_over() {
            if self.options.points == Points::Calls {
                self.state.touch(access);
                return AccessBegin::GoesOn;
            }
            self.state.declare_access(thread, access);
            return AccessBegin::Pauses;
        }
        self.calls.accesses_since_end += 1;
        if self.calls.accesses_since_end > MANY {
            AccessBegin::NeverEnds
        } else {
            AccessBegin::GoesOn
        }
    }

    /// How this search takes a place. If that has become known since it began, it is to begin again.
    fn take(&mut self, lock: &LockSite) -> Taken {
        if self.options.points == Points::Calls {
            // Nothing stops before it.
            return Taken::AsAttempt;
        }
        let lessons = self.options.lessons;
        let (taken, is_outdated) = lock.taken(lessons);
        if is_outdated {
            lessons.outdate();
        }
        taken
    }

    /// `thread` was told to unwind where it cannot: if it comes to wait, it is told once more.
    fn goes_on_alone(&mut self, thread: ThreadId) {
        self.calls.unwinding.retain(|other| *other != thread);
    }
}
