//! How an execution failed, and what its threads did, as JSON.

use serde_json::{Value, json};

use super::codec::{object, row, variants, wrapper};
use super::node::{Json, Node};
use crate::error::Error;
use crate::failure::panic::{PanicDetails, PanicSite};
use crate::failure::{
    Activity, AwaitedLock, Conflict, ConflictingStep, Conflicts, Crash, DataRace, Deadlock,
    EarlierPanics, FailureKind, HistoryCall, HookPanic, InvariantViolation, Livelock, MarkerSite,
    NotLinearizable, NotSerializable, OutcomeNotAllowed, Panic, PassedValue, Positions,
    RaceDetails, RacingAccess, RepeatedRead, SerialOrder, StepLimit, ThreadPanic, ThreadPosition,
    TimeOut, Unfinished, WaitSite,
};

variants! { FailureKind:
    "panic" = Panic[failure],
    "panic_outside" = PanicInHook[failure],
    "check" = Check(panic),
    "outcome_not_allowed" = OutcomeNotAllowed[failure],
    "not_serializable" = NotSerializable[failure],
    "not_linearizable" = NotLinearizable[failure],
    "invariant" = Invariant[failure],
    "invariant_panic" = InvariantPanic(panic),
    "deadlock" = Deadlock[failure],
    "livelock" = Livelock[failure],
    "data_race" = DataRace[failure],
    "step_limit" = StepLimit[failure],
    "time_out" = TimeOut[failure],
    "crash" = Crash[failure],
    "diverged" = Diverged(error),
}

object! { ThreadPanic: thread = "thread", panic = "panic" }
object! { Crash: thread = "thread", by = "by", address = "address" }
object! { HookPanic: hook = "place", panic = "panic" }
object! { OutcomeNotAllowed: outcome = "outcome", allowed = "allowed" }
object! { NotSerializable: view = "view", nearest = "nearest"; views }
object! { NotLinearizable:
    order_wanted = "order_wanted",
    calls = "operations",
    nearest = "nearest",
    unexplained = "unexplained",
    instead = "instead"
}
object! { InvariantViolation: name = "name" }
object! { Deadlock: threads = "threads" }
object! { Livelock: threads = "threads", reads = "reads" }
object! { RaceDetails: first = "first", second = "second", passed = "passed"; code }
object! { ThreadPosition:
    name = "name",
    activity = "activity",
    passed = "passed",
    awaited_locks = "awaited_locks"
}
object! { PanicDetails: message = "message", place = "at"; not_linearizable }

object! { Conflict: first = "first", second = "second", has_second = "has_second" }

object! { StepLimit: max_steps = "max_steps", threads = "threads", last_passes = "rounds" }

row! { PanicSite: file, line, column }
row! { SerialOrder: threads, view }
row! { MarkerSite: name, file, line }
row! { RepeatedRead: thread, site, place, size, value }
row! { RacingAccess: thread, access, size, site }
row! { PassedValue: store, store_order, load, load_order }
row! { AwaitedLock: name, last, others_may_hold }
row! { HistoryCall: client, operation, returned, invoked_at, returned_at }
row! { WaitSite: number, call }
row! { ConflictingStep: thread, kind, marker, access, place }

wrapper! { Panic.details }
wrapper! { DataRace.details }
wrapper! { Positions.0 }

variants! { Activity:
    "not_started" = NotStarted,
    "starting" = Starting,
    "running" = Running,
    "paused" = Paused(at),
    "waiting_for_lock" = WaitingForLock(at),
    "being_asked" = BeingAsked(at),
    "joining" = Joining(thread),
    "joined" = Joined(thread),
    "waiting" = Waiting,
    "no_waker_left" = NoWakerLeft,
    "woken" = Woken,
    "blocked" = Blocked(at),
    "may_go_on" = MayGoOn(at),
    "unblocked" = Unblocked(at),
    "finished" = Finished,
    "panicked" = Panicked,
    "unwound" = Unwound,
}

variants! { Unfinished:
    "hook" = Hook { hook, limit },
    "threads" = Threads { limit, threads },
    "not_woken" = NotWoken { limit, threads },
    "outside" = Outside { limit, busy, threads },
    "nothing" = Nothing { limit, threads },
    "told" = Text(text),
}

impl Json for Conflicts {
    fn write(&self) -> Value {
        self.0.write()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        Json::read(node).map(Conflicts)
    }

    fn absent() -> Option<Self> {
        Some(Conflicts::default())
    }
}

impl Json for EarlierPanics {
    fn write(&self) -> Value {
        self.0.write()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        Json::read(node).map(EarlierPanics)
    }

    fn absent() -> Option<Self> {
        Some(EarlierPanics::default())
    }
}

impl Json for TimeOut {
    fn write(&self) -> Value {
        json!({ "cause": self.0.write() })
    }

    /// Version 1 has only a text.
    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let text = node.read("text").map(Unfinished::Text);
        text.or_else(|_| node.read("cause")).map(TimeOut)
    }
}

impl Json for Error {
    fn write(&self) -> Value {
        json!({ "kind": self.kind().write(), "message": self.to_string() })
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let message: String = node.read("message")?;
        Ok(Error::new(node.read("kind")?, message))
    }
}
