//! The atomic operations that packages have, whether they are reached or not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::super::code::{Call, Code};
use super::super::names::{in_std, kind_of, place_of, short_name};
use super::super::symbols::{Frame, frames_of};

/// Whether orders that are too weak make an execution fail.
const ORDERS_ARE_CHECKED: bool = true;

/// Writes whether orders are checked, then a line for each operation of the packages in `folders`: where it is in
/// the code, what it does, its name, file, line and column.
pub(super) fn write(file: &Path, code: &Code, folders: &[PathBuf]) -> io::Result<()> {
    let mut lines = format!("{}\n", u8::from(ORDERS_ARE_CHECKED));
    let mut known = BTreeMap::new();
    for call in code.calls_after(code.start()) {
        let operation = *known
            .entry(call.function)
            .or_insert_with(|| operation_of(call));
        let Some(operation) = operation else {
            continue;
        };
        let frames = frames_of(call.returns_to);
        let Some((own, path)) = frame_of_package(&frames, folders) else {
            continue;
        };
        let (offset, path) = (call.returns_to - code.start(), path.display());
        let name = name(operation, own, call.returns_to);
        let (line, column) = (own.line, own.column);
        let _ = writeln!(
            lines,
            "{offset:x}\t{operation}\t{name}\t{path}\t{line}\t{column}"
        );
    }
    fs::write(file, lines)
}

/// What reports call the operation, unless they know only its wrapper.
fn name(operation: &'static str, own: &Frame, address: usize) -> String {
    let place = place_of(operation, address);
    if (place.line, place.column) == (own.line, own.column) {
        place.name.to_owned()
    } else {
        format!("{}.{operation}", short_name(&own.function))
    }
}

/// What a call does, as std calls it, if it makes an access or is a fence.
fn operation_of(call: Call) -> Option<&'static str> {
    let kind = kind_of(call)?;
    Some(match kind.trim_start_matches('_') {
        "load" => "load",
        "store" => "store",
        "exchange" => "swap",
        "thread_fence" => "fence",
        "compare_exchange_val" | "compare_exchange_strong" | "compare_exchange_weak" => {
            "compare_exchange"
        }
        "fetch_add" => "fetch_add",
        "fetch_sub" => "fetch_sub",
        "fetch_and" => "fetch_and",
        "fetch_or" => "fetch_or",
        "fetch_xor" => "fetch_xor",
        "fetch_nand" => "fetch_nand",
        _ => return None,
    })
}

/// The frame that makes the operation, if it is of a package in one of the folders, and calls nothing of std but
/// the functions of atomics: what a lock of std does is not the package's.
///
/// A function that is called as one of them is taken for one, where it is known who calls it: its callers make
/// operations of their own.
fn frame_of_package<'a>(frames: &'a [Frame], folders: &[PathBuf]) -> Option<(&'a Frame, &'a Path)> {
    let mut wrapper = None;
    for frame in frames {
        let path = frame.file.as_deref()?;
        match in_std(path) {
            Some(file) if file.starts_with("library/core/src/sync/atomic") => {}
            Some(_) => break,
            None if is_operation(&short_name(&frame.function)) => wrapper = Some((frame, path)),
            None => {
                wrapper = Some((frame, path));
                break;
            }
        }
    }
    wrapper.filter(|(_, path)| folders.iter().any(|it| path.starts_with(it)))
}

/// Whether a function of atomics is called so.
fn is_operation(name: &str) -> bool {
    let others = [
        "load",
        "store",
        "swap",
        "fence",
        "compare_exchange",
        "compare_exchange_weak",
    ];
    others.contains(&name) || name.starts_with("fetch_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(file: &str, function: &str) -> Frame {
        Frame {
            file: Some(file.into()),
            line: 1,
            column: 2,
            function: function.to_owned(),
        }
    }

    #[test]
    fn an_operation_is_that_of_who_calls_the_atomic() {
        let atomic = "/rustc/01af/library/core/src/sync/atomic.rs";
        let lock = "/rustc/01af/library/std/src/sys/sync/mutex/futex.rs";
        let (own, other) = ("/work/own/src/lib.rs", "/work/other/src/lib.rs");
        let folders = ["/work/own".into()];
        for (frames, expected) in [
            (
                &[(atomic, "load"), (own, "own::push")][..],
                Some("own::push"),
            ),
            (&[("/work/own/src/add.c", "add")], Some("add")),
            (
                &[(atomic, "swap"), (lock, "lock"), (own, "own::push")],
                None,
            ),
            (
                &[(atomic, "load"), (other, "other::get"), (own, "own::push")],
                None,
            ),
            (
                &[
                    (atomic, "load"),
                    (other, "<other::Atomic>::load"),
                    (own, "own::push"),
                ],
                Some("own::push"),
            ),
            (
                &[(atomic, "store"), (own, "own::Status::store")],
                Some("own::Status::store"),
            ),
            (&[(atomic, "load")], None),
        ] {
            let all: Vec<_> = frames
                .iter()
                .map(|(file, function)| frame(file, function))
                .collect();
            let found = frame_of_package(&all, &folders);
            assert_eq!(found.map(|(it, _)| &*it.function), expected, "{frames:?}");
        }
    }
}
