//! What reports and schedules call the places that access memory: `function.operation`.
//!
//! If a function makes more than one access of a kind, they are numbered from the second on, in the order of
//! the source. They are counted in the code, so that a place has the same name whatever executions have
//! reached.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

use super::code::{Call, Code};
use super::source_lines::text_of;
use super::symbols::{Frame, frames_of};
use crate::site::{LineText, SourcePlace};

/// The place of the access called `operation`, whose call returns to `address`.
pub(super) fn place_of(operation: &'static str, address: usize) -> SourcePlace {
    let frames = frames_of(address);
    let Some(own) = frame_of_program(&frames) else {
        return SourcePlace {
            name: operation,
            file: "",
            line: 0,
            column: 0,
            text: LineText::NotRead,
        };
    };
    let function = short_name(&own.function);
    let name = match accesses_before(&frames, own, address) {
        0 => format!("{function}.{operation}"),
        others => format!("{function}.{operation}{}", others + 1),
    };
    SourcePlace {
        // It lives as long as the place, which is never forgotten.
        name: name.leak(),
        file: shown(own.file.as_deref()).leak(),
        line: own.line,
        column: own.column,
        text: text_of(own),
    }
}

/// How many accesses of the same kind the function has before this one: at other places in the source.
fn accesses_before(frames: &[Frame], own: &Frame, address: usize) -> usize {
    let Some(code) = Code::around(address) else {
        return 0;
    };
    // That of a function of std has several, at addresses within the call.
    let call = (0..5).find_map(|within| code.call_before(address + within));
    let kind = call.and_then(kind_of);
    let (Some(kind), Some(outermost)) = (kind, frames.last()) else {
        return 0;
    };
    let mut before = BTreeSet::new();
    // Looks at one more call, until it is in another function.
    let mut look_at = |call: Call| {
        let Some(other_kind) = kind_of(call) else {
            return true;
        };
        let others = frames_of(call.returns_to);
        let other = frame_of_program(&others).filter(|it| it.function == own.function);
        if other.is_some() && other_kind == kind && source_order(&others) < source_order(frames) {
            before.insert(source_order(&others));
        }
        others.last().map(|it| &it.function) == Some(&outermost.function)
    };
    let _: bool = code.calls_after(address).all(&mut look_at);
    let _: bool = code.calls_before(address).all(&mut look_at);
    before.len()
}

/// What a call does if it is one at an atomic access, as the symbol says: `64_load`.
pub(super) fn kind_of(call: Call) -> Option<String> {
    let frames = frames_of(call.function + 1);
    let symbol = &frames.last()?.function;
    if let Some(function_of_std) = symbol.strip_prefix("interlace_std_") {
        return Some(function_of_std.to_owned());
    }
    let kind = symbol.strip_prefix("__tsan_atomic")?;
    Some(
        kind.trim_start_matches(|it: char| it.is_ascii_digit())
            .to_owned(),
    )
}

/// Where an access is in the program's function, then in what that calls.
fn source_order(frames: &[Frame]) -> Vec<(u32, u32)> {
    let own = frames.iter().position(is_of_program);
    let inwards = frames[..own.map_or(frames.len(), |it| it + 1)].iter().rev();
    inwards.map(|it| (it.line, it.column)).collect()
}

/// The innermost function that is not std's; if all are, the one that is called: the others say less.
fn frame_of_program(frames: &[Frame]) -> Option<&Frame> {
    frames.iter().find(|it| is_of_program(it)).or(frames.last())
}

pub(super) fn is_of_program(frame: &Frame) -> bool {
    frame
        .file
        .as_deref()
        .is_some_and(|file| in_std(file).is_none())
}

/// The path of a source file of std, in its repository.
pub(super) fn in_std(file: &Path) -> Option<&str> {
    let file = file.to_str()?;
    let begin = ["/library/core/", "/library/alloc/", "/library/std/"]
        .iter()
        .find_map(|it| file.find(it))?;
    Some(&file[begin + 1..])
}

