//! Panics of this library's own code become errors that tell their location.

use super::catch::{self, Caught, catch, caught};
use crate::error::{Error, ErrorKind};
use crate::failure::Panic;

/// Runs `body`, code of this library, and turns a panic into an error. Panics of the user's code
/// must be caught inside; the unwinding of a program's thread passes through.
pub(crate) fn catch_fault<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch(body).unwrap_or_else(explain)
}

/// As [`catch_fault`], where panics of the calling thread are already being kept.
#[inline]
pub(super) fn fault_caught<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    caught(body).unwrap_or_else(explain)
}

#[cold]
fn explain<T>(caught: Caught) -> Result<T, Error> {
    match caught {
        Caught::Panic(panic) => Err(fault(&panic)),
        Caught::Unwound => catch::unwind(),
    }
}

#[cold]
fn fault(panic: &Panic) -> Error {
    let place = match (panic.file(), panic.line()) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => "an unknown place".to_owned(),
    };
    let text = format!(
        "a fault of interlace: {}, at {place}. The program under test is not to blame: please \
         report this, with the program if you can, at {}/issues",
        panic.message(),
        env!("CARGO_PKG_REPOSITORY"),
    );
    Error::new(ErrorKind::Internal, text)
}

#[cfg(test)]
mod tests;
