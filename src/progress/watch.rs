//! The thread that asks for the progress of a search and has it shown.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::snapshot::Snapshot;
use super::{Goal, Meter, Reporter};
use crate::engine::{EngineThread, catch_fault};
use crate::error::Error;
use crate::locks::{Condvar, Mutex};

/// How long to wait for answers after asking.
const PAUSE: Duration = Duration::from_millis(100);

/// Watches a search until dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

#[derive(Debug, Default)]
struct Shared {
    meter: Arc<Meter>,
    is_over: Mutex<bool>,
    news: Condvar,
}

impl Watch {
    /// Watches a search that begins now, and has nothing shown before it has taken as long as `patience`. If the
    /// system does not start a thread, nothing is shown: the search can do without.
    pub(crate) fn start(mut reporter: Box<dyn Reporter>, goal: Goal, patience: Duration) -> Self {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let builder = thread::Builder::new().name("interlace progress".to_owned());
        let thread = builder.spawn(move || {
            // It wakes up by itself again and again, and does nothing for the program.
            let _own = EngineThread::begin();
            catch_fault(|| {
                own.watch(&mut *reporter, goal, patience);
                Ok(())
            })
        });
        Watch {
            shared,
            thread: thread.ok(),
        }
    }

    /// Stops watching a search that is over.
    ///
    /// # Errors
    ///
    /// If something went wrong inside of this library.
    pub(crate) fn end(mut self) -> Result<(), Error> {
        self.stop()
    }

    fn stop(&mut self) -> Result<(), Error> {
        *self.shared.is_over.lock() = true;
        self.shared.news.notify_all();
        let result = self.thread.take().map(JoinHandle::join);
        result.map_or(Ok(()), |result| result.unwrap_or(Ok(())))
    }

    /// The meter to which the workers report.
    pub(crate) fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.shared.meter)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Drop without `end` means another error, which says more.
        let _ = self.stop();
    }
}

impl Shared {
    fn watch(&self, reporter: &mut dyn Reporter, goal: Goal, patience: Duration) {
        let began = Instant::now();
        let mut has_started = false;
        let mut is_over = self.waits(patience);
        while !is_over {
            self.meter.ask();
            let elapsed = began.elapsed();
            is_over = self.waits(PAUSE);
            let snapshot = Snapshot {
                executions: self.meter.executions(),
                elapsed,
                size: self.meter.size(),
                goal,
            };
            // There is nothing to show before the first execution has ended.
            match has_started {
                _ if is_over || snapshot.executions == 0 => {}
                true => reporter.moved(&snapshot),
                false => {
                    reporter.started(&snapshot);
                    has_started = true;
                }
            }
        }
        if has_started {
            reporter.finished();
        }
    }

    /// Waits for `time`, or until the search is over; returns whether it is.
    fn waits(&self, time: Duration) -> bool {
        let mut is_over = self.is_over.lock();
        let until = Instant::now() + time;
        while !*is_over && !self.news.wait_until(&mut is_over, until).timed_out() {}
        *is_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    /// Records its calls.
    #[derive(Default, Clone)]
    struct Recording(Arc<Mutex<Vec<(&'static str, u64)>>>);

    impl Reporter for Recording {
        fn started(&mut self, snapshot: &Snapshot) {
            self.0.lock().push(("started", snapshot.executions));
        }

        fn moved(&mut self, snapshot: &Snapshot) {
            self.0.lock().push(("moved", snapshot.executions));
        }

        fn finished(&mut self) {
            self.0.lock().push(("finished", 0));
        }
    }

    /// Panics at the start.
    struct Panics;

    impl Reporter for Panics {
        fn started(&mut self, _: &Snapshot) {
            panic!("no bar");
        }

        fn moved(&mut self, _: &Snapshot) {}

        fn finished(&mut self) {}
    }

    #[test]
    fn a_reporter_that_panics_is_a_fault_that_is_told_in_the_end() {
        let watch = Watch::start(Box::new(Panics), Goal::default(), Duration::ZERO);
        let meter = watch.meter();
        let mut heard = 0;
        while !meter.has_asked(&mut heard) {
            thread::yield_now();
        }
        meter.add(1, 0.1);
        while !watch.thread.as_ref().unwrap().is_finished() {
            thread::yield_now();
        }
        let fault = watch.end().unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::Internal);
        let text = fault.to_string();
        assert!(
            text.starts_with("a fault of interlace: no bar, at src/progress/watch.rs:"),
            "{text}"
        );
    }

    fn watch(recording: &Recording, patience: Duration) -> Watch {
        Watch::start(Box::new(recording.clone()), Goal::default(), patience)
    }

    #[test]
    fn a_short_search_is_not_told_of() {
        let recording = Recording::default();
        let watch = watch(&recording, Duration::from_secs(100));
        watch.meter().add(1, 1.0);
        drop(watch);
        assert_eq!(*recording.0.lock(), []);
    }

    #[test]
    fn a_long_search_starts_moves_and_finishes() {
        let recording = Recording::default();
        let watch = watch(&recording, Duration::ZERO);
        let meter = watch.meter();
        let mut heard = 0;
        let mut questions = 0;
        while recording.0.lock().len() < 2 {
            if meter.has_asked(&mut heard) {
                questions += 1;
                meter.add(10, 0.1);
            }
            thread::yield_now();
        }
        assert!(questions >= 2);
        drop(watch);
        let told = recording.0.lock();
        assert_eq!(told[0], ("started", 10));
        assert_eq!(told[1], ("moved", 20));
        assert_eq!(told.last(), Some(&("finished", 0)));
    }
}
