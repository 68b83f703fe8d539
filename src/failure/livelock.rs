//! Executions in which threads wait in loops for what nobody will change.

use std::fmt;
use std::sync::Arc;

use super::{MarkerSite, Positions, ThreadPosition};
use crate::getters::getters;

/// A livelock: no thread could go on, and at least one was in a loop that reads the same again and again,
/// and writes nothing. Found in instrumented builds.
///
/// ```no_run
/// use interlace::{Explorer, FailureKind};
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
/// use std::thread;
///
/// let report = Explorer::model(|| {
///     let is_open = Arc::new(AtomicBool::new(false));
///     let seen = Arc::clone(&is_open);
///     let waits = thread::spawn(move || while !seen.load(SeqCst) {}); // and nobody opens it
///     waits.join().unwrap();
/// })
/// .explore();
/// let FailureKind::Livelock(livelock) = report.assert_fails().kind() else {
///     panic!("it would end");
/// };
/// let [read] = livelock.reads() else { panic!("it reads one place") };
/// assert_eq!((read.thread(), read.size(), read.value()), ("main/1", 1, 0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Livelock {
    pub(crate) threads: Positions,
    pub(crate) reads: Vec<RepeatedRead>,
}

/// What a thread reads in each round of a loop that has no end.
///
/// ```
/// use interlace::failure::Livelock;
///
/// /// The threads that wait for the place that is named first.
/// fn wait_for_the_first(livelock: &Livelock) -> impl Iterator<Item = &str> {
///     let reads = livelock.reads().iter().filter(|read| read.place() == 1);
///     reads.map(|read| read.thread())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedRead {
    pub(crate) thread: Arc<str>,
    pub(crate) site: MarkerSite,
    pub(crate) place: u32,
    pub(crate) size: u32,
    pub(crate) value: u64,
}

getters! { RepeatedRead {
    /// Returns the name of the thread.
    thread: &str,
    /// Returns what reads, and where that is in the source.
    site: &MarkerSite,
    /// Returns which place is read. The places that the loops read are numbered from 1 in the order of the
    /// [reads](Livelock::reads), since addresses may differ from run to run.
    place: copy u32,
    /// Returns how many bytes are read.
    size: copy u32,
    /// Returns what is found there.
    value: copy u64,
} }

impl Livelock {
    /// Returns where each thread stands.
    pub fn threads(&self) -> &[ThreadPosition] {
        self.threads.threads()
    }

    /// Returns what the threads read in each round of their loops.
    pub fn reads(&self) -> &[RepeatedRead] {
        &self.reads
    }
}

impl fmt::Display for Livelock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = &self.threads;
        write!(
            f,
            "livelock: threads wait in loops for what nobody will change{threads}"
        )?;
        f.write_str("\nwhat is read again and again:")?;
        self.reads.iter().try_for_each(|read| {
            let RepeatedRead {
                thread,
                site,
                place,
                size,
                value,
            } = read;
            write!(
                f,
                "\n  {thread} finds {value} in place {place} of {size} bytes, by {site}"
            )
        })
    }
}
