//! What cargo is told by variables, beside which compiler to call.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::flags::{INSTRUMENTING, TELLING};

/// Settings of profiles, which hold unless the caller has made them. With less optimisation, crates use the
/// generics that std was compiled with: what those write, as when a `Vec` grows, is not seen, and so not put
/// back after an execution. The names of steps need the paths of functions that were inlined, and
/// optimisation at link time hides calls.
const PROFILES: [(&str, &str); 10] = [
    ("CARGO_PROFILE_DEV_OPT_LEVEL", "2"),
    ("CARGO_PROFILE_TEST_OPT_LEVEL", "2"),
    ("CARGO_PROFILE_DEV_DEBUG", "limited"),
    ("CARGO_PROFILE_TEST_DEBUG", "limited"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "limited"),
    ("CARGO_PROFILE_BENCH_DEBUG", "limited"),
    ("CARGO_PROFILE_DEV_LTO", "off"),
    ("CARGO_PROFILE_TEST_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_BENCH_LTO", "off"),
];

/// What separates flags in `CARGO_ENCODED_RUSTDOCFLAGS`: they may have spaces.
const SEPARATOR: &str = "\x1f";

/// Makes the settings, for a program that is built for `target`, links `library`, and passes `for_std` to the
/// linker.
pub(crate) fn make(cargo: &mut Command, target: &str, library: &Path, for_std: &str) {
    for (name, value) in PROFILES {
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
