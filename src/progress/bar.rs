//! A bar at the foot of the terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::snapshot::Snapshot;
use super::{Reporter, words};

/// How many parts the bar is divided into.
const PARTS: f64 = 10_000.0;

/// Shows a bar until the search has ended.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar on standard error.
    pub(super) fn new() -> Self {
        Bar(ProgressBar::with_draw_target(
            Some(number_of_parts(1.0)),
            ProgressDrawTarget::stderr(),
        ))
    }
}

impl Reporter for Bar {
    fn started(&mut self, snapshot: &Snapshot) {
        let style = ProgressStyle::with_template("interlace {bar:10} {wide_msg}");
        self.0
            .set_style(style.expect("a valid template").progress_chars("█▉▊▋▌▍▎▏ "));
        self.moved(snapshot);
        self.0
            .println(format!("interlace: {}", words::size(snapshot)));
    }

    fn moved(&mut self, snapshot: &Snapshot) {
        self.0.set_message(words::state(snapshot));
        self.0
            .set_position(number_of_parts(snapshot.share().unwrap_or(0.0)));
    }

    fn finished(&mut self) {
        self.0.finish_and_clear();
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share lies between 0 and 1"
)]
fn number_of_parts(share: f64) -> u64 {
    (share * PARTS) as u64
}
