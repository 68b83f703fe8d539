//! Where every thread stands, in words, for the messages that need it.

mod cycles;

use std::fmt::Write as _;
use std::sync::Arc;

use itertools::Itertools as _;

pub(crate) use cycles::cycles;

use crate::engine::BlockedOn;
use crate::operation::{ThreadId, ThreadState, ThreadStatus};

/// One line for each thread, and below it one for each thing that it waits to acquire, each line
/// led by a line break.
pub(crate) fn describe(
    names: &[Arc<str>],
    statuses: &[ThreadStatus],
    blocked_on: &[BlockedOn],
) -> String {
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::from("\nwhere each thread stands:");
    for (thread, (name, standing)) in names.iter().zip_eq(statuses).enumerate() {
        let _ = write!(text, "\n  {name:width$}  {}", one(*standing, names));
        for want in blocked_on
            .iter()
            .filter(|want| want.thread.index() == thread)
        {
            let _ = write!(
                text,
                "\n  {:width$}    `{}`: {}",
                "",
                want.name,
                who(want, names)
            );
        }
    }
    text
}

/// Where one thread stands.
pub(crate) fn one(standing: ThreadStatus, names: &[Arc<str>]) -> String {
    let name = |thread: ThreadId| &names[thread.index()];
    let since = match standing.passed {
        Some(marker) => format!("after passing {}", marker.site()),
        None => "before its first marker".to_owned(),
    };
    match standing.state {
        ThreadState::NotStarted => "has not started".to_owned(),
        ThreadState::Starting => "was started, and has not taken its first step".to_owned(),
        ThreadState::Joining(other) => format!("waits for the end of {}, {since}", name(other)),
        ThreadState::Joined(other) => {
            format!(
                "waited for the end of {} and can go on, {since}",
                name(other)
            )
        }
        ThreadState::Running => format!("is running, {since}"),
        ThreadState::Marker(marker) => format!("is paused at {}", marker.site()),
        ThreadState::WaitingForLock(marker) => {
            let site = marker.site();
            format!("is paused at {site}, and what it acquires there is not free")
        }
        ThreadState::BeingAsked(marker) => {
            let site = marker.site();
            format!(
                "is paused at {site}, and whether what it acquires there is free was asked and not \
                 answered"
            )
        }
        ThreadState::Waiting => format!("waits to be woken, {since}"),
        ThreadState::NoWakerLeft => {
            format!("waits to be woken, {since}, and nobody holds a waker of it")
        }
        ThreadState::Woken => format!("was woken and has not gone on, {since}"),
        ThreadState::Blocked(spot) => format!("is blocked {spot}, {since}"),
        ThreadState::Unblocked(spot) => format!("was blocked {spot} and can go on, {since}"),
        ThreadState::Finished => "has finished".to_owned(),
        ThreadState::Panicked => format!("has panicked, {since}"),
        ThreadState::Unwound => "was unwound".to_owned(),
    }
}

/// Who has what a thread waits for, as far as markers tell: it may have been acquired elsewhere since.
fn who(want: &BlockedOn, names: &[Arc<str>]) -> String {
    let Some(last) = want.last else {
        return "no marker tells who has it".to_owned();
    };
    let itself = if last.thread == want.thread {
        " itself"
    } else {
        ""
    };
    let name = &names[last.thread.index()];
    let site = last.marker.site();
    let others = if want.others_may_hold {
        "; others may have it, too"
    } else {
        ""
    };
    format!("the last to acquire it at a marker was {name}{itself}, at {site}{others}")
}
