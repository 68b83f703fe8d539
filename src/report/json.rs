//! A report as one line of JSON, and back.
//!
//! The format has a version. Its names are written here, so that they do not change when a type
//! does.

mod codec;
mod kinds;
mod names;
mod node;
mod timeline;

use serde_json::{Map, Value, json};

use super::kept::Kept;
use super::{
    Coverage, Failure, MarkerLine, Minimal, NoClasses, RepeatCount, Report, Sampled, SavedRuns,
    SearchIdentity, Verified,
};
use crate::error::{Error, ErrorKind};
use crate::named::Named as _;
use crate::search::Shard;
use crate::strategy::Strategy;
use crate::verdict::{Tally, Verdict};
use crate::workers::{OutcomeSummary, StoppedBy};
use codec::{object, row, variants};
use node::{Json, Node};

/// The version of the format, and the field that holds it. Version 1, which is read as well, has
/// texts where version 2 has values.
const VERSION: u64 = 2;
const FORMAT: &str = "interlace_report";

impl Report {
    /// Returns the report as one line of JSON, without the end of the line.
    ///
    /// [`from_json`](Self::from_json) restores the report from it. With `INTERLACE_REPORT=path`,
    /// every `explore` adds such a line to a file. Needs the cargo feature `json`, which is on by
    /// default.
    ///
    /// ```
    /// use interlace::{Explorer, Report, marker};
    ///
    /// let report = Explorer::new(|| ()).thread("a", |()| marker!("x")).explore();
    /// let read = Report::from_json(&report.to_json()).unwrap();
    /// assert_eq!(read, report);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut document = self.looked_at().write();
        document[FORMAT] = VERSION.into();
        document.to_string()
    }

    /// Reads a report that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadReport`], with the place of the mistake, if the text is not such a report.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let text = format!("not a report of interlace: no JSON: {error}");
            Error::new(ErrorKind::BadReport, text)
        })?;
        let root = Node::root(&value);
        let version = root.field(FORMAT)?;
        if !(1..=VERSION).contains(&version.number()?) {
            return Err(version.unknown());
        }
        Report::read(&root)
    }
}

object! { Report:
    origin = "origin",
    engine = "engine",
    tally = "verdicts",
    outcomes = "outcomes",
    allowed = "allowed",
    failure = "failure",
    stopped_by = "stopped_by",
    elapsed = "elapsed",
    saved_runs = "retried",
    sampled = "sampled",
    verified = "verified",
    no_classes = "no_classes",
    coverage = "coverage",
    repeats = "repeats";
    save_target, workers, page, unread
}

object! { SearchIdentity:
    package = "package",
    test = "test",
    explored_at = "explored_at",
    round = "round",
    threads = "threads",
    strategy = "strategy",
    seed = "seed",
    keeps_going = "keeps_going",
    waits = "waits",
    points = "points",
    shard = "shard",
    steps = "steps"
}

object! { Failure:
    kind = "kind",
    panics = "panics",
    schedule = "schedule",
    found_schedule = "found",
    index = "index",
    preemptions = "preemptions",
    minimal = "minimal",
    reproduced = "reproduced",
    timeline = "timeline",
    found_timeline = "found_timeline",
    conflicts = "conflicts",
    regression = "regression",
    kept = "kept"
}

row! { MarkerLine: file, line, source, name, package }

object! { Sampled: strategy = "strategy", seed = "seed", uniform = "uniform" }
object! { SavedRuns: place = "place", held = "held", stale = "stale", failing = "failing" }
row! { OutcomeSummary: count, failing, example }

variants! { StoppedBy:
    "exhausted" = Exhausted,
    "first_failure" = FirstFailure,
    "max_schedules" = MaxSchedules(max),
    "sampled" = Sampled(schedules),
    "max_preemptions" = MaxPreemptions(max),
    "cases" = Cases(cases),
    "time_limit" = TimeLimit(limit),
    "saved_failure" = SavedFailure,
    "replayed" = Replayed,
    "error" = Error(error),
}

variants! { Minimal:
    "proved" = Proved { executions },
    "budget" = Budget { executions },
    "not_tried" = NotTried,
    "keeps_state" = KeepsState,
    "saved" = Saved,
    "given" = Given,
}

impl Json for RepeatCount {
    fn write(&self) -> Value {
        self.0.into()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        node.number().map(RepeatCount)
    }

    fn absent() -> Option<Self> {
        Some(RepeatCount::default())
    }
}

impl Json for Tally {
    fn write(&self) -> Value {
        let counts = self.iter();
        let counts = counts.map(|(verdict, count)| (verdict.name().to_owned(), count.into()));
        Value::Object(counts.collect::<Map<_, _>>())
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let mut tally = Tally::default();
        for (name, count) in node.fields()? {
            let verdict = Verdict::of_name(name).ok_or_else(|| count.unknown())?;
            let added = tally.add_many(verdict, count.number()?);
            added.ok_or_else(|| node.wrong("has too large a sum"))?;
        }
        Ok(tally)
    }
}

/// A number of pairs; false if there was nothing to verify; null if nothing was to be.
impl Json for Verified {
    fn write(&self) -> Value {
        match self {
            Verified::No => Value::Null,
            Verified::Pairs(pairs) => (*pairs).into(),
            Verified::Nothing => false.into(),
        }
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        match node.some() {
            None => Ok(Verified::No),
            Some(node) if node.flag() == Ok(false) => Ok(Verified::Nothing),
            Some(node) => node.number().map(Verified::Pairs),
        }
    }

    fn absent() -> Option<Self> {
        Some(Verified::No)
    }
}

/// Null for a failure of another build than an instrumented one.
impl Json for Kept {
    fn write(&self) -> Value {
        if *self == Kept::default() {
            return Value::Null;
        }
        json!({
            "markers": self.markers.write(),
            "homes": self.homes.write(),
            "is_later": self.is_later,
            "test": self.test.write(),
            "obstacle": self.obstacle.write(),
        })
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let Some(node) = node.some() else {
            return Ok(Kept::default());
        };
        Ok(Kept {
            markers: node.read("markers")?,
            homes: node.read("homes")?,
            is_later: node.read("is_later")?,
            test: node.read("test")?,
            obstacle: node.read("obstacle")?,
        })
    }

    fn absent() -> Option<Self> {
        Some(Kept::default())
    }
}

/// A text; null if there is nothing to say.
impl Json for NoClasses {
    fn write(&self) -> Value {
        self.0.write()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        Option::read(node).map(NoClasses)
    }

    fn absent() -> Option<Self> {
        Some(NoClasses::default())
    }
}

impl Json for Coverage {
    fn write(&self) -> Value {
        json!({ "unreached": self.unreached.write(), "has_no_choice": self.has_no_choice })
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        Ok(Coverage {
            unreached: node.read("unreached")?,
            has_no_choice: node.read("has_no_choice")?,
        })
    }

    fn absent() -> Option<Self> {
        Some(Coverage::default())
    }
}

impl Json for Shard {
    fn write(&self) -> Value {
        self.to_string().into()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let shard = node.text()?.parse();
        shard.map_err(|()| node.wrong("is no shard, as `1/3` is"))
    }
}

impl Json for Strategy {
    fn write(&self) -> Value {
        self.to_string().into()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let strategy = node.text()?.parse();
        strategy.map_err(|error: Error| node.wrong(&format!("is wrong: {error}")))
    }
}

#[cfg(test)]
pub(super) mod tests;
