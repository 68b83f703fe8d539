//! What is around a program: the engine, whether its threads are new, and who else wakes its tasks.

use std::time::Duration;

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
    /// others that may come are given 100 ms, so that the order of tasks does not depend on their
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
        self.options.external_wakers = are_expected;
        self
    }

    /// Runs each execution on OS threads of its own, for code that keeps something in
    /// thread-locals from one call to the next: else the threads of an execution run the next
    /// one, too, and find there what the one before left. Default: false.
    ///
    /// It costs as many thread starts per execution as the program has threads, and one more, on
    /// which setup, invariants and checks run: some ten times the price of a short execution.
    ///
    /// There are no such threads on [`Engine::Fibers`](crate::Engine::Fibers): if the code asks for both, nothing is run
    /// and the report says so. If only the environment asks for fibers, this wins.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use interlace::{ErrorKind, Explorer, marker};
    ///
    /// thread_local!(static IS_WARM: Cell<bool> = const { Cell::new(false) });
    ///
    /// fn use_cache(_: &()) {
    ///     if !IS_WARM.replace(true) {
    ///         marker!("fill");
    ///     }
    ///     marker!("use");
    /// }
    /// let explorer = || Explorer::new(|| ()).thread("a", use_cache).thread("b", use_cache);
    ///
    /// let report = explorer().explore(); // the cache is warm from the second execution on
    /// assert_eq!(report.error().unwrap().kind(), ErrorKind::NonDeterministic);
    /// let report = explorer().fresh_threads(true).explore();
    /// assert_eq!(report.schedules(), 6); // 4! / (2! 2!)
    /// ```
    pub fn fresh_threads(mut self, are_fresh: bool) -> Self {
        self.options.fresh_threads = are_fresh;
        self
    }

    /// Lets a thread that sleeps in a system call count as blocked when it has slept there for so
    /// long. Default: none does, and who sleeps is waited for.
    ///
    /// A thread that waits for a lock, a channel or the like is seen to be blocked without this. But
    /// one that reads from a pipe to which a paused thread is to write, or asks a database server for
    /// a row that a paused thread's connection has locked, sleeps in a call of which nobody can tell
    /// that no answer is under way. With a grace it is set aside like any other that is blocked.
    ///
    /// The grace is a promise: what is outside of the program, as a server, answers within that time,
    /// and a longer sleep is for another thread of the program to end. So when no thread can go on,
    /// that is a deadlock, and the report tells in which call each waits. While a thread is blocked so,
    /// the search waits before each choice until its call would go on, or for the grace: who is ready
    /// depends on the schedule alone if the promise holds. Let it be some times what the slowest answer
    /// takes, and mind that each step that ends so costs as much.
    ///
    /// It is about calls without a time-out: to read, write, accept and `poll` pipes, FIFOs, sockets,
    /// eventfds and epolls, and to lock files (`flock`, and `fcntl` with `F_OFD_SETLKW`). Whether a
    /// file lock is free is found out by taking it for a moment. A blocked thread is held in the handler
    /// of a signal, after which the call begins anew; only one that has written a part returns, as
    /// after any signal. When an execution has failed, calls that still sleep return `ECANCELED`, so
    /// that their threads unwind.
    ///
    /// On Linux, on x86-64 and ARM64; without effect elsewhere. On [`Engine::Fibers`](crate::Engine::Fibers) nothing may
    /// block: if the code asks for both, nothing is run and the report says so. If only the environment
    /// asks for fibers, this wins.
    ///
    /// ```
    /// use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
    /// use std::time::Duration;
    /// use interlace::{Explorer, marker};
    ///
    /// # if cfg!(not(target_os = "linux")) { return; }
    /// let report = Explorer::new(|| pipe().unwrap())
    ///     .thread("reads", |(reader, _): &(PipeReader, PipeWriter)| {
    ///         marker!("read");
    ///         let mut reader = reader;
    ///         reader.read_exact(&mut [0]).unwrap();
    ///     })
    ///     .thread("writes", |(_, writer)| {
    ///         marker!("write");
    ///         let mut writer = writer;
    ///         writer.write_all(b"x").unwrap();
    ///     })
    ///     .grace(Duration::from_millis(20))
    ///     .explore();
    /// report.assert_ok();
    /// assert_eq!(report.schedules(), 2); // in the first, `reads` waits for `writes`
    /// ```
    pub fn grace(mut self, grace: Duration) -> Self {
        self.options.grace = Some(grace);
        self
    }

    /// Gives each fiber a stack of at least this many bytes. Default: 1 MiB, of which only what
    /// is used takes memory. Stacks are kept for later searches, 16 MiB of them at most. Without
    /// effect on [`Engine::Threads`](crate::Engine::Threads).
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.options.stack_size = bytes;
        self
    }
}
