//! The details of a failing execution: where its threads stood, and which markers its last steps
//! passed.

use std::sync::Arc;

use itertools::Itertools as _;

use super::Record;
use crate::failure::{
    Activity, AwaitedLock, FailureKind, MarkerSite, Positions, ThreadPosition, Unfinished,
    ValueOrText,
};
use crate::operation::Event;

/// How many last steps are counted to show in which loop an execution is.
const LAST_STEPS: usize = 100;

impl Record {
    /// How the execution failed, if it did, with all details.
    pub(crate) fn failure(&self) -> Option<FailureKind> {
        let mut kind = self.end.failure()?.clone();
        match &mut kind {
            FailureKind::Deadlock(deadlock) => deadlock.threads = self.positions(),
            FailureKind::Livelock(livelock) => livelock.threads = self.positions(),
            FailureKind::StepLimit(limit) => {
                limit.threads = self.positions();
                limit.last_passes = ValueOrText::Value(self.last_passes());
            }
            FailureKind::TimeOut(time_out) => match &mut time_out.0 {
                Unfinished::Threads { threads, .. }
                | Unfinished::NotWoken { threads, .. }
                | Unfinished::Outside { threads, .. }
                | Unfinished::Nothing { threads, .. } => {
                    *threads = self.positions();
                }
                Unfinished::Hook { .. } | Unfinished::Text(_) => {}
            },
            #[cfg(all(interlace, any(target_arch = "x86_64", target_arch = "aarch64")))]
            FailureKind::DataRace(race) => race.find_sites(crate::instrument::marker_site),
            FailureKind::NotSerializable(failure) => failure.find_nearest(&self.names),
            _ => {}
        }
        Some(kind)
    }

    /// Where each thread stood at the end.
    pub(crate) fn positions(&self) -> Positions {
        let threads = 0..self.names.len();
        Positions(ValueOrText::Value(
            threads.map(|it| self.position(it)).collect(),
        ))
    }

    pub(crate) fn position(&self, thread: usize) -> ThreadPosition {
        let status = self.threads[thread];
        let awaited = self.blocked_on.iter();
        let awaited = awaited.filter(|lock| lock.thread.index() == thread);
        let name = |thread: usize| Arc::clone(&self.names[thread]);
        ThreadPosition {
            name: name(thread),
            activity: Activity::of(status.state, &self.names),
            passed: status.passed.map(Into::into),
            awaited_locks: awaited
                .map(|lock| AwaitedLock {
                    name: lock.name.into(),
                    others_may_hold: lock.others_may_hold,
                    last: lock
                        .last
                        .map(|last| (name(last.thread.index()), last.marker.into())),
                })
                .collect(),
        }
    }

    /// How often each thread passed each marker in the last steps, in order of the first pass. To go
    /// on after a wait passes none.
    fn last_passes(&self) -> Vec<(u32, Arc<str>, MarkerSite)> {
        let steps = &self.steps[self.steps.len().saturating_sub(LAST_STEPS)..];
        let pass = |event: &Event| Some((event.thread, event.operation.passes()?));
        let passes = steps.iter().filter_map(pass);
        let counts = passes.clone().counts();
        let passes = passes.unique().map(|pass| {
            let count = u32::try_from(counts[&pass]).unwrap_or(u32::MAX);
            let (thread, marker) = pass;
            let name = Arc::clone(&self.names[thread.index()]);
            (count, name, marker.into())
        });
        passes.collect()
    }
}
