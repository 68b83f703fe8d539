//! Catches panics of the user's code, with message and location, without printing them.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Once, OnceLock};

use super::flag;
use crate::failure::Panic;
use crate::memory;

thread_local! {
    /// Whether panics of this thread are kept for the report instead of printed.
    static KEEPS_PANICS: Cell<bool> = const { Cell::new(false) };
    /// The last panics that were kept, the latest first.
    static LAST_PANICS: RefCell<[Option<Panic>; 2]> = const { RefCell::new([None, None]) };
}

/// Is told of each panic that is kept, as it begins, once there is anybody to be told.
static LISTENER: OnceLock<fn(&Panic)> = OnceLock::new();

/// Why a body did not return.
#[derive(Debug)]
pub(crate) enum Caught {
    Panic(Panic),
    /// The engine unwound the thread.
    Unwound,
}

/// The payload with which the engine unwinds a thread.
struct Unwinding;

/// Unwinds the calling thread: its guards drop, and [`catch`] tells it from a panic.
#[cold]
pub(super) fn unwind() -> ! {
    if cfg!(panic = "abort") {
        eprintln!(
            "\ninterlace: an execution failed, and its paused threads are to be unwound.{ABORTS}"
        );
    }
    panic::resume_unwind(Box::new(Unwinding))
}

pub(crate) fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Caught> {
    keeping_panics(|| caught(body))
}

/// As [`catch`], where panics of the calling thread are already being kept.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn caught<T>(body: impl FnOnce() -> T) -> Result<T, Caught> {
    panic::catch_unwind(AssertUnwindSafe(body)).map_err(sort)
}

/// Runs `body` with panics kept instead of printed.
pub(super) fn keeping_panics<T>(body: impl FnOnce() -> T) -> T {
    install_hook();
    flag::with(&KEEPS_PANICS, true, body)
}

/// Has panics of the calling thread kept from now on.
pub(super) fn keep_panics() {
    install_hook();
    KEEPS_PANICS.set(true);
}

/// Has `listener` told of each panic that is kept, also of those that the program catches.
pub(super) fn listen(listener: fn(&Panic)) {
    LISTENER.get_or_init(|| listener);
}

/// Whether panics of the calling thread are kept, and not printed.
pub(crate) fn keeps_panics() -> bool {
    KEEPS_PANICS.get()
}

/// Drops the panics that were kept, before the calling thread's thread-locals go.
pub(super) fn forget_panics() {
    memory::outside(|| drop(LAST_PANICS.take()));
}

/// Takes the panics that were kept, the latest first.
fn take_panics() -> impl Iterator<Item = Panic> {
    LAST_PANICS.take().into_iter().flatten()
}

/// Tells a panic from the engine's unwinding.
#[cold]
fn sort(payload: Box<dyn Any + Send>) -> Caught {
    if payload.is::<Unwinding>() {
        return Caught::Unwound;
    }
    let payload = match payload.downcast() {
        Ok(panic) => return Caught::Panic(*panic),
        Err(payload) => payload,
    };
    let panic = memory::outside(|| Panic::from_payload(&*payload));
    // The hook has kept the location. But hooks do not see resumed panics, so it may have kept an
    // earlier panic that the user's code caught: then the messages differ.
    let mut last = take_panics();
    let seen = last.next().filter(|it| it.message() == panic.message());
    // The user's payload may panic when it is dropped, which says nothing new. The payload of that
    // panic may do so too, and so on: it is leaked.
    if let Err(next) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(next);
    }
    Caught::Panic(seen.unwrap_or(panic))
}

/// Explains that a panic ends the process.
const ABORTS: &str = " This program is built with `panic = \"abort\"`, so the process ends here. \
    Failures are counted, shrunk and reported only with `panic = \"unwind\"`: set it in the \
    profile that this is built with.\n";

/// Installs a panic hook that keeps the panics of threads that ask for it, and passes all others on
/// to the previous hook.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_kept = KEEPS_PANICS.get();
            // If panics abort, nothing is caught, so a panic must be printed now.
            let _outside = memory::step_out();
            if is_kept && cfg!(panic = "unwind") && !ends_process(info) {
                let panic = Panic::from_hook(info);
                LISTENER.get().inspect(|listener| listener(&panic));
                LAST_PANICS.with_borrow_mut(|[last, before]| *before = last.replace(panic));
                return;
            }
            if is_kept {
                explain_end();
            }
            next(info);
        }));
    });
}

/// Whether this is the panic with which std ends a process. Only its location, in std's own code,
/// and its text tell.
fn ends_process(info: &PanicHookInfo<'_>) -> bool {
    let panic = Panic::from_hook(info);
    let is_in_core = panic
        .file()
        .is_some_and(|file| file.contains("core/src/panicking.rs"));
    let says = ["panic in a destructor", "panic in a function that cannot"];
    is_in_core && says.iter().any(|text| panic.message().starts_with(text))
}

/// Explains why the process ends, before std does.
#[cold]
fn explain_end() {
    if cfg!(panic = "abort") {
        eprintln!("\ninterlace: code under test panicked.{ABORTS}");
        return;
    }
    eprintln!(
        "\ninterlace: a destructor panicked while its thread was unwinding, after a panic of its \
         own or since the execution had failed. Rust ends the process at that: let destructors \
         ask `std::thread::panicking()` first. The last panics of this thread:"
    );
    for panic in take_panics() {
        eprintln!("- {panic}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(body: impl FnOnce()) -> Panic {
        match catch(body) {
            Err(Caught::Panic(panic)) => panic,
            other => panic!("not a panic: {other:?}"),
        }
    }

    #[test]
    fn a_panic_keeps_its_message_and_its_location() {
        let panic = caught(|| panic!("no {}", 7));
        assert_eq!((panic.message(), panic.file()), ("no 7", Some(file!())));
        assert!(panic.is_like(&panic.clone()));
        assert!(
            !panic.is_like(&caught(|| panic!("no 7"))),
            "it is on another line"
        );
    }

    #[test]
    fn a_payload_that_is_no_text_is_a_panic_too() {
        let panic = caught(|| panic::panic_any(5));
        assert_eq!(panic.message(), "a panic whose payload is no text");
        assert!(panic.line().is_some());
    }

    #[test]
    fn a_resumed_panic_is_not_taken_for_one_that_was_caught_before() {
        let panic = caught(|| {
            let _ = panic::catch_unwind(|| panic!("caught"));
            panic::resume_unwind(Box::new("resumed"));
        });
        assert_eq!((panic.message(), panic.line()), ("resumed", None));
    }

    #[test]
    fn the_engines_unwinding_is_no_panic() {
        assert!(matches!(catch(|| unwind()), Err(Caught::Unwound)));
    }
}
