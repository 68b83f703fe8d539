//! Which processor a team of threads runs on.
//!
//! Handing the turn over wakes a thread. On its own processor that costs about two microseconds,
//! on another, which must first be woken itself, ten times as much. So a team shares one.

#[cfg(target_os = "linux")]
pub(crate) use linux::Processor;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::Processor;

#[cfg(target_os = "linux")]
mod linux {
    use parking_lot::Mutex;
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// How many teams run on each processor, in this process.
    static TEAMS: Mutex<[usize; CpuSet::MAX_CPU]> = Mutex::new([0; CpuSet::MAX_CPU]);

    /// A claim on one of the processors that the calling thread may use; it ends on drop.
    #[derive(Debug)]
    pub(crate) struct Processor(Option<usize>);

    impl Processor {
        /// Claims the processor with the fewest teams.
        pub(crate) fn claim() -> Self {
            let Ok(allowed) = sched_getaffinity(None) else {
                return Processor(None);
            };
            let mut teams = TEAMS.lock();
            let allowed = (0..CpuSet::MAX_CPU).filter(|&number| allowed.is_set(number));
            let number = allowed.min_by_key(|&number| teams[number]);
            if let Some(number) = number {
                teams[number] += 1;
            }
            Processor(number)
        }

        /// Keeps the calling thread on this processor from now on. Where the system refuses,
        /// the thread runs where it will: slower, and just as right.
        pub(crate) fn pin_current_thread(&self) {
            if let Some(number) = self.0 {
                let mut only = CpuSet::new();
                only.set(number);
                let _ = sched_setaffinity(None, &only);
            }
        }
    }

    impl Drop for Processor {
        fn drop(&mut self) {
            if let Some(number) = self.0 {
                TEAMS.lock()[number] -= 1;
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_pinned_thread_may_use_one_processor_and_its_maker_all() {
            let before = sched_getaffinity(None).unwrap().count();
            let inside = std::thread::spawn(|| {
                Processor::claim().pin_current_thread();
                sched_getaffinity(None).unwrap().count()
            });
            assert_eq!(inside.join().unwrap(), 1);
            assert_eq!(sched_getaffinity(None).unwrap().count(), before);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    /// Elsewhere threads run where the system puts them.
    #[derive(Debug)]
    pub(crate) struct Processor;

    impl Processor {
        pub(crate) fn claim() -> Self {
            Processor
        }

        pub(crate) fn pin_current_thread(&self) {}
    }
}
