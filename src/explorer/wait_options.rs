//! Options about waits: when they time out, on which clock, and whether threads wake up by themselves.

use super::Explorer;
use crate::engine::Timeouts;

impl<S> Explorer<S> {
    /// Says when waits time out and sleeps end. Default: `INTERLACE_TIMEOUTS` (`early` or `late`), or
    /// [`Timeouts::Early`].
    ///
    /// A time-out takes no time: it is a step, `thread:timeout(marker)`. An early one, taken while
    /// somebody else could go on, counts as a preemption; so a failure is reported with one only if it
    /// needs it. With [`Timeouts::Late`] there are none, and there is less to explore: for code whose
    /// time-outs are so long that nobody is ever too slow.
    ///
    /// ```
    /// use interlace::{Explorer, Timeouts, marker};
    /// use std::sync::{Condvar, Mutex, OnceLock};
    /// use std::time::Duration;
    ///
    /// #[derive(Default)]
    /// struct Job {
    ///     is_done: Mutex<bool>,
    ///     changed: Condvar,
    ///     timed_out: OnceLock<bool>,
    /// }
    /// let report = |timeouts| {
    ///     Explorer::new(Job::default)
    ///         .thread("waits", |job: &Job| {
    ///             marker!("wait");
    ///             let is_done = job.is_done.lock().unwrap();
    ///             let minute = Duration::from_secs(60);
    ///             let waited = job.changed.wait_timeout_while(is_done, minute, |is_done| !*is_done);
    ///             job.timed_out.set(waited.unwrap().1.timed_out()).unwrap();
    ///         })
    ///         .thread("works", |job| {
    ///             marker!("finish");
    ///             *job.is_done.lock().unwrap() = true;
    ///             job.changed.notify_one();
    ///         })
    ///         .outcome(|job| *job.timed_out.get().unwrap())
    ///         .timeouts(timeouts)
    ///         .explore()
    /// };
    /// let outcomes = |timeouts| {
    ///     let report = report(timeouts);
    ///     report.outcomes().map(|(outcome, _)| outcome.to_owned()).collect::<Vec<_>>()
    /// };
    /// assert_eq!(outcomes(Timeouts::Early), ["false", "true"]);
    /// assert_eq!(outcomes(Timeouts::Late), ["false"]);
    /// ```
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.settings.timeouts = Some(timeouts);
        self
    }

    /// Lets clocks and sleeps of the program be the real ones. Default: `INTERLACE_REAL_TIME` (`1` or
    /// `0`), or false.
    ///
    /// Otherwise time is virtual: it moves a little at each look at a clock, and to the end of a sleep
    /// or wait that is over, and is the same under the same schedule. Real time is for programs that
    /// measure it, or share it with somebody outside; what they do may then differ from execution to
    /// execution.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    /// use std::thread::sleep;
    /// use std::time::{Duration, Instant};
    ///
    /// let began = Instant::now();
    /// let report = Explorer::new(|| ())
    ///     .thread("sleeps", |()| { marker!("sleep"); sleep(Duration::from_millis(5)) })
    ///     .thread("other", |()| marker!("x"))
    ///     .real_time(true)
    ///     .explore();
    /// report.assert_ok();
    /// assert!(began.elapsed() >= Duration::from_millis(5));
    /// ```
    pub fn real_time(mut self, is_real: bool) -> Self {
        self.settings.real_time = Some(is_real);
        self
    }

    /// Explores up to `most` spurious wake-ups in an execution: that a thread goes on from a condition
    /// variable or from `park` though nobody has woken it. Default: `INTERLACE_SPURIOUS_WAKEUPS`, or 0.
    ///
    /// Both may happen on every system, and code that waits has to ask again in a loop. A spurious
    /// wake-up is a step, `thread:spurious(marker)`, and counts as a preemption. There is none where
    /// nothing else could go on: that is a deadlock.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    /// use std::sync::{Condvar, Mutex};
    ///
    /// let explorer = || {
    ///     Explorer::new(<(Mutex<bool>, Condvar)>::default)
    ///         .thread("waits", |(is_done, changed): &(Mutex<bool>, Condvar)| {
    ///             marker!("wait");
    ///             let mut is_done = is_done.lock().unwrap();
    ///             if !*is_done { // `while` would be right
    ///                 is_done = changed.wait(is_done).unwrap();
    ///             }
    ///             assert!(*is_done);
    ///         })
    ///         .thread("works", |(is_done, changed)| {
    ///             marker!("finish");
    ///             *is_done.lock().unwrap() = true;
    ///             changed.notify_one();
    ///         })
    /// };
    /// explorer().explore().assert_ok();
    /// explorer().spurious_wakeups(1).explore().assert_fails();
    /// ```
    pub fn spurious_wakeups(mut self, most: u32) -> Self {
        self.settings.spurious_wakeups = Some(most);
        self
    }
}
