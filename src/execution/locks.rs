//! The locks that the steps of an execution acquire and release.

use super::Record;
use crate::operation::{AccessKind, Object};
use crate::timeline::{CodeLine, Columns, LockUse};

impl Record {
    /// Adds them to the steps, which have their code already.
    pub(super) fn add_locks(&self, columns: &mut Columns) {
        let trace = self.result(None).trace;
        let mut known: Vec<Object> = Vec::new();
        for (number, step) in columns.steps.iter_mut().enumerate() {
            let site = self.steps[number].operation.name().site();
            for (place, access) in trace.accesses(number).enumerate() {
                let (is_release, is_shared) = match access.kind {
                    AccessKind::Acquire => (false, false),
                    AccessKind::AcquireShared => (false, true),
                    AccessKind::Release => (true, false),
                    AccessKind::ReleaseShared => (true, true),
                    _ => continue,
                };
                if !matches!(access.object, Object::Memory(_) | Object::Text(_)) {
                    continue;
                }
                let lock = known
                    .iter()
                    .position(|it| *it == access.object)
                    .unwrap_or_else(|| {
                        known.push(access.object.clone());
                        known.len() - 1
                    });
                let own_line = step.code.as_ref().and_then(|it| it.own_line.as_ref());
                let name = match site
                    .places()
                    .get(place)
                    .copied()
                    .unwrap_or_else(|| site.accessed())
                {
                    // Of what std does, the source is not there.
                    "" => own_line.map_or("", CodeLine::accessed).to_owned().into(),
                    name => name.into(),
                };
                step.locks.push(LockUse {
                    lock: u32::try_from(lock).unwrap_or(u32::MAX),
                    name,
                    is_release,
                    is_shared,
                });
            }
        }
    }
}
