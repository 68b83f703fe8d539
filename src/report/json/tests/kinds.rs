//! Arbitrary failures and timelines.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::error::{Error, ErrorKind};
use crate::failure::panic::{PanicDetails, PanicSite};
use crate::failure::{
    AccessKind, AccessType, Activity, AwaitedLock, Conflict, ConflictingStep, Crash, DataRace,
    Deadlock, EarlierPanics, FailureKind, HistoryCall, Hook, HookPanic, InvariantViolation,
    Livelock, MarkerSite, MemoryOrder, NotLinearizable, NotSerializable, OrderWanted,
    OutcomeNotAllowed, Panic, PassedValue, Positions, RaceDetails, RacingAccess, RepeatedRead,
    SerialOrder, StepLimit, ThreadPanic, ThreadPosition, TimeOut, Unfinished, ValueOrText,
    WaitSite,
};
use crate::named::Named as _;
use crate::operation::{FileKind, SystemCall};
use crate::schedule::StepKind;
use crate::timeline::{CodeLine, Columns, LockUse, StepCode, Timeline, TimelineStep};

/// Two texts.
pub(super) fn pairs() -> impl Strategy<Value = (String, String)> {
    any::<(String, String)>()
}

pub(super) fn errors() -> impl Strategy<Value = Error> {
    let kinds = prop::sample::select(ErrorKind::ALL);
    (kinds, any::<String>()).prop_map(|(kind, message)| Error::new(kind, message))
}

fn panics() -> impl Strategy<Value = Panic> {
    let place = any::<(String, u32, u32)>();
    let place = place.prop_map(|(file, line, column)| PanicSite { file, line, column });
    (any::<String>(), option::of(place)).prop_map(|(message, place)| {
        let details = Box::new(PanicDetails {
            message,
            place,
            not_linearizable: None,
        });
        Panic { details }
    })
}

fn markers() -> impl Strategy<Value = MarkerSite> {
    (pairs(), any::<u32>()).prop_map(|((name, file), line)| MarkerSite {
        name: name.into(),
        file: file.into(),
        line,
    })
}

pub(super) fn conflicts() -> impl Strategy<Value = Vec<Conflict>> {
    let step = || {
        let kinds = prop::sample::select(StepKind::ALL);
        let access = prop::sample::select(AccessKind::ALL);
        (pairs(), kinds, markers(), access).prop_map(|((thread, place), kind, marker, access)| {
            ConflictingStep {
                thread: thread.into(),
                kind,
                marker,
                access,
                place: place.into(),
            }
        })
    };
    let conflict = (step(), step(), any::<bool>());
    let conflict = conflict.prop_map(|(first, second, has_second)| Conflict {
        first,
        second,
        has_second,
    });
    vec(conflict, 0..3)
}

fn wait_sites() -> impl Strategy<Value = WaitSite> {
    let calls = prop::sample::select(SystemCall::ALL);
    let calls = (calls, prop::sample::select(FileKind::ALL));
    (any::<u32>(), option::of(calls)).prop_map(|(number, call)| WaitSite { number, call })
}

fn activities() -> impl Strategy<Value = Activity> {
    let plain = [
        Activity::NotStarted,
        Activity::Starting,
        Activity::Running,
        Activity::Waiting,
        Activity::NoWakerLeft,
        Activity::Woken,
        Activity::Finished,
        Activity::Panicked,
        Activity::Unwound,
    ];
    prop_oneof![
        prop::sample::select(plain.to_vec()),
        markers().prop_map(Activity::Paused),
        markers().prop_map(Activity::WaitingForLock),
        markers().prop_map(Activity::BeingAsked),
        any::<String>().prop_map(|name| Activity::Joining(name.into())),
        any::<String>().prop_map(|name| Activity::Joined(name.into())),
        wait_sites().prop_map(Activity::Blocked),
        wait_sites().prop_map(Activity::MayGoOn),
        wait_sites().prop_map(Activity::Unblocked),
    ]
}

/// Values, or texts in their place.
fn value_or_text<T: Debug>(
    values: impl Strategy<Value = T>,
) -> impl Strategy<Value = ValueOrText<T>> {
    prop_oneof![
        values.prop_map(ValueOrText::Value),
        any::<String>().prop_map(ValueOrText::Text),
    ]
}

