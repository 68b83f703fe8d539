//! A report as one line of JSON, and back.
//!
//! The format has a version, is written here by hand, and so does not change when a type does.

mod kinds;
mod names;
mod node;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Failure, Report, Sampled, SaveTarget, SavedRuns, SearchIdentity, WorkerCount};
use crate::error::{Error, ErrorKind};
use crate::schedule::Schedule;
use crate::search::Shard;
use crate::verdict::Tally;
use crate::workers::OutcomeSummary;
use names::Named as _;
use node::Node;

/// The version of the format: the value of the field by which a report is known.
const VERSION: u64 = 1;
const FORMAT: &str = "interlace_report";

impl Report {
    /// Returns the report as one line of JSON, without the end of the line.
    ///
    /// [`from_json`](Self::from_json) makes the same report of it. With `INTERLACE_REPORT=path`
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
        let verdicts: Map<String, Value> = self
            .verdicts()
            .map(|(verdict, count)| (verdict.name().to_owned(), count.into()))
            .collect();
        let outcomes: Map<String, Value> = self
            .outcomes
            .iter()
            .map(|(text, ending)| {
                let OutcomeSummary {
                    count,
                    failing,
                    example,
                } = ending;
                (text.clone(), json!([count, failing, schedule(example)]))
            })
            .collect();
        let document = json!({
            FORMAT: VERSION,
            "origin": origin(&self.origin),
            "engine": self.engine.name(),
            "verdicts": verdicts,
            "outcomes": outcomes,
            "allowed": self.allowed,
            "failure": self.failure.as_ref().map(failure),
            "stopped_by": kinds::stopped_by(&self.stopped_by),
            "elapsed": kinds::duration(self.elapsed),
            "retried": retried(&self.retried),
            "sampled": self.sampled.as_ref().map(sampled),
        });
        document.to_string()
    }

    /// Reads a report that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadReport`], with the place, for any text that is not such a report.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let text = format!("not a report of interlace: no JSON: {error}");
            Error::new(ErrorKind::BadReport, text)
        })?;
        let root = Node::root(&value);
        let version = root.field(FORMAT)?;
        if version.number::<u64>()? != VERSION {
            return Err(version.unknown());
        }
        let failure = root.field("failure")?;
        Ok(Report {
            origin: read_origin(&root.field("origin")?)?,
            engine: root.field("engine")?.named()?,
            tally: read_tally(&root.field("verdicts")?)?,
            outcomes: read_outcomes(&root.field("outcomes")?)?,
            allowed: root.field("allowed")?.texts()?,
            failure: failure.some().map(read_failure).transpose()?,
            stopped_by: kinds::read_stopped_by(&root.field("stopped_by")?)?,
            elapsed: kinds::read_duration(&root.field("elapsed")?)?,
            retried: read_retried(&root.field("retried")?)?,
            keeper: SaveTarget::default(),
            sampled: root
                .field("sampled")?
                .some()
                .map(read_sampled)
                .transpose()?,
            workers: WorkerCount::default(),
        })
    }
}

fn origin(origin: &SearchIdentity) -> Value {
    json!({
        "package": origin.package,
        "test": origin.test,
        "explored_at": origin.explored_at,
        "round": origin.round,
        "threads": origin.threads,
        "strategy": origin.strategy,
        "seed": origin.seed,
        "keeps_going": origin.keeps_going,
        "shard": origin.shard.map(|shard| shard.to_string()),
        "steps": origin.steps,
    })
}

fn read_origin(node: &Node<'_>) -> Result<SearchIdentity, Error> {
    let text = |name| Ok::<_, Error>(node.field(name)?.text()?.to_owned());
    let shard = node.field("shard")?;
    let steps = node.field("steps")?.list()?;
    Ok(SearchIdentity {
        package: text("package")?,
        test: text("test")?,
        explored_at: text("explored_at")?,
        round: node.field("round")?.number()?,
        threads: node.field("threads")?.texts()?,
        strategy: text("strategy")?,
        seed: node.field("seed")?.number()?,
        keeps_going: node.field("keeps_going")?.flag()?,
        shard: shard.some().map(read_shard).transpose()?,
        steps: steps.iter().map(Node::number).collect::<Result<_, _>>()?,
    })
}

