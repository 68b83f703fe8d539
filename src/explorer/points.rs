//! What is a scheduling point.

use super::Explorer;
use crate::engine::Points;

impl<S> Explorer<S> {
    /// Says what is a scheduling point. Default: `INTERLACE_POINTS` (`calls` or `accesses`), or what
    /// [`Points`] says of the build. The report names them.
    ///
    /// Accesses are points only in a program that `cargo interlace` has built: elsewhere, to ask for them is an
    /// error. To leave them out there makes a search smaller, which then sees what can happen between markers
    /// and calls.
    ///
    /// ```
    /// use interlace::{Explorer, Points};
    ///
    /// let report = Explorer::model(|| {
    ///     let two = [1, 2].map(|_| std::thread::spawn(|| ()));
    ///     two.into_iter().for_each(|thread| thread.join().unwrap());
    /// })
    /// .points(Points::Calls)
    /// .explore();
    /// report.assert_ok();
    /// ```
    pub fn points(mut self, points: Points) -> Self {
        self.settings.points = Some(points);
        self
    }
}
