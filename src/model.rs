//! The shortest way to explore a body that starts its own threads.

use crate::explorer::Explorer;

/// Explores what `body` does, as [`Explorer::model`] with its defaults.
///
/// # Panics
///
/// As [`Report::assert_ok`](crate::Report::assert_ok) does: if an execution fails, or if there was nothing
/// to explore.
///
/// ```
/// use interlace::marker;
/// use std::sync::Mutex;
/// use std::thread;
///
/// interlace::model(|| {
///     let total = Mutex::new(0);
///     thread::scope(|scope| {
///         scope.spawn(|| {
///             marker!("add_one");
///             *total.lock().unwrap() += 1;
///         });
///         marker!("add_two");
///         *total.lock().unwrap() += 2;
///     });
///     assert_eq!(total.into_inner().unwrap(), 3);
/// });
/// ```
#[track_caller]
pub fn model(body: impl Fn() + Send + Sync + 'static) {
    Explorer::model(body).explore().assert_ok();
}
