//! Which processor a team of threads, or a carrier of fibers, runs on.
//!
//! Handing the turn over wakes a thread. That costs about two microseconds on the same processor,
//! and ten times as much on another, which must itself be woken first. So a team shares one.

use std::collections::BTreeMap;
use std::fs;

use core_affinity::CoreId;

use crate::engine::lock::Mutex;
/// How many teams run on each processor, in this process.
static TEAMS: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());

/// A claim on one of the processors that the calling thread may use, until dropped.
#[derive(Debug)]
pub(crate) struct Processor {
    core: Option<CoreId>,
    /// Whether there were other claims in this process.
    is_in_company: bool,
}

impl Processor {
    /// Claims the processor with the fewest teams. Of equal ones, different processes prefer
    /// different ones, since a test runner may run many side by side.
    pub(crate) fn claim() -> Self {
        let mut allowed = core_affinity::get_core_ids().unwrap_or_default();
        if allowed.len() > 1 {
            let first = std::process::id() as usize % allowed.len();
            allowed.rotate_left(first);
        }
        let mut teams = TEAMS.lock();
        let is_in_company = teams.values().any(|&count| count > 0);
        let load = |core: &CoreId| teams.get(&core.id).copied().unwrap_or(0);
        let core = allowed.into_iter().min_by_key(load);
        if let Some(core) = core {
            *teams.entry(core.id).or_default() += 1;
        }
        Processor {
            core,
            is_in_company,
        }
    }

    pub(crate) fn is_in_company(&self) -> bool {
        self.is_in_company
    }

    /// Pins the calling thread to this processor. If the system refuses, all still works, only
    /// slower.
    pub(crate) fn pin_current_thread(&self) {
        if let Some(core) = self.core {
            core_affinity::set_for_current(core);
        }
    }
}

/// Whether more threads of all processes are ready to run than there are processors, not counting
/// the calling one. False where the system does not tell.
pub(crate) fn is_machine_busy() -> bool {
    let processors = core_affinity::get_core_ids().map_or(1, |ids| ids.len());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    // See proc(5): the fourth word is `<ready>/<existing>` threads.
    let ready = load.split_ascii_whitespace().nth(3);
    let ready = ready.and_then(|both| both.split('/').next()?.parse::<usize>().ok());
    ready.is_some_and(|ready| ready > processors + 1)
}

impl Drop for Processor {
    fn drop(&mut self) {
        if let Some(core) = self.core {
            TEAMS.lock().entry(core.id).and_modify(|teams| *teams -= 1);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn allowed() -> usize {
        core_affinity::get_core_ids().unwrap().len()
    }

    #[test]
    fn a_pinned_thread_may_use_one_processor_and_its_maker_all() {
        let before = allowed();
        let inside = std::thread::spawn(|| {
            Processor::claim().pin_current_thread();
            allowed()
        });
        assert_eq!(inside.join().unwrap(), 1);
        assert_eq!(allowed(), before);
    }
}
