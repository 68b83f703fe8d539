//! What is around a program: who else wakes its tasks.

use super::Explorer;

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Says that something outside of the program wakes its tasks: a runtime, a timer, a thread
    /// that is none of those added here. Default: false.
    ///
    /// When no thread can go on and tasks wait, that is a deadlock at once, unless this is set.
    /// Then it is a deadlock at once only if nobody holds a waker of those tasks; else they are
    /// waited for until the [time-out](Self::timeout) is up. Who holds a waker is not known: one
    /// that waits in a lock of the state itself counts, too. So in a program with this set, tasks
    /// that wait for each other may be told as timed out.
    ///
    /// Wake-ups from outside come at any time. For the program to do the same under the same
    /// schedule they are put off until no other thread can go on; and when one has come, the
    /// others that may come are given 50 ms, so that the order of tasks does not depend on their
    /// order. What is never tried is that a wake-up comes earlier. Work outside that is ready
    /// before the task asks for it the first time is a difference that nothing hides.
    ///
    /// ```
    /// use std::future::poll_fn;
    /// use std::task::Poll;
    /// use interlace::{Explorer, marker};
    ///
    /// /// Is ready when a thread outside has said so.
    /// async fn ask() {
    ///     let mut has_asked = false;
    ///     poll_fn(|context| {
    ///         if std::mem::replace(&mut has_asked, true) {
    ///             return Poll::Ready(());
    ///         }
    ///         let waker = context.waker().clone();
    ///         std::thread::spawn(move || waker.wake());
    ///         Poll::Pending
    ///     })
    ///     .await
    /// }
    ///
    /// let report = Explorer::new(|| ())
    ///     .task("asks", async |()| { ask().await; marker!("answer") })
    ///     .thread("looks", |()| marker!("look"))
    ///     .external_wakers(true)
    ///     .explore();
    /// assert_eq!(report.schedules(), 1); // `asks` is told when `looks` has ended
    /// ```
    pub fn external_wakers(mut self, are_expected: bool) -> Self {
        self.limits.external_wakers = are_expected;
        self
    }
}
