//! What the debug information says of an address in the code.

use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr;

/// A function that an address belongs to: one that was inlined, or the one that it was inlined into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Frame {
    /// Where in it, if that is known. Frames are ordered by it.
    pub(super) file: Option<PathBuf>,
    pub(super) line: u32,
    pub(super) column: u32,
    /// Its path, demangled; empty if it is not known.
    pub(super) function: String,
}

/// The functions of the call that returns to `address`, innermost first. It takes milliseconds when first
/// called, and microseconds later.
pub(super) fn frames_of(address: usize) -> Vec<Frame> {
    let mut frames = Vec::new();
    let address = ptr::without_provenance_mut::<c_void>(address);
    backtrace::resolve(address, |symbol| {
        frames.push(Frame {
            file: symbol.filename().map(PathBuf::from),
            line: symbol.lineno().unwrap_or_default(),
            column: symbol.colno().unwrap_or_default(),
            // The alternate form leaves the hash out.
            function: symbol
                .name()
                .map_or_else(String::new, |it| format!("{it:#}")),
        });
    });
    frames
}