/// The last name in a path: of a closure, the function that it is in.
pub(super) fn short_name(function: &str) -> String {
    let mut depth = 0_usize;
    let is_outside = |letter: &char| {
        match letter {
            '<' | '{' => depth += 1,
            '>' | '}' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    let path: String = function.chars().filter(is_outside).collect();
    let name = path.rsplit("::").find(|it| !it.is_empty());
    name.unwrap_or("unknown").to_owned()
}

/// The variable in which `cargo interlace` says where the workspace is.
const WORKSPACE: &str = "CARGO_INTERLACE_WORKSPACE";

/// Where cargo keeps the packages of registries.
const REGISTRY: &str = "/registry/src/";

/// The folder of the workspace.
fn workspace() -> PathBuf {
    let workspace = env::var_os(WORKSPACE).map_or_else(env::current_dir, |it| Ok(it.into()));
    workspace.unwrap_or_default()
}

/// Whether this is code that the user writes: in the workspace, and neither of other people nor generated.
pub(super) fn is_of_workspace(frame: &Frame) -> bool {
    let file = frame.file.as_deref();
    let file = file.and_then(|file| file.strip_prefix(workspace()).ok());
    let is_of_interlace = frame
        .function
        .trim_start_matches('<')
        .starts_with("interlace::");
    !is_of_interlace
        && file.is_some_and(|file| !["target", "vendor"].iter().any(|it| file.starts_with(it)))
}

/// Whether this is code of a package of a registry, and neither of Interlace nor of what that calls.
pub(super) fn is_of_package(frame: &Frame) -> bool {
    let file = shown(frame.file.as_deref());
    let path = frame.file.as_deref().and_then(Path::to_str);
    path.is_some_and(|it| it.contains(REGISTRY))
        && !["interlace-", "backtrace-"]
            .iter()
            .any(|it| file.starts_with(it))
}

/// A file as people know it: in the workspace, as `file!` says it, in another package, or in std.
pub(super) fn shown(file: Option<&Path>) -> String {
    let Some(file) = file else {
        return String::new();
    };
    if let Some(file) = in_std(file) {
        return file.to_owned();
    }
    let file = file
        .strip_prefix(workspace())
        .unwrap_or(file)
        .to_string_lossy();
    // A package of a registry: `…/registry/src/index.crates.io-1949cf8c6b5b557f/name-1.2.3/src/lib.rs`
    match file.split_once(REGISTRY) {
        Some((_, rest)) => rest
            .split_once('/')
            .map_or(rest, |(_, rest)| rest)
            .to_owned(),
        None => file.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_the_innermost_named_function() {
        for (function, name) in [
            ("program::add", "add"),
            ("program::tests::add::{{closure}}::{{closure}}", "add"),
            ("program::add::{closure#0}", "add"),
            ("queue::Queue<T>::push", "push"),
            ("<queue::Queue<T>>::push::<u8>", "push"),
            ("<queue::Queue<T> as core::ops::drop::Drop>::drop", "drop"),
            ("_main", "_main"),
            ("", "unknown"),
        ] {
            assert_eq!(short_name(function), name, "{function}");
        }
    }

    #[test]
    fn files_are_shown_as_people_know_them() {
        let here = env::current_dir().unwrap().join("src/a.rs");
        for (file, text) in [
            (here.to_str().unwrap(), "src/a.rs"),
            (
                "/rustc/0af1/library/std/src/sync/once.rs",
                "library/std/src/sync/once.rs",
            ),
            (
                "/home/a/.cargo/registry/src/index.crates.io-19/queue-1.2.3/src/lib.rs",
                "queue-1.2.3/src/lib.rs",
            ),
            ("/elsewhere/b.rs", "/elsewhere/b.rs"),
        ] {
            assert_eq!(shown(Some(Path::new(file))), text);
        }
    }
}
