//! How long threads have run, and how long they have waited for a processor.

use std::fs;
use std::time::Duration;

use super::engine_thread::EngineThread;
use crate::engine::lock::Mutex;

/// The clocks of some threads, whose times are added up.
#[derive(Debug, Default)]
pub(super) struct ThreadClocks(Mutex<Clocks>);

#[derive(Debug, Default)]
struct Clocks {
    /// How many threads have been started and have not run yet.
    starting: usize,
    /// The kernel's ids of the live threads.
    ids: Vec<i32>,
    /// The times of those that have ended.
    ended: ThreadTimes,
}

/// Registers the clock of one thread until dropped, on the same thread.
#[derive(Debug)]
pub(super) struct ThreadClock<'a> {
    clocks: &'a ThreadClocks,
    id: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ThreadTimes {
    /// How long the threads have run.
    pub(super) ran: Duration,
    /// How long they have waited for a processor. A wait that is not over does not count yet.
    pub(super) waited: Duration,
    /// Whether one of them runs or waits for a processor now.
    pub(super) is_awake: bool,
}

impl ThreadClocks {
    /// Expects a thread that is about to be started, which will add itself.
    pub(super) fn expect(&self) {
        self.0.lock().starting += 1;
    }

    /// Adds the calling thread, which was expected.
    pub(super) fn add(&self, own: &EngineThread) -> ThreadClock<'_> {
        let id = own.id();
        let mut clocks = self.0.lock();
        clocks.starting -= 1;
        clocks.ids.push(id);
        ThreadClock { clocks: self, id }
    }

    /// Reads the clocks; `None` if the system has none, like all but Linux.
    ///
    /// The calling thread watches the others and runs nothing for the program. But the time for
    /// which it waits for a processor counts, since blocked threads go unnoticed meanwhile.
    pub(super) fn read(&self) -> Option<ThreadTimes> {
        let watcher = ThreadTimes::of("thread-self")?;
        let clocks = self.0.lock();
        let mut times = clocks.ended;
        times.waited += watcher.waited;
        times.is_awake = clocks.starting > 0;
        for id in &clocks.ids {
            let thread = format!("self/task/{id}");
            times.add(ThreadTimes::of(&thread).unwrap_or_default());
            times.is_awake |= is_awake(&thread);
        }
        Some(times)
    }
}

impl Drop for ThreadClock<'_> {
    fn drop(&mut self) {
        let mut clocks = self.clocks.0.lock();
        clocks.ids.retain(|id| *id != self.id);
        clocks
            .ended
            .add(ThreadTimes::of("thread-self").unwrap_or_default());
    }
}

impl ThreadTimes {
    /// The times of one thread: see proc(5), `schedstat`.
    fn of(thread: &str) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{thread}/schedstat")).ok()?;
        let mut words = text.split_ascii_whitespace();
        let mut next = || Some(Duration::from_nanos(words.next()?.parse().ok()?));
        Some(ThreadTimes {
            ran: next()?,
            waited: next()?,
            is_awake: false,
        })
    }

    fn add(&mut self, other: ThreadTimes) {
        self.ran += other.ran;
        self.waited += other.waited;
    }
}

/// Whether a thread runs or waits for a processor.
fn is_awake(thread: &str) -> bool {
    // The name, which may contain anything, is in parentheses before the state.
    let text = fs::read_to_string(format!("/proc/{thread}/stat")).unwrap_or_default();
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
        clocks.expect();
        assert!(clocks.read().unwrap().is_awake, "it waits for a processor");
        let thread = thread::spawn({
            let (clocks, is_over) = (Arc::clone(&clocks), Arc::clone(&is_over));
            move || {
                let own = EngineThread::begin();
                let _clock = clocks.add(&own);
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
        assert!(
            clocks.read().unwrap().ran >= ran,
            "what has ended still counts"
        );
        assert!(clocks.0.lock().ids.is_empty());
    }
}
