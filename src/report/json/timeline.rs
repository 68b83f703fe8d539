//! The steps of an execution as JSON.

use serde_json::{Value, json};

use super::codec::{object, row};
use super::node::{Json, Node};
use crate::error::Error;
use crate::timeline::{CodeLine, Columns, LockUse, StepCode, Timeline, TimelineStep};

/// That of the execution that failed first is not in reports of before.
impl Json for Timeline {
    fn write(&self) -> Value {
        self.0.write()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        Json::read(node).map(Timeline)
    }

    fn absent() -> Option<Self> {
        Some(Timeline::default())
    }
}

object! { StepCode:
is_access = "is_access",
source = "source", own_line = "own_line", is_alone = "is_alone", why = "why" }
row! { LockUse: lock, name, is_release, is_shared }
row! { CodeLine: file, line, column, source, function, called }

/// Code is apart from the steps, which are as they were before there was any.
impl Json for Columns {
    fn write(&self) -> Value {
        let mut columns = json!({ "threads": self.threads.write(), "steps": self.steps.write() });
        if self.steps.iter().any(|step| step.code.is_some()) {
            let code = self.steps.iter().map(|step| step.code.write());
            columns["code"] = code.collect();
        }
        if self.steps.iter().any(|step| !step.locks.is_empty()) {
            let locks = self.steps.iter().map(|step| step.locks.write());
            columns["locks"] = locks.collect();
        }
        if !self.changed.is_empty() {
            columns["changed"] = self.changed.write();
        }
        columns
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let mut steps: Vec<TimelineStep> = node.read("steps")?;
        if let Ok(code) = node.field("code") {
            let code: Vec<Option<Box<StepCode>>> = Json::read(&code)?;
            if code.len() != steps.len() {
                return Err(node.wrong("has not as many `code` as steps"));
            }
            for (step, code) in steps.iter_mut().zip(code) {
                step.code = code;
            }
        }
        let locks: Vec<Vec<LockUse>> = list(node, "locks")?;
        if !locks.is_empty() && locks.len() != steps.len() {
            return Err(node.wrong("has not as many `locks` as steps"));
        }
        for (step, locks) in steps.iter_mut().zip(locks) {
            step.locks = locks;
        }
        Ok(Columns {
            threads: node.read("threads")?,
            steps,
            changed: list(node, "changed")?,
        })
    }
}

/// A list that is not there if it is empty.
fn list<T: Json>(node: &Node<'_>, name: &str) -> Result<Vec<T>, Error> {
    match node.field(name) {
        Ok(list) => Json::read(&list),
        Err(_) => Ok(Vec::new()),
    }
}

impl Json for TimelineStep {
    fn write(&self) -> Value {
        json!([
            self.thread.write(),
            self.kind.write(),
            self.marker.write(),
            self.is_forced,
            self.preempts,
            self.waits
        ])
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let [thread, kind, marker, is_forced, preempts, waits] = node.items()?;
        Ok(TimelineStep {
            thread: Json::read(&thread)?,
            kind: Json::read(&kind)?,
            marker: Json::read(&marker)?,
            is_forced: Json::read(&is_forced)?,
            preempts: Json::read(&preempts)?,
            waits: Json::read(&waits)?,
            code: None,
            locks: Vec::new(),
        })
    }
}
