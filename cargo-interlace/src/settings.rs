//! What cargo is told by variables, beside which compiler to call.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::flags::{INSTRUMENTING, TELLING};

/// Settings of profiles, which hold unless the caller has made them. With less optimisation, crates use the
/// generics that std was compiled with: what those write, as when a `Vec` grows, is not seen, and so not put
/// back after an execution. Optimisation at link time hides calls.
const PROFILES: [(&str, &str); 6] = [
    ("CARGO_PROFILE_DEV_OPT_LEVEL", "2"),
    ("CARGO_PROFILE_TEST_OPT_LEVEL", "2"),
    ("CARGO_PROFILE_DEV_LTO", "off"),
    ("CARGO_PROFILE_TEST_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_BENCH_LTO", "off"),
];

/// The variables by which cargo is told how much debug information each profile asks for.
const DEBUG: [&str; 4] = [
    "CARGO_PROFILE_DEV_DEBUG",
    "CARGO_PROFILE_TEST_DEBUG",
    "CARGO_PROFILE_RELEASE_DEBUG",
    "CARGO_PROFILE_BENCH_DEBUG",
];

/// What they are set to, unless the caller has set them: the names of steps need the paths of functions that were
/// inlined.
const LIMITED: &str = "limited";

/// What separates flags in `CARGO_ENCODED_RUSTDOCFLAGS`: they may have spaces.
const SEPARATOR: &str = "\x1f";

/// Makes the settings, for a program that is built for `target`, links `library`, and passes `for_std` to the
/// linker.
pub(crate) fn make(cargo: &mut Command, target: &str, library: &Path, for_std: &str) {
    let debug = DEBUG.map(|name| (name, LIMITED));
    for (name, value) in PROFILES.into_iter().chain(debug) {
        if env::var_os(name).is_none() {
            cargo.env(name, value);
        }
    }
    // C and C++, with the compilers that build scripts call.
    for language in ["CFLAGS", "CXXFLAGS"] {
        let of_target = format!("{language}_{}", target.replace('-', "_"));
        let dashed = format!("{language}_{target}");
        let known = [&dashed, &of_target, &format!("TARGET_{language}"), language];
        let mut flags = known.into_iter().find_map(env::var_os).unwrap_or_default();
        flags.push(" -fsanitize=thread");
        cargo.env_remove(dashed).env(of_target, flags);
    }
    // Tests in documentation are compiled by rustdoc, for which there is no wrapper.
    cargo.env(
        "CARGO_ENCODED_RUSTDOCFLAGS",
        rustdoc_flags(library, for_std),
    );
}

/// Whether nobody has said by a variable how much debug information there is to be. Called in place of the
/// compiler.
pub(crate) fn are_debugging() -> bool {
    let is_own = |name| env::var_os(name).is_some_and(|value| value == LIMITED);
    DEBUG.into_iter().all(is_own)
}

fn rustdoc_flags(library: &Path, for_std: &str) -> OsString {
    let mut flags = env::var_os("CARGO_ENCODED_RUSTDOCFLAGS").unwrap_or_else(|| {
        let flags = env::var_os("RUSTDOCFLAGS").unwrap_or_default();
        let flags = flags.to_string_lossy();
        let flags: Vec<_> = flags.split_whitespace().collect();
        flags.join(SEPARATOR).into()
    });
    let mut link = OsString::from("-Clink-arg=");
    link.push(library);
    let own = TELLING.into_iter().chain(INSTRUMENTING).map(OsString::from);
    let for_std = OsString::from(format!("-Clink-arg={for_std}"));
    for flag in own.chain([link, for_std]) {
        if !flags.is_empty() {
            flags.push(SEPARATOR);
        }
        flags.push(flag);
    }
    flags
}
