//! Programs that are one body, which starts the threads that it wants.

use super::Explorer;

impl Explorer<()> {
    /// Prepares to explore what `body` does: it is the thread `main`, and the other threads are those
    /// that it starts. There is no state: each execution calls `body` anew.
    ///
    /// `body` must do the same whenever it runs under the same schedule, as in [`new`](Self::new). What it
    /// keeps in statics it must first put back itself.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    /// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use std::sync::Arc;
    ///
    /// let report = Explorer::model(|| {
    ///     let value = Arc::new(AtomicU32::new(0));
    ///     let own = Arc::clone(&value);
    ///     let other = std::thread::spawn(move || {
    ///         marker!("write");
    ///         own.store(1, SeqCst);
    ///     });
    ///     marker!("read");
    ///     assert_eq!(value.load(SeqCst), 0);
    ///     other.join().unwrap();
    /// })
    /// .explore();
    /// let minimal = report.assert_fails().schedule().to_string();
    /// assert_eq!(minimal, "main/1:start");
    /// ```
    #[track_caller]
    pub fn model(body: impl Fn() + Send + Sync + 'static) -> Self {
        let mut explorer = Explorer::new(|| ()).thread("main", move |()| body());
        explorer.is_model = true;
        explorer
    }
}
