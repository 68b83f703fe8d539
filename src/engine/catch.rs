//! Catches panics of the user's code, with message and place, without printing them.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::current;
use super::panic::Panic;

/// What ended a body that did not return.
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
    panic::resume_unwind(Box::new(Unwinding))
}

/// Runs `body` and catches its panic.
pub(crate) fn catch<T>(body: impl FnOnce() -> T) -> Result<T, Caught> {
    current::keeping_panics(|| caught(body))
}

/// As [`catch`], where panics of the calling thread are being kept already.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn caught<T>(body: impl FnOnce() -> T) -> Result<T, Caught> {
    install_hook();
    panic::catch_unwind(AssertUnwindSafe(body)).map_err(sort)
}

/// What a payload was thrown for.
#[cold]
fn sort(payload: Box<dyn Any + Send>) -> Caught {
    if payload.is::<Unwinding>() {
        return Caught::Unwound;
    }
    let panic = Panic::from_payload(&*payload);
    // The hook saw the place. It may also have seen a panic that the user's code caught before
    // this one was resumed, which no hook sees: then the messages differ.
    let seen = current::take_panic().filter(|seen| seen.message() == panic.message());
    // A payload of the user's may panic when it is dropped; that says nothing new.
    let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
    Caught::Panic(seen.unwrap_or(panic))
}

/// Puts a hook before the one in place that keeps the panics of threads that ask for it and
/// passes on all others.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // Where a panic aborts, nothing is caught: what is not printed now is lost.
            if current::keeps_panics() && cfg!(panic = "unwind") {
                current::keep_panic(Panic::from_hook(info));
            } else {
                next(info);
            }
        }));
    });
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
    fn a_panic_keeps_its_message_and_its_place() {
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
