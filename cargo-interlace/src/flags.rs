//! The flags by which a compiler instruments.

/// What makes LLVM's thread sanitizer instrument each function of a crate, without its runtime. All are
/// options of the stable compiler; the names of the passes, and the options of LLVM, are not promised, so
/// they are [probed](crate::probe).
pub(crate) const INSTRUMENTING: [&str; 6] = [
    "-C",
    "passes=forceattrs,function(tsan)",
    "-C",
    "llvm-args=-force-attribute=sanitize_thread",
    "-C",
    "llvm-args=-tsan-instrument-func-entry-exit=0",
];

/// What tells each crate that it is built so.
pub(crate) const TELLING: [&str; 4] = ["--cfg", "interlace", "--check-cfg", "cfg(interlace)"];

/// For what is not instrumented. With less, crates that use its generics would call those that were compiled
/// with it, and these have no points. As one unit each: then a point costs half as much, and they build no
/// slower.
pub(crate) const PLAIN: [&str; 4] = ["-C", "opt-level=3", "-C", "codegen-units=1"];

/// For crates that cargo compiles without debug information, as a profile may say of packages: steps in them are
/// to have a line.
pub(crate) const DEBUGGING: [&str; 4] = ["-C", "debuginfo=1", "-C", "strip=none"];