fn read_shard(node: &Node<'_>) -> Result<Shard, Error> {
    let shard = node.text()?.parse();
    shard.map_err(|()| node.wrong("is no shard, as `1/3` is"))
}

fn read_tally(node: &Node<'_>) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    for (name, count) in node.fields()? {
        let verdict = names::Named::of_name(name).ok_or_else(|| count.unknown())?;
        let more = count.number()?;
        let added = tally.add_many(verdict, more);
        added.ok_or_else(|| node.wrong("has too large a sum"))?;
    }
    Ok(tally)
}

fn read_outcomes(node: &Node<'_>) -> Result<BTreeMap<String, OutcomeSummary>, Error> {
    let outcomes = node.fields()?.into_iter().map(|(text, outcome)| {
        let [count, failing, example] = outcome.items()?;
        let ending = OutcomeSummary {
            count: count.number()?,
            failing: failing.number()?,
            example: example.schedule()?,
        };
        Ok((text.to_owned(), ending))
    });
    outcomes.collect()
}

/// With the version, so that the empty schedule is a text too, and a later form is known as one.
fn schedule(schedule: &Schedule) -> String {
    format!("v2 {schedule}").trim_end().to_owned()
}

fn failure(failure: &Failure) -> Value {
    json!({
        "kind": kinds::kind(&failure.kind),
        "schedule": schedule(&failure.schedule),
        "found": schedule(&failure.found),
        "index": failure.index,
        "preemptions": failure.preemptions,
        "minimal": kinds::minimal(failure.minimal),
        "reproduced": failure.reproduced,
        "timeline": failure.timeline,
        "regression": failure.regression,
    })
}

fn read_failure(node: &Node<'_>) -> Result<Failure, Error> {
    let text = |name| Ok::<_, Error>(node.field(name)?.text()?.to_owned());
    let reproduced = node.field("reproduced")?;
    Ok(Failure {
        kind: kinds::read_kind(&node.field("kind")?)?,
        schedule: node.field("schedule")?.schedule()?,
        found: node.field("found")?.schedule()?,
        index: node.field("index")?.number()?,
        preemptions: node.field("preemptions")?.number()?,
        minimal: kinds::read_minimal(&node.field("minimal")?)?,
        reproduced: reproduced.some().map(Node::flag).transpose()?,
        timeline: text("timeline")?,
        regression: text("regression")?,
    })
}

fn sampled(sampled: &Sampled) -> Value {
    json!({
        "strategy": sampled.strategy.to_string(),
        "seed": sampled.seed,
        "uniform": sampled.uniform,
    })
}

fn read_sampled(node: &Node<'_>) -> Result<Sampled, Error> {
    let strategy = node.field("strategy")?;
    let read = strategy.text()?.parse();
    Ok(Sampled {
        strategy: read.map_err(|error: Error| strategy.wrong(&format!("is wrong: {error}")))?,
        seed: node.field("seed")?.number()?,
        uniform: node.field("uniform")?.number()?,
    })
}

fn retried(retried: &SavedRuns) -> Value {
    let stale = retried.stale.iter();
    let stale = stale.map(|(stale, why)| json!([schedule(stale), why]));
    json!({
        "place": retried.place,
        "held": retried.held.iter().map(schedule).collect::<Vec<_>>(),
        "stale": stale.collect::<Vec<_>>(),
        "failing": retried.failing.as_ref().map(schedule),
    })
}

fn read_retried(node: &Node<'_>) -> Result<SavedRuns, Error> {
    let held = node.field("held")?.list()?;
    let stale = node.field("stale")?.list()?.into_iter().map(|item| {
        let [stale, why] = item.items()?;
        Ok((stale.schedule()?, why.text()?.to_owned()))
    });
    Ok(SavedRuns {
        place: node.field("place")?.text()?.to_owned(),
        held: held.iter().map(Node::schedule).collect::<Result<_, _>>()?,
        stale: stale.collect::<Result<_, Error>>()?,
        failing: node
            .field("failing")?
            .some()
            .map(Node::schedule)
            .transpose()?,
    })
}

#[cfg(test)]
pub(super) mod tests;
