//! The threads of this process that are not the engine's: whether one may yet let a blocked thread
//! go on.
//!
//! A thread that the program starts by itself is of its *kin*: it has inherited the processor of
//! the team that runs the program. All others are strangers.

use std::fs;
use std::time::Duration;

use super::kernel::{Sight, Window};
use crate::engine::engine_thread;
use crate::engine::processor::Processor;
use crate::engine::thread_clocks::ran;

/// Who may act, besides the threads of engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Awake {
    /// All sleep until somebody else wakes them.
    Nobody,
    /// Strangers, of which it is not known whether they have anything to do with the program.
    Unrelated,
    /// Threads that the program has started.
    SpawnedByProgram,
}

/// Looks who may act. A thread that cannot be looked at has ended, or is none that acts.
pub(super) fn others(processor: &Processor) -> Awake {
    let Some(ids) = ids() else {
        return Awake::Unrelated;
    };
    let kinds = ids.into_iter().map(|id| look(id, processor));
    kinds.max().unwrap_or(Awake::Nobody)
}

/// All threads but the engines'; nothing if the system does not tell.
fn ids() -> Option<Vec<i32>> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let ids = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
    // Collected before it is looked who is the engine's: who ends meanwhile is not looked at.
    let mut ids: Vec<i32> = ids.collect();
    let own = engine_thread::all();
    ids.retain(|id| !own.contains(id));
    Some(ids)
}

/// Threads that were running, and how long each had run by then. One that waits for a processor
/// may hold what it holds for a moment only, such as a lock of the allocator.
#[derive(Debug)]
pub(super) struct Busy(Vec<(i32, Duration)>);

impl Busy {
    pub(super) fn now() -> Self {
        let ids = ids().unwrap_or_default();
        let running = ids.into_iter().filter(|id| is_running(*id));
        Busy(running.filter_map(|id| Some((id, ran(id)?))).collect())
    }

    /// Whether each of them has run since, or sleeps, or has ended.
    pub(super) fn have_moved(&mut self) -> bool {
        self.0
            .retain(|&(id, before)| is_running(id) && ran(id) == Some(before));
        self.0.is_empty()
    }
}

/// Whether the thread has a processor, or waits for one.
pub(super) fn is_running(id: i32) -> bool {
    let sight = Window::on(id).and_then(|window| window.look());
    sight == Some(Sight::Running)
}

fn look(id: i32, processor: &Processor) -> Awake {
    let Some(sight) = Window::on(id).and_then(|window| window.look()) else {
        return Awake::Nobody;
    };
    match sight {
        Sight::Futex(_) => Awake::Nobody,
        _ if is_kin(id, processor) => Awake::SpawnedByProgram,
        // As the main thread of a test program, which wakes now and then to look at the time.
        Sight::FutexUntil => Awake::Nobody,
        _ => Awake::Unrelated,
    }
}

fn is_kin(id: i32, processor: &Processor) -> bool {
    let status = fs::read_to_string(format!("/proc/self/task/{id}/status")).unwrap_or_default();
    let allowed = |line: &'_ str| Some(line.strip_prefix("Cpus_allowed_list:")?.trim().to_owned());
    let allowed = status.lines().find_map(allowed);
    allowed.is_some_and(|allowed| processor.is_alone_in(&allowed))
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;
    use crate::engine::engine_thread::{EngineThread, kernel_id};

    #[test]
    fn a_thread_that_runs_is_busy_until_it_has_run_on_or_ended() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};

        let (id, is_over) = (
            Arc::new(AtomicI32::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let thread = thread::spawn({
            let (id, is_over) = (Arc::clone(&id), Arc::clone(&is_over));
            move || {
                id.store(kernel_id(), SeqCst);
                while !is_over.load(SeqCst) {}
            }
        });
        // Other tests have threads, too: only this one is looked at.
        let busy = || {
            let mut busy = Busy::now();
            busy.0.retain(|(other, _)| *other == id.load(SeqCst));
            busy
        };
        let mut running = busy();
        while running.0.is_empty() {
            running = busy();
        }
        while !running.have_moved() {
            thread::yield_now();
        }
        is_over.store(true, SeqCst);
        thread.join().unwrap();
        assert!(busy().0.is_empty());
    }

    #[test]
    fn a_thread_that_a_pinned_thread_has_started_is_kin_until_it_sleeps() {
        if core_affinity::get_core_ids().is_none_or(|ids| ids.len() < 2) {
            return;
        }
        thread::spawn(|| {
            let processor = Processor::claim();
            processor.pin_current_thread();
            let _own = EngineThread::begin();
            let (sender, receiver) = mpsc::channel::<()>();
            let child = thread::spawn(move || receiver.recv());
            let id = loop {
                // The child is the only thread on this processor that is not the engine's.
                let tasks = fs::read_dir("/proc/self/task").unwrap();
                let ids = tasks.map(|task| {
                    let name = task.unwrap().file_name();
                    name.to_str().unwrap().parse().unwrap()
                });
                let own = engine_thread::all();
                let mut ids = ids.filter(|id| !own.contains(id) && is_kin(*id, &processor));
                if let Some(id) = ids.next() {
                    break id;
                }
            };
            while look(id, &processor) != Awake::Nobody {
                thread::yield_now();
            }
            drop(sender);
            assert!(child.join().unwrap().is_err());
        })
        .join()
        .unwrap();
    }
}
