//! Options about a program's surroundings: its OS threads, and who else wakes its tasks.

use std::time::Duration;

use super::Explorer;

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Expects the tasks to be woken from outside of the program: by a timer, a runtime or another
    /// process. Default: false.
    ///
    /// Without this, it is a deadlock when no thread can go on while tasks wait. With it, that is a
    /// deadlock at once only if no waker of those tasks is left; otherwise they are waited for
    /// until the [time-out](Self::timeout). Since nobody can tell who holds a waker, one in a lock
    /// of the state itself counts too: tasks that wait for each other may then time out instead.
    ///
    /// What the program has brought about itself, by asking a thread that was started elsewhere, is
    /// heard before the next step: the run waits for such a thread until it sleeps. Other wake-ups
    /// come at any time. So that the program does the same under the same schedule, they are held
    /// back until no other thread can go on. When one has come, the others get 100 ms to come too, so
    /// that the order of the tasks does not depend on theirs. Earlier wake-ups are never tried. If
    /// work outside is ready before the task first asks for it, that is a difference that cannot be
    /// hidden.
    ///
    /// ```
    /// use std::future::poll_fn;
    /// use std::sync::mpsc::{Sender, channel};
    /// use std::task::{Poll, Waker};
    /// use std::thread;
    /// use std::time::Duration;
    /// use interlace::{Explorer, marker};
    ///
    /// /// Starts a thread that is none of the program's, and wakes whoever asks after a while.
    /// fn timer() -> Sender<Waker> {
    ///     let (ask, asked) = channel::<Waker>();
    ///     thread::spawn(move || {
    ///         for waker in asked {
    ///             thread::sleep(Duration::from_millis(1));
    ///             waker.wake();
    ///         }
    ///     });
    ///     ask
    /// }
    ///
    /// async fn rest(timer: &Sender<Waker>) {
    ///     let mut has_asked = false;
    ///     poll_fn(|context| {
    ///         if std::mem::replace(&mut has_asked, true) {
    ///             return Poll::Ready(());
    ///         }
    ///         timer.send(context.waker().clone()).unwrap();
    ///         Poll::Pending
    ///     })
    ///     .await
    /// }
    ///
    /// let report = Explorer::new(timer)
    ///     .task("rests", async |timer| { rest(timer).await; marker!("rested") })
    ///     .thread("looks", |_| marker!("look"))
    ///     .external_wakers(true)
    ///     .explore();
    /// assert_eq!(report.schedules(), 1); // `rests` is woken after `looks` has ended
    /// ```
    pub fn external_wakers(mut self, are_expected: bool) -> Self {
        self.options.external_wakers = are_expected;
        self
    }

    /// Runs each execution on new OS threads, for code that keeps something in thread-locals from
    /// one call to the next. Otherwise the OS threads of the declared threads run the next execution
    /// too, and find there what the one before left. Default: false.
    ///
    /// Each execution then starts one OS thread for each thread of the program, and one more for
    /// setup, invariants and checks. That costs some ten times as much as a short execution.
    ///
    /// This is for [`Engine::Threads`](crate::Engine::Threads). On
    /// [`Engine::Fibers`](crate::Engine::Fibers) thread-locals are new in every execution anyway,
    /// where threads have their own. If the code asks for both, nothing is run and the report says
    /// so. If only the environment asks for fibers, this takes precedence.
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

    /// Promises that the world outside answers within this time. Default: no promise.
    ///
    /// A thread that reads from a pipe, or asks a database server, goes on when there is something to
    /// read. Whether there is, is asked before each choice; until then the thread is not ready, and
    /// others go on. If another thread of the program writes, that depends on the schedule alone. But
    /// an answer from outside may be under way, and whether it has come by the next choice depends on
    /// who is faster.
    ///
    /// With a grace, a call first waits for that long by itself. If the answer comes, the call was quick,
    /// and the thread goes on in the same step. Otherwise the thread waits for another one, and before
    /// each choice the search gives it that long again. So which threads are ready depends on the schedule alone, as long as the promise
    /// holds. And when no thread can go on, it is a deadlock after the grace, since only a thread of
    /// the program could end the wait; without, the world is waited for until the
    /// [time-out](Self::timeout). Set it to several times the slowest answer, but each step after
    /// which a thread waits for another thread in such a call costs as much.
    ///
    /// It covers calls on pipes, FIFOs, sockets, eventfds and epolls (those that read, write, connect,
    /// accept and poll), and those that lock files (`flock`, and `fcntl` with `F_SETLKW` or
    /// `F_OFD_SETLKW`), on Linux with glibc, on both engines; elsewhere it has no effect. To find out
    /// whether a file lock is free, it is taken for a moment.
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

    /// Gives each fiber a stack of at least this many bytes. Default: 1 MiB, of which only the used
    /// part takes memory. Up to 16 MiB of stacks are kept for later searches. Has no effect on
    /// [`Engine::Threads`](crate::Engine::Threads).
    ///
    /// ```
    /// use interlace::{Engine, Explorer, marker};
    ///
    /// Explorer::new(|| ())
    ///     .thread("a", |()| {
    ///         marker!("x");
    ///         let large = std::hint::black_box([1_u8; 2 << 20]);
    ///         assert_eq!(large[7], 1);
    ///     })
    ///     .thread("b", |()| marker!("y"))
    ///     .engine(Engine::Fibers)
    ///     .stack_size(8 << 20)
    ///     .explore()
    ///     .assert_ok();
    /// ```
    pub fn stack_size(mut self, bytes: usize) -> Self {
        self.options.stack_size = bytes;
        self
    }
}