fn positions() -> impl Strategy<Value = Positions> {
    let last = option::of((any::<String>().prop_map(Into::into), markers()));
    let locks = (any::<String>(), last, any::<bool>());
    let locks = locks.prop_map(|(name, last, others_may_hold)| AwaitedLock {
        name: name.into(),
        last,
        others_may_hold,
    });
    let passed = option::of(markers());
    let threads = (any::<String>(), activities(), passed, vec(locks, 0..3));
    let threads = threads.prop_map(|(name, activity, passed, awaited_locks)| ThreadPosition {
        name: name.into(),
        activity,
        passed,
        awaited_locks,
    });
    value_or_text(vec(threads, 0..4)).prop_map(Positions)
}

fn livelocks() -> impl Strategy<Value = Livelock> {
    let thread = any::<String>().prop_map(Into::into);
    let read = (thread, markers(), any::<[u32; 2]>(), any::<u64>());
    let read = read.prop_map(|(thread, site, [place, size], value)| RepeatedRead {
        thread,
        site,
        place,
        size,
        value,
    });
    (positions(), vec(read, 0..3)).prop_map(|(threads, reads)| Livelock { threads, reads })
}

fn data_races() -> impl Strategy<Value = DataRace> {
    let access = || {
        let kinds = prop::sample::select(AccessType::ALL);
        (any::<String>(), kinds, any::<u32>(), markers()).prop_map(
            |(thread, access, size, site)| RacingAccess {
                thread: thread.into(),
                access,
                size,
                site,
            },
        )
    };
    let place = || (markers(), prop::sample::select(MemoryOrder::ALL));
    let passed =
        (place(), place()).prop_map(|((store, store_order), (load, load_order))| PassedValue {
            store,
            store_order,
            load,
            load_order,
        });
    (access(), access(), option::of(passed)).prop_map(|(first, second, passed)| DataRace {
        details: Box::new(RaceDetails {
            first,
            second,
            passed,
            code: [0; 4],
        }),
    })
}

fn step_limits() -> impl Strategy<Value = StepLimit> {
    let names = any::<String>().prop_map(Into::into);
    let passes = (any::<u32>(), names, markers());
    (
        any::<usize>(),
        positions(),
        value_or_text(vec(passes, 0..3)),
    )
        .prop_map(|(max_steps, threads, last_passes)| StepLimit {
            max_steps,
            threads,
            last_passes,
        })
}

fn time_outs() -> impl Strategy<Value = TimeOut> {
    let limits = any::<Duration>;
    let unfinished = prop_oneof![
        (hooks(), limits()).prop_map(|(hook, limit)| Unfinished::Hook { hook, limit }),
        (limits(), positions()).prop_map(|(limit, threads)| Unfinished::Threads { limit, threads }),
        (limits(), positions())
            .prop_map(|(limit, threads)| Unfinished::NotWoken { limit, threads }),
        (limits(), any::<String>(), positions()).prop_map(|(limit, busy, threads)| {
            Unfinished::Outside {
                limit,
                busy,
                threads,
            }
        }),
        (limits(), positions()).prop_map(|(limit, threads)| Unfinished::Nothing { limit, threads }),
        any::<String>().prop_map(Unfinished::Text),
    ];
    unfinished.prop_map(TimeOut)
}

fn crashes() -> impl Strategy<Value = Crash> {
    let crashes = (pairs(), option::of(any::<u64>()));
    crashes.prop_map(|((thread, by), address)| Crash {
        thread: thread.into(),
        by,
        address,
    })
}

fn hooks() -> impl Strategy<Value = Hook> {
    prop::sample::select(Hook::ALL)
}

fn not_serializable() -> impl Strategy<Value = NotSerializable> {
    let orders = (vec(any::<String>(), 0..3), any::<String>());
    let orders = orders.prop_map(|(threads, view)| SerialOrder { threads, view });
    (any::<String>(), vec(orders, 0..3)).prop_map(|(view, nearest)| NotSerializable {
        view,
        nearest,
        views: Arc::default(),
    })
}

fn not_linearizable() -> impl Strategy<Value = NotLinearizable> {
    let text = any::<String>;
    let times = any::<(u32, Option<u32>)>();
    let call = (pairs(), option::of(text()), times);
    let call = call.prop_map(
        |((client, operation), returned, (invoked_at, returned_at))| HistoryCall {
            client,
            operation,
            returned,
            invoked_at,
            returned_at,
        },
    );
    let order_wanted = prop::sample::select(OrderWanted::ALL);
    let nearest = (vec(any::<u32>(), 0..3), any::<u32>(), text());
    (order_wanted, vec(call, 0..4), nearest).prop_map(
        |(order_wanted, calls, (nearest, unexplained, instead))| NotLinearizable {
            order_wanted,
            calls,
            nearest,
            unexplained,
            instead,
        },
    )
}

