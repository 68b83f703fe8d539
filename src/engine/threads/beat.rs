//! The beats of all teams in this process: when each has last been outside of the user's code.
//!
//! Teams share locks that no program knows of: those of the allocator, or of a table that all locks
//! of a kind share. One is held for a moment only, but its holder may lose its processor in that
//! moment. So a thread that waits is believed to wait for its own program only when the running
//! threads of all other teams have left the user's code since, or sleep themselves: whatever they
//! held for a moment is free by then. That is a grace period as in read-copy-update.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

/// The beats of the teams that are watched.
static BEATS: Mutex<Vec<Arc<Beat>>> = Mutex::new(Vec::new());

/// The beat of one team.
#[derive(Debug, Default)]
pub(super) struct Beat {
    count: AtomicU64,
    /// Whether its running thread was seen to sleep.
    is_asleep: AtomicBool,
    /// Whether it has nothing to run.
    is_idle: AtomicBool,
}

impl Beat {
    /// The thread of the team that runs has left the user's code.
    #[inline]
    pub(super) fn beat(&self) {
        // One thread of a team runs at a time, and nothing is ordered by this.
        let count = self.count.load(Ordering::Relaxed);
        self.count.store(count + 1, Ordering::Relaxed);
    }

    /// Notes whether the team has nothing to run.
    pub(super) fn set_idle(&self, is_idle: bool) {
        self.is_idle.store(is_idle, Ordering::Relaxed);
    }

    fn is_at_rest(&self) -> bool {
        self.is_asleep.load(Ordering::Relaxed) || self.is_idle.load(Ordering::Relaxed)
    }
}

/// Keeps a beat known to the other teams; ends on drop.
#[derive(Debug)]
pub(super) struct Known(Arc<Beat>);

impl Known {
    pub(super) fn begin(beat: &Arc<Beat>) -> Self {
        BEATS.lock().push(Arc::clone(beat));
        Known(Arc::clone(beat))
    }

    /// Where the other teams are now.
    pub(super) fn others(&self) -> Others {
        let beats = BEATS.lock();
        let others = beats.iter().filter(|beat| !Arc::ptr_eq(beat, &self.0));
        let awake = others.filter(|beat| !beat.is_at_rest());
        let count = |beat: &Arc<Beat>| (Arc::clone(beat), beat.count.load(Ordering::Relaxed));
        Others(awake.map(count).collect())
    }

    /// Notes whether the running thread of this team sleeps.
    pub(super) fn set_asleep(&self, is_asleep: bool) {
        self.0.is_asleep.store(is_asleep, Ordering::Relaxed);
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        // A team that is left behind may never beat again, and is waited for by nobody.
        self.0.set_idle(true);
        BEATS.lock().retain(|beat| !Arc::ptr_eq(beat, &self.0));
    }
}

/// Where other teams were at some time.
#[derive(Debug)]
pub(super) struct Others(Vec<(Arc<Beat>, u64)>);

impl Others {
    /// Whether each of them has beaten since, or sleeps.
    pub(super) fn have_moved(&mut self) -> bool {
        self.0.retain(|(beat, count)| {
            beat.count.load(Ordering::Relaxed) == *count && !beat.is_at_rest()
        });
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_have_moved_when_each_has_beaten_or_sleeps() {
        let beats: [Arc<Beat>; 3] = std::array::from_fn(|_| Arc::default());
        let [own, beats, sleeps] = beats.each_ref().map(Known::begin);
        let mut others = own.others();
        // Teams of tests that run beside this one are not this test's business.
        others
            .0
            .retain(|(beat, _)| Arc::ptr_eq(beat, &beats.0) || Arc::ptr_eq(beat, &sleeps.0));
        assert!(!others.have_moved());
        own.0.beat();
        beats.0.beat();
        assert!(!others.have_moved());
        sleeps.set_asleep(true);
        sleeps.set_asleep(false);
        assert!(!others.have_moved(), "it woke before anybody looked");
        drop(sleeps);
        assert!(others.have_moved());
    }
}
