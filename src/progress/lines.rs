//! Plain lines, for a log or tests: the size of the search, then its state now and then.

use std::io::Write;
use std::time::Duration;

use super::snapshot::Snapshot;
use super::{Reporter, words};

/// How long passes between the first two lines. Each time after that, twice as long.
const PAUSE: Duration = Duration::from_secs(10);

/// Writes a line now and then.
pub(super) struct Lines<W> {
    out: W,
    /// What each line begins with.
    label: String,
    /// When the next line is due, counted from the start of the search.
    due: Duration,
    pause: Duration,
}

impl<W: Write> Lines<W> {
    /// Lines that name the test, if it is one.
    pub(super) fn new(out: W, test: Option<&str>) -> Self {
        let label = match test {
            None => "interlace".to_owned(),
            Some(name) => format!("interlace: {name}"),
        };
        Lines {
            out,
            label,
            due: Duration::ZERO,
            pause: PAUSE,
        }
    }
}

/// Errors in writing are ignored: a search does not fail because nobody reads its progress.
impl<W: Write + Send> Reporter for Lines<W> {
    fn started(&mut self, snapshot: &Snapshot) {
        self.due = snapshot.elapsed + self.pause;
        let _ = writeln!(self.out, "{}: {}", self.label, words::size(snapshot));
    }

    fn moved(&mut self, snapshot: &Snapshot) {
        if snapshot.elapsed >= self.due {
            self.pause *= 2;
            self.due += self.pause;
            let _ = writeln!(self.out, "{}: {}", self.label, words::state(snapshot));
        }
    }

    fn finished(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::Goal;
    use super::*;

    #[test]
    fn lines_become_rarer() {
        let mut lines = Lines::new(Vec::new(), Some("a::test"));
        let mut snapshot = Snapshot {
            executions: 20,
            elapsed: Duration::from_secs(1),
            size: None,
            goal: Goal {
                max_schedules: Some(1400),
                time_limit: None,
            },
        };
        lines.started(&snapshot);
        for seconds in 2..=79 {
            snapshot.elapsed = Duration::from_secs(seconds);
            snapshot.executions += 20;
            lines.moved(&snapshot);
        }
        lines.finished();
        // At twenty a second: 220 after 11 seconds, 620 after 31 and 1420 after 71, which is all.
        let expected = [
            "interlace: a::test: many schedules, `max_schedules` 1 400: about 70 s at this rate",
            "interlace: a::test: 15.7 %  59 s left  ran 220 of 1 400  20/s",
            "interlace: a::test: 44.3 %  39 s left  ran 620 of 1 400  20/s",
            "interlace: a::test: 100.0 %  0 s left  ran 1 420 of 1 400  20/s",
        ];
        let text = String::from_utf8(lines.out).unwrap();
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }
}
