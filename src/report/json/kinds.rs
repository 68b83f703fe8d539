//! How an execution failed, and what ended a search, as JSON.

use std::time::Duration;

use serde_json::{Value, json};

use super::names::Named as _;
use super::node::Node;
use crate::engine::{Panic, Phase};
use crate::error::Error;
use crate::execution::FailureKind;
use crate::oracle::SerialOrder;
use crate::report::Minimal;
use crate::workers::StoppedBy;

pub(super) fn kind(kind: &FailureKind) -> Value {
    match kind {
        FailureKind::Panic { thread, panic } => {
            json!({ "is": "panic", "thread": thread, "panic": write_panic(panic) })
        }
        FailureKind::PanicOutside { place, panic } => {
            json!({ "is": "panic_outside", "place": place, "panic": write_panic(panic) })
        }
        FailureKind::Check(panic) => json!({ "is": "check", "panic": write_panic(panic) }),
        FailureKind::OutcomeNotAllowed { outcome, allowed } => {
            json!({ "is": "outcome_not_allowed", "outcome": outcome, "allowed": allowed })
        }
        FailureKind::NotSerializable { view, nearest } => {
            let nearest = nearest.iter();
            let nearest = nearest.map(|order| json!([order.threads(), order.view()]));
            let nearest = nearest.collect::<Vec<_>>();
            json!({ "is": "not_serializable", "view": view, "nearest": nearest })
        }
        FailureKind::Invariant { name } => json!({ "is": "invariant", "name": name }),
        FailureKind::InvariantPanic(panic) => {
            json!({ "is": "invariant_panic", "panic": write_panic(panic) })
        }
        FailureKind::Deadlock { threads } => json!({ "is": "deadlock", "threads": threads }),
        FailureKind::StepLimit {
            max_steps,
            threads,
            rounds,
        } => json!({
            "is": "step_limit", "max_steps": max_steps, "threads": threads, "rounds": rounds
        }),
        FailureKind::TimeOut { text } => json!({ "is": "time_out", "text": text }),
        FailureKind::Diverged(error) => json!({ "is": "diverged", "error": write_error(error) }),
    }
}

pub(super) fn read_kind(node: &Node<'_>) -> Result<FailureKind, Error> {
    let text = |name| Ok::<_, Error>(node.field(name)?.text()?.to_owned());
    let panic = || read_panic(&node.field("panic")?);
    let is = node.field("is")?;
    Ok(match is.text()? {
        "panic" => FailureKind::Panic {
            thread: text("thread")?,
            panic: panic()?,
        },
        "panic_outside" => {
            let place = node.field("place")?;
            let name = place.text()?;
            let mut places = Phase::OUTSIDE.into_iter().map(Phase::place);
            let known = places.find(|place| *place == name);
            FailureKind::PanicOutside {
                place: known.ok_or_else(|| place.unknown())?,
                panic: panic()?,
            }
        }
        "check" => FailureKind::Check(panic()?),
        "outcome_not_allowed" => FailureKind::OutcomeNotAllowed {
            outcome: text("outcome")?,
            allowed: node.field("allowed")?.texts()?,
        },
        "not_serializable" => FailureKind::NotSerializable {
            view: text("view")?,
            nearest: read_orders(&node.field("nearest")?)?,
        },
        "invariant" => FailureKind::Invariant {
            name: text("name")?,
        },
        "invariant_panic" => FailureKind::InvariantPanic(panic()?),
        "deadlock" => FailureKind::Deadlock {
            threads: text("threads")?,
        },
        "step_limit" => FailureKind::StepLimit {
            max_steps: node.field("max_steps")?.number()?,
            threads: text("threads")?,
            rounds: text("rounds")?,
        },
        "time_out" => FailureKind::TimeOut {
            text: text("text")?,
        },
        "diverged" => FailureKind::Diverged(read_error(&node.field("error")?)?),
        _ => return Err(is.unknown()),
    })
}

fn read_orders(node: &Node<'_>) -> Result<Vec<SerialOrder>, Error> {
    let orders = node.list()?.into_iter().map(|order| {
        let [threads, view] = order.items()?;
        Ok(SerialOrder::new(threads.texts()?, view.text()?.to_owned()))
    });
    orders.collect()
}

