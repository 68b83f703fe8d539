//! Plain lines, for a log: the size of the search, then its state now and then.

use std::io::Write;
use std::time::Duration;

use super::snapshot::Snapshot;
use super::{Reporter, words};

/// How long passes between two lines.
const PAUSE: Duration = Duration::from_secs(10);

/// Writes a line now and then.
pub(super) struct Lines<W> {
    out: W,
    /// When the next line is due, counted from the start of the search.
    due: Duration,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(out: W) -> Self {
        let due = Duration::ZERO;
        Lines { out, due }
    }
}

/// Errors in writing are ignored: a search does not fail because nobody reads its progress.
impl<W: Write + Send> Reporter for Lines<W> {
    fn started(&mut self, snapshot: &Snapshot) {
        self.due = snapshot.elapsed + PAUSE;
        let _ = writeln!(self.out, "{}", words::size(snapshot));
    }

    fn moved(&mut self, snapshot: &Snapshot) {
        if snapshot.elapsed >= self.due {
            self.due += PAUSE;
            let _ = writeln!(self.out, "interlace: {}", words::state(snapshot));
        }
    }

    fn finished(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::Goal;
    use super::*;

    #[test]
    fn a_line_is_written_every_ten_seconds() {
        let mut lines = Lines::new(Vec::new());
        let mut snapshot = Snapshot {
            executions: 20,
            elapsed: Duration::from_secs(1),
            size: None,
            goal: Goal {
                max_schedules: Some(400),
                time_limit: None,
            },
        };
        lines.started(&snapshot);
        for seconds in 2..=21 {
            snapshot.elapsed = Duration::from_secs(seconds);
            snapshot.executions += 20;
            lines.moved(&snapshot);
        }
        lines.finished();
        // At twenty a second: 220 after 11 seconds, and 420 after 21 seconds, which is all.
        let expected = [
            "interlace: many schedules, `max_schedules` 400: about 20 s at this rate",
            "interlace: 55.0 %  9 s left  ran 220 of 400  20/s",
            "interlace: 100.0 %  0 s left  ran 420 of 400  20/s",
        ];
        let text = String::from_utf8(lines.out).unwrap();
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }
}
