//! Executions that get stuck: deadlocks, and those that reach the step limit.

use std::fmt;
use std::sync::Arc;

use super::cycles::cycles;
use super::{MarkerSite, Positions, ThreadPosition, ValueOrText};

/// A deadlock: no thread could go on.
///
/// ```
/// use interlace::{Explorer, FailureKind, marker};
/// use std::sync::Mutex;
///
/// let report = Explorer::new(Mutex::default)
///     .thread("a", |lock: &Mutex<()>| {
///         marker!("once", acquires(lock));
///         let _once = lock.lock().unwrap();
///         marker!("twice", acquires(lock));
///         let _twice = lock.lock().unwrap();
///     })
///     .explore();
/// let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
///     panic!("not a deadlock");
/// };
/// assert_eq!(deadlock.cycles(), [["a"]]);
/// let lock = &deadlock.threads()[0].awaited_locks()[0];
/// assert_eq!((lock.name(), lock.last_thread()), ("lock", Some("a")));
/// assert_eq!(lock.last_marker().unwrap().name(), "once");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deadlock {
    pub(crate) threads: Positions,
}

impl Deadlock {
    /// Returns where each thread stands. Empty if the deadlock was read from a report that an
    /// earlier version wrote.
    pub fn threads(&self) -> &[ThreadPosition] {
        self.threads.threads()
    }

    /// Returns the cycles, as names of threads: in each, every thread waits for a lock that the
    /// next one was the last to acquire. Only locks that markers [acquire](crate::Acquire) are
    /// known.
    pub fn cycles(&self) -> Vec<Vec<&str>> {
        cycles(self.threads())
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "deadlock: no thread can go on{}", self.threads)?;
        for cycle in self.cycles() {
            f.write_str("\nby these markers, a cycle: ")?;
            for (at, thread) in cycle.iter().enumerate() {
                let next = cycle[(at + 1) % cycle.len()];
                let next = if next == *thread { "itself" } else { next };
                let comma = if at == 0 { "" } else { ", " };
                write!(f, "{comma}{thread} waits for {next}")?;
            }
        }
        // With `external_wakers`, it is no deadlock while a waker is held: then this names none.
        match self.threads.held() {
            held if held.is_empty() => Ok(()),
            held => write!(
                f,
                "\nsomebody still holds a waker of {held}: if it is a thread or a runtime outside \
                 of this program, say `external_wakers(true)`, and it is waited for"
            ),
        }
    }
}

/// An execution that reached the step limit. [`ThreadPosition`] has an example.
///
/// ```
/// use interlace::{Explorer, FailureKind, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("spins", |()| loop { marker!("look") })
///     .max_steps(10)
///     .explore();
/// let FailureKind::StepLimit(limit) = report.assert_fails().kind() else {
///     panic!("it has no end");
/// };
/// assert_eq!((limit.max_steps(), limit.threads().len()), (10, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLimit {
    pub(crate) max_steps: usize,
    pub(crate) threads: Positions,
    pub(crate) last_passes: ValueOrText<Vec<(u32, Arc<str>, MarkerSite)>>,
}

impl StepLimit {
    /// The limit alone; `Record::failure` adds the rest.
    pub(crate) fn of(max_steps: usize) -> Self {
        StepLimit {
            max_steps,
            threads: Positions::default(),
            last_passes: ValueOrText::default(),
        }
    }

    /// Returns the limit.
    pub fn max_steps(&self) -> usize {
        self.max_steps
    }

    /// Returns where each thread stands. Empty if this was read from a report that an earlier
    /// version wrote.
    pub fn threads(&self) -> &[ThreadPosition] {
        self.threads.threads()
    }

    /// Returns how often each thread passed each marker in the last 100 steps, in the order of
    /// first passes.
    ///
    /// ```
    /// use interlace::{Explorer, FailureKind, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("spins", |()| loop { marker!("look") })
    ///     .max_steps(1000)
    ///     .explore();
    /// let FailureKind::StepLimit(limit) = report.assert_fails().kind() else {
    ///     panic!("not the step limit");
    /// };
    /// let (count, thread, marker) = limit.last_passes().next().unwrap();
    /// assert_eq!((count, thread, marker.name()), (100, "spins", "look"));
    /// ```
    pub fn last_passes(&self) -> impl Iterator<Item = (u32, &str, &MarkerSite)> {
        let passes = self.last_passes.value().into_iter().flatten();
        passes.map(|(count, thread, marker)| (*count, &**thread, marker))
    }
}

impl fmt::Display for StepLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max_steps = self.max_steps;
        write!(
            f,
            "step limit: the execution was not at its end after {max_steps} steps. If it is \
             meant to be that long, raise `max_steps`{}",
            self.threads
        )?;
        match &self.last_passes {
            ValueOrText::Text(text) => f.write_str(text),
            ValueOrText::Value(passes) if passes.is_empty() => write!(
                f,
                "\nno step passed a marker: a task was woken over and over"
            ),
            ValueOrText::Value(passes) => {
                let steps: u64 = passes.iter().map(|pass| u64::from(pass.0)).sum();
                write!(f, "\nwhat the last {steps} steps passed:")?;
                passes.iter().try_for_each(|(count, thread, marker)| {
                    write!(f, "\n  {count} times {thread}:{marker}")
                })
            }
        }
    }
}
