//! Points before accesses to memory, in code that cannot be unwound: compilers take it that an access
//! returns.

use super::access_begin::AccessBegin;
use super::baton::Grant;
use super::core::Reach;
use super::current::{self, id_of};
use super::execution_core::ExecutionCore;
use super::fiber::{Control, TurnEnd};
use super::lock_site::{LockSite, Taken};
use super::lock_words::LockWord;
use super::yield_reason::YieldReason;
use crate::operation::{Access, MemoryAccess, Object};
use crate::site::{MarkerId, Site};

/// Stops the calling thread, which a run [pauses](current::is_to_pause), before `access`. If the execution
/// is over, it goes on by itself: the code that is about to make the access cannot be left.
pub(crate) fn access(site: &'static Site, access: MemoryAccess) {
    let marker = id_of(site);
    current::note_stack();
    let begin = |core: &mut ExecutionCore, thread| core.begin_access(thread, access.access());
    if let Some(AccessBegin::Pauses) = current::with_core(begin) {
        pause_at(marker);
    }
    if access.is_write() {
        current::with_core(|core, _| core.state.change(&access.object()));
    }
}

/// As [`access`], for an access with these operands of which it is [told](note) what it has found.
// What it is then lies in one place: to copy what was just stored takes long.
#[allow(clippy::inline_always, reason = "see above")]
#[inline(always)]
pub(crate) fn access_noted(site: &'static Site, access: MemoryAccess, operands: (u64, u64)) {
    let reach = Reach {
        site: id_of(site),
        access,
        operands,
    };
    current::note_stack();
    match current::arrive(&reach) {
        Some(AccessBegin::GoesOn) | None => {}
        Some(AccessBegin::Pauses) => pause_at(reach.site),
        Some(AccessBegin::Waits) => wait_in_loop(access.start),
        Some(AccessBegin::NeverEnds) => current::leave(),
    }
}

/// As [`access_noted`], for a compare-and-swap of `word` from 0, or another access by which `site` may acquire
/// a lock. Where it is known to do so, the thread gets the turn only while the lock is free; otherwise, it stops
/// before another access.
pub(crate) fn acquire_word(
    site: &'static Site,
    lock: &'static LockSite,
    word: LockWord,
    otherwise: MemoryAccess,
    operands: (u64, u64),
) {
    if !is_lock(lock) {
        return access_noted(site, otherwise, operands);
    }
    let access = if word.is_shared {
        Access::acquire_shared(otherwise.object())
    } else {
        Access::acquire(otherwise.object())
    };
    wait_until_free(site, word, access);
}

/// Stops the calling thread before `access` until `word` is free.
pub(super) fn wait_until_free(site: &'static Site, word: LockWord, access: Access) {
    let marker = id_of(site);
    let begin = |core: &mut ExecutionCore, thread| core.begin_access(thread, access);
    match current::with_core(begin) {
        Some(AccessBegin::Pauses) => {
            obey(current::yield_turn(YieldReason::AcquireWord(marker, word)));
        }
        Some(AccessBegin::NeverEnds) => current::leave(),
        Some(AccessBegin::GoesOn | AccessBegin::Waits) | None => {}
    }
}

/// Whether this search takes the site for that of a lock.
pub(crate) fn is_lock(lock: &LockSite) -> bool {
    current::with_core(|core, _| core.take(lock)) == Some(Taken::AsLock)
}

/// Whether the calling thread reads under the lock with this word, and came to do so as a lock is acquired.
pub(crate) fn reads_under(word: usize) -> bool {
    current::with_core(|core, thread| core.lock_words.reads_under(thread, word)) == Some(true)
}

/// The calling thread has ended to read under the lock with this word.
pub(crate) fn end_reading(word: usize) {
    current::with_core(|core, thread| core.lock_words.end_reading(thread, word));
}

/// The calling thread has made `access`, found `value` there, and `left` another or the same. If it has changed
/// that, others may go on.
#[inline]
pub(crate) fn note(access: MemoryAccess, value: u64, left: u64) {
    if !current::note_at_once(value, left) {
        note_slowly(&access.object(), value, left);
    }
}

#[inline(never)]
fn note_slowly(object: &Object, value: u64, left: u64) {
    current::with_core(|core, thread| core.state.note_access(thread, object, value, left));
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

/// The calling thread cannot go on. If the execution is over, it is left; otherwise this returns.
pub(crate) fn leave_after_end() {
    if current::with_core(|core, _| core.is_over()) == Some(true) {
        current::leave();
    }
}

/// The calling thread stops at `marker`, unless the run had it go on at once.
#[inline]
fn pause_at(marker: MarkerId) {
    let grant = Control::current().let_go(TurnEnd::at_marker(marker));
    obey(grant.unwrap_or_else(|| current::yield_turn(YieldReason::Reach(marker))));
}

/// The calling thread waits in a loop that is about to access `place`.
#[cold]
fn wait_in_loop(place: usize) {
    let Some(blocked) = current::with_core(|core, _| core.blocked_in_loop(place)) else {
        return;
    };
    let grant = current::yield_turn(YieldReason::Block(blocked));
    current::with_core(|core, thread| core.state.go_on_in_loop(thread));
    if grant == Grant::Unwind {
        current::leave();
    }
}

/// The calling thread has got this grant where it cannot unwind.
#[inline]
fn obey(grant: Grant) {
    if grant == Grant::Unwind {
        current::with_core(ExecutionCore::goes_on_alone);
    }
}