fn thread_panics() -> impl Strategy<Value = ThreadPanic> {
    (any::<String>(), panics()).prop_map(|(thread, panic)| ThreadPanic {
        thread: thread.into(),
        panic,
    })
}

pub(super) fn earlier_panics() -> impl Strategy<Value = EarlierPanics> {
    vec(thread_panics(), 0..3).prop_map(EarlierPanics)
}

pub(super) fn kinds() -> impl Strategy<Value = FailureKind> {
    let hook_panics = (hooks(), panics()).prop_map(|(hook, panic)| HookPanic { hook, panic });
    let outcomes = (any::<String>(), vec(any::<String>(), 0..3));
    let outcomes = outcomes.prop_map(|(outcome, allowed)| OutcomeNotAllowed {
        outcome,
        allowed: allowed.into(),
    });
    let invariants = any::<String>().prop_map(|name| InvariantViolation { name: name.into() });
    prop_oneof![
        thread_panics().prop_map(FailureKind::Panic),
        hook_panics.prop_map(FailureKind::PanicInHook),
        panics().prop_map(FailureKind::Check),
        outcomes.prop_map(FailureKind::OutcomeNotAllowed),
        not_serializable().prop_map(FailureKind::NotSerializable),
        not_linearizable().prop_map(FailureKind::NotLinearizable),
        invariants.prop_map(FailureKind::Invariant),
        panics().prop_map(FailureKind::InvariantPanic),
        positions().prop_map(|threads| FailureKind::Deadlock(Deadlock { threads })),
        livelocks().prop_map(FailureKind::Livelock),
        data_races().prop_map(FailureKind::DataRace),
        step_limits().prop_map(FailureKind::StepLimit),
        time_outs().prop_map(FailureKind::TimeOut),
        crashes().prop_map(FailureKind::Crash),
        errors().prop_map(FailureKind::Diverged),
    ]
}

pub(super) fn timelines() -> impl Strategy<Value = Timeline> {
    let kind = prop::sample::select(StepKind::ALL);
    let step = (
        any::<String>(),
        kind,
        markers(),
        any::<[bool; 3]>(),
        codes(),
        vec(lock_uses(), 0..3),
    );
    let step = step.prop_map(
        |(thread, kind, marker, [is_forced, preempts, waits], code, locks)| TimelineStep {
            thread: thread.into(),
            kind,
            marker,
            is_forced,
            preempts,
            waits,
            code,
            locks,
        },
    );
    let threads = vec(any::<String>().prop_map(Into::into), 0..4);
    let columns = (threads, vec(step, 0..4), vec(any::<String>(), 0..3));
    let columns = columns.prop_map(|(threads, steps, changed)| Columns {
        threads,
        steps,
        changed,
    });
    value_or_text(columns).prop_map(Timeline)
}

fn lock_uses() -> impl Strategy<Value = LockUse> {
    let lock_use = (any::<u32>(), any::<String>(), any::<[bool; 2]>());
    lock_use.prop_map(|(lock, name, [is_release, is_shared])| LockUse {
        lock,
        name: name.into(),
        is_release,
        is_shared,
    })
}

fn code_lines() -> impl Strategy<Value = CodeLine> {
    let line = (any::<[String; 4]>(), any::<[u32; 2]>());
    line.prop_map(|(texts, [line, column])| {
        let [file, source, function, called] = texts.map(Into::into);
        CodeLine {
            file,
            line,
            column,
            source,
            function,
            called,
        }
    })
}

/// What is known of the code of a step, in an instrumented build.
fn codes() -> impl Strategy<Value = Option<Box<StepCode>>> {
    let code = (
        any::<[String; 2]>(),
        option::of(code_lines()),
        any::<[bool; 2]>(),
    );
    let code = code.prop_map(
        |([source, why], own_line, [is_access, is_alone])| StepCode {
            is_access,
            source: source.into(),
            own_line,
            is_alone,
            why: why.into(),
        },
    );
    option::of(code.prop_map(Box::new))
}