fn write_panic(panic: &Panic) -> Value {
    let place = panic.file().zip(panic.line()).zip(panic.column());
    let place = place.map(|((file, line), column)| json!([file, line, column]));
    json!({ "message": panic.message(), "at": place })
}

fn read_panic(node: &Node<'_>) -> Result<Panic, Error> {
    let message = node.field("message")?.text()?.to_owned();
    let place = match node.field("at")?.some() {
        None => None,
        Some(place) => {
            let [file, line, column] = place.items()?;
            Some((file.text()?.to_owned(), line.number()?, column.number()?))
        }
    };
    Ok(Panic::at(message, place))
}

fn write_error(error: &Error) -> Value {
    json!({ "kind": error.kind().name(), "message": error.to_string() })
}

fn read_error(node: &Node<'_>) -> Result<Error, Error> {
    let message = node.field("message")?.text()?;
    Ok(Error::new(node.field("kind")?.named()?, message))
}

pub(super) fn stopped_by(stopped_by: &StoppedBy) -> Value {
    match stopped_by {
        StoppedBy::Exhausted => json!({ "is": "exhausted" }),
        StoppedBy::FirstFailure => json!({ "is": "first_failure" }),
        StoppedBy::MaxSchedules(max) => json!({ "is": "max_schedules", "max": max }),
        StoppedBy::Sampled(schedules) => json!({ "is": "sampled", "schedules": schedules }),
        StoppedBy::MaxPreemptions(max) => json!({ "is": "max_preemptions", "max": max }),
        StoppedBy::Cases(cases) => json!({ "is": "cases", "cases": cases }),
        StoppedBy::TimeLimit(limit) => json!({ "is": "time_limit", "limit": duration(*limit) }),
        StoppedBy::SavedFailure => json!({ "is": "saved_failure" }),
        StoppedBy::Replayed => json!({ "is": "replayed" }),
        StoppedBy::Error(error) => json!({ "is": "error", "error": write_error(error) }),
    }
}

pub(super) fn read_stopped_by(node: &Node<'_>) -> Result<StoppedBy, Error> {
    let is = node.field("is")?;
    Ok(match is.text()? {
        "exhausted" => StoppedBy::Exhausted,
        "first_failure" => StoppedBy::FirstFailure,
        "max_schedules" => StoppedBy::MaxSchedules(node.field("max")?.number()?),
        "sampled" => StoppedBy::Sampled(node.field("schedules")?.number()?),
        "max_preemptions" => StoppedBy::MaxPreemptions(node.field("max")?.number()?),
        "cases" => StoppedBy::Cases(node.field("cases")?.number()?),
        "time_limit" => StoppedBy::TimeLimit(read_duration(&node.field("limit")?)?),
        "saved_failure" => StoppedBy::SavedFailure,
        "replayed" => StoppedBy::Replayed,
        "error" => StoppedBy::Error(read_error(&node.field("error")?)?),
        _ => return Err(is.unknown()),
    })
}

/// Seconds, and nanoseconds.
pub(super) fn duration(duration: Duration) -> Value {
    json!([duration.as_secs(), duration.subsec_nanos()])
}

pub(super) fn read_duration(node: &Node<'_>) -> Result<Duration, Error> {
    let [seconds, nanos] = node.items()?;
    let below_a_second = nanos.number::<u32>()?;
    if below_a_second >= 1_000_000_000 {
        return Err(nanos.wrong("is a second or more"));
    }
    Ok(Duration::new(seconds.number()?, below_a_second))
}

pub(super) fn minimal(minimal: Minimal) -> Value {
    match minimal {
        Minimal::Proved { executions } => json!({ "is": "proved", "executions": executions }),
        Minimal::Budget { executions } => json!({ "is": "budget", "executions": executions }),
        Minimal::NotTried => json!({ "is": "not_tried" }),
        Minimal::Saved => json!({ "is": "saved" }),
        Minimal::Given => json!({ "is": "given" }),
    }
}

pub(super) fn read_minimal(node: &Node<'_>) -> Result<Minimal, Error> {
    let executions = || node.field("executions")?.number();
    let is = node.field("is")?;
    Ok(match is.text()? {
        "proved" => Minimal::Proved {
            executions: executions()?,
        },
        "budget" => Minimal::Budget {
            executions: executions()?,
        },
        "not_tried" => Minimal::NotTried,
        "saved" => Minimal::Saved,
        "given" => Minimal::Given,
        _ => return Err(is.unknown()),
    })
}
