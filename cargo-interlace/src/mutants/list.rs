//! What came of all changes, as people read it.

use std::fmt;

use super::operations::Operation;
use super::result::Summary;
use super::trial::Outcome;

impl fmt::Display for Summary<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reached = self.operations().iter().filter(|it| !it.tests.is_empty());
        writeln!(
            formatter,
            "{}: {} atomic operations, of which {} are reached in searches, by {}\n",
            self.crates(),
            self.operations().len(),
            reached.count(),
            match self.tests() {
                1 => "1 test".to_owned(),
                tests => format!("{tests} tests"),
            },
        )?;
        let [tried, noticed, missed, timed_out] = [
            self.count(|it| it != Outcome::NotTried),
            self.count(|it| matches!(it, Outcome::Noticed(_))),
            self.count(|it| it == Outcome::NotNoticed),
            self.count(|it| it == Outcome::TimedOut),
        ];
        writeln!(formatter, "  changes  noticed  not noticed  timed out")?;
        writeln!(formatter, "{tried:9}{noticed:9}{missed:13}{timed_out:11}")?;
        self.list(formatter, Outcome::NotNoticed, "not noticed by any test:")?;
        let timed_out =
            "timed out: a test hangs, or has much more to search (`--timeout <seconds>`):";
        self.list(formatter, Outcome::TimedOut, timed_out)?;
        self.list_not_reached(formatter)?;
        let not_tried = self.count(|it| it == Outcome::NotTried);
        if not_tried > 0 {
            writeln!(
                formatter,
                "\nnot tried: {not_tried} orders weakened to relaxed. Orders are not checked by this version of \
                 Interlace, so no test could notice"
            )?;
        }
        Ok(())
    }
}

impl Summary<'_> {
    /// Lists the changes that ended so, if there are any.
    fn list(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        outcome: Outcome,
        title: &str,
    ) -> fmt::Result {
        if self.count(|it| it == outcome) > 0 {
            writeln!(formatter, "\n{title}")?;
        }
        for trial in self.trials.iter().filter(|it| it.outcome == outcome) {
            let operation = &self.operations()[trial.operation];
            self.head(formatter, operation)?;
            writeln!(formatter, ": {}", trial.change)?;
            writeln!(formatter, "      {}", operation.source())?;
            let tests: Vec<_> = operation.tests.iter().map(|it| self.test(*it)).collect();
            writeln!(formatter, "      reached by {}", tests.join(", "))?;
        }
        Ok(())
    }

    fn list_not_reached(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.operations().iter().filter(|it| it.tests.is_empty());
        let all: Vec<_> = all.collect();
        if !all.is_empty() {
            writeln!(
                formatter,
                "\nnot changed, since no test reaches it in a search:"
            )?;
        }
        for operation in all {
            self.head(formatter, operation)?;
            if !operation.tests_outside.is_empty() {
                write!(formatter, " (but outside of one)")?;
            }
            writeln!(formatter)?;
        }
        Ok(())
    }

    fn head(&self, formatter: &mut fmt::Formatter<'_>, operation: &Operation) -> fmt::Result {
        let Operation {
            name, line, column, ..
        } = operation;
        write!(
            formatter,
            "  {}:{line}:{column} {name}",
            self.file(operation)
        )
    }
}
