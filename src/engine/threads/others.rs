//! The threads of this process that are not the engine's: whether one may yet let a blocked thread
//! go on.
//!
//! A thread that the program starts by itself is of its *kin*: it has inherited the processor of
//! the team that runs the program. All others are strangers.

use std::fs;

use parking_lot::Mutex;

use super::sight::{Sight, Window, kernel_id};
use crate::engine::processor::Processor;

/// The threads of all engines in this process.
static OWN: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// Keeps the calling thread known as the engine's; ends on drop, on the same thread.
#[derive(Debug)]
pub(super) struct Own(i32);

impl Own {
    pub(super) fn begin() -> Self {
        let id = kernel_id();
        OWN.lock().push(id);
        Own(id)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        forget(self.0);
    }
}

/// The thread is the engine's no more: it has ended, and its number may become another's.
pub(super) fn forget(id: i32) {
    let mut own = OWN.lock();
    if let Some(place) = own.iter().position(|other| *other == id) {
        own.swap_remove(place);
    }
}

/// Who may act, besides the threads of engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Awake {
    /// All sleep until somebody else wakes them.
    Nobody,
    /// Strangers, of which it is not known whether they have anything to do with the program.
    Strangers,
    /// Threads that the program has started.
    Kin,
}

/// Looks who may act. A thread that cannot be looked at has ended, or is none that acts.
pub(super) fn others(processor: &Processor) -> Awake {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else {
        return Awake::Strangers;
    };
    let ids = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
    // Collected before it is looked who is the engine's: who ends meanwhile is not looked at.
    let mut ids: Vec<i32> = ids.collect();
    let own = OWN.lock().clone();
    ids.retain(|id| !own.contains(id));
    let kinds = ids.into_iter().map(|id| look(id, processor));
    kinds.max().unwrap_or(Awake::Nobody)
}

fn look(id: i32, processor: &Processor) -> Awake {
    let Some(sight) = Window::on(id).and_then(|window| window.look()) else {
        return Awake::Nobody;
    };
    match sight {
        Sight::Futex(_) => Awake::Nobody,
        _ if is_kin(id, processor) => Awake::Kin,
        // As the main thread of a test program, which wakes now and then to look at the time.
        Sight::FutexUntil => Awake::Nobody,
        _ => Awake::Strangers,
    }
}

fn is_kin(id: i32, processor: &Processor) -> bool {
    let status = fs::read_to_string(format!("/proc/self/task/{id}/status")).unwrap_or_default();
    let allowed = |line: &'_ str| Some(line.strip_prefix("Cpus_allowed_list:")?.trim().to_owned());
    let allowed = status.lines().find_map(allowed);
    allowed.is_some_and(|allowed| processor.is_alone_in(&allowed))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn a_thread_that_a_pinned_thread_has_started_is_kin_until_it_sleeps() {
        if core_affinity::get_core_ids().is_none_or(|ids| ids.len() < 2) {
            return;
        }
        thread::spawn(|| {
            let processor = Processor::claim();
            processor.pin_current_thread();
            let _own = Own::begin();
            let (sender, receiver) = mpsc::channel::<()>();
            let child = thread::spawn(move || receiver.recv());
            let id = loop {
                // The child is the only thread on this processor that is not the engine's.
                let tasks = fs::read_dir("/proc/self/task").unwrap();
                let ids = tasks.map(|task| {
                    let name = task.unwrap().file_name();
                    name.to_str().unwrap().parse().unwrap()
                });
                let own = OWN.lock().clone();
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
