//! How long threads have run, and how long they have waited for a processor.

use std::fs;
use std::time::Duration;

use parking_lot::Mutex;

use super::engine_thread::EngineThread;

/// The threads whose times are added up.
#[derive(Debug, Default)]
pub(super) struct ThreadClocks(Mutex<Vec<i32>>);

/// What the clocks show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ThreadTimes {
    /// How long the threads have run.
    pub(super) ran: Duration,
    /// How long they were ready to run, and had no processor. A wait that is not over does not count
    /// yet.
    pub(super) waited: Duration,
    /// Whether one of them runs or waits for a processor now.
    pub(super) is_awake: bool,
}

impl ThreadClocks {
    /// Adds the calling thread.
    pub(super) fn add(&self, own: &EngineThread) {
        self.0.lock().push(own.id());
    }

    /// Reads the clocks; nothing if the system shows none, as others than Linux. A thread that has
    /// ended has no clock any more.
    pub(super) fn read(&self) -> Option<ThreadTimes> {
        let mut times = ThreadTimes::of_calling_thread()?;
        for id in &*self.0.lock() {
            let folder = format!("/proc/self/task/{id}");
            let Some((ran, waited)) = times_in(&folder) else {
                continue;
            };
            times.ran += ran;
            times.waited += waited;
            times.is_awake |= is_awake(&folder);
        }
        Some(times)
    }
}

impl ThreadTimes {
    /// The one that watches has nothing to run for a program; but as long as it waits for a
    /// processor, nobody takes the turn from a thread that is blocked.
    fn of_calling_thread() -> Option<Self> {
        let (_, waited) = times_in("/proc/thread-self")?;
        Some(ThreadTimes {
            waited,
            ..ThreadTimes::default()
        })
    }
}

/// How long a thread has run and waited for a processor: see proc(5), `schedstat`.
fn times_in(folder: &str) -> Option<(Duration, Duration)> {
    let text = fs::read_to_string(format!("{folder}/schedstat")).ok()?;
    let mut words = text.split_ascii_whitespace();
    let mut next = || Some(Duration::from_nanos(words.next()?.parse().ok()?));
    Some((next()?, next()?))
}

/// Whether a thread runs or waits for a processor. Its name, which may hold anything, is in
/// parentheses before its state.
fn is_awake(folder: &str) -> bool {
    let text = fs::read_to_string(format!("{folder}/stat")).unwrap_or_default();
    let state = text.rsplit_once(')').map(|(_, rest)| rest.trim_start());
    state.is_some_and(|state| state.starts_with('R'))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn a_thread_is_awake_and_runs_until_it_sleeps() {
        let clocks = Arc::new(ThreadClocks::default());
        let (is_over, (sender, receiver)) =
            (Arc::new(AtomicBool::new(false)), mpsc::channel::<()>());
        let thread = thread::spawn({
            let (clocks, is_over) = (Arc::clone(&clocks), Arc::clone(&is_over));
            move || {
                let own = EngineThread::begin();
                clocks.add(&own);
                while !is_over.load(SeqCst) {}
                receiver.recv()
            }
        });
        let least = Duration::from_millis(20);
        while clocks.read().is_none_or(|times| times.ran < least) {
            thread::yield_now();
        }
        assert!(clocks.read().unwrap().is_awake);
        is_over.store(true, SeqCst);
        while clocks.read().unwrap().is_awake {
            thread::yield_now();
        }
        let ran = clocks.read().unwrap().ran;
        thread::sleep(least);
        assert_eq!(clocks.read().unwrap().ran, ran);
        drop(sender);
        assert!(thread.join().unwrap().is_err());
    }
}
