//! The part that people call.

use std::env;
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::arguments::Arguments;
use crate::toolchain::{Toolchain, cargo, text};
use crate::wrapper::{LINK_ARGUMENTS, PASS_THROUGH, PLAIN_PACKAGES};
use crate::{flags, packages, pass_through, std_functions};

/// Settings of cargo, which hold unless the caller has made them. Lock sites need some optimisation, and
/// optimisation at link time hides calls.
const PROFILES: [(&str, &str); 8] = [
    ("CARGO_PROFILE_DEV_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_TEST_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_DEV_DEBUG", "line-tables-only"),
    ("CARGO_PROFILE_TEST_DEBUG", "line-tables-only"),
    ("CARGO_PROFILE_DEV_LTO", "off"),
    ("CARGO_PROFILE_TEST_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_BENCH_LTO", "off"),
];

/// Runs cargo with these arguments and this program in place of the compiler.
///
/// # Errors
///
/// If cargo, or the compiler, is not there or is not known; if the program does not use Interlace.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, String> {
    let arguments = Arguments::of(arguments)?;
    let toolchain = Toolchain::find()?;
    let target = match arguments.value("--target") {
        Some(target) => target.to_string_lossy().into_owned(),
        None => toolchain.host.clone(),
    };
    check_target(&target)?;
    let plain = packages::only_of_interlace(&arguments, &target)?;
    let link_arguments = std_functions::link_arguments(&toolchain, &target)?;
    let folder = folder_name(&toolchain, &target, &plain, &link_arguments);
    let folder = target_folder(&arguments)?.join(folder);
    let library = pass_through::library(&toolchain, &target, &folder)?;
    let own = env::current_exe();
    let own = own.map_err(|error| format!("this program does not know where it is: {error}"))?;

    let mut cargo = cargo();
    cargo.arg(arguments.command);
    if arguments.value("--target").is_none() {
        cargo.args(["--target", &target]);
    }
    cargo.args(arguments.without("--target-dir"));
    cargo
        .env("RUSTC_WRAPPER", own)
        .env("CARGO_TARGET_DIR", &folder);
    cargo.env(PLAIN_PACKAGES, plain).env(PASS_THROUGH, library);
    cargo.env(LINK_ARGUMENTS, link_arguments);
    cargo.envs(
        PROFILES
            .into_iter()
            .filter(|(name, _)| env::var_os(name).is_none()),
    );
    let status = cargo.status();
    let status = status.map_err(|error| format!("cargo cannot be run: {error}"))?;
    let code = status.code().and_then(|it| u8::try_from(it).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// # Errors
///
/// If instrumented code for this target would not do what it should.
fn check_target(target: &str) -> Result<(), String> {
    let has_hooks = ["x86_64-", "aarch64-"]
        .iter()
        .any(|it| target.starts_with(it));
    if has_hooks && target.ends_with("-linux-gnu") {
        return Ok(());
    }
    Err(format!(
        "`cargo interlace` works for Linux with glibc on x86-64 and AArch64, and not for {target}. Mark \
         points by hand there, and use cargo itself"
    ))
}

/// Where cargo would build otherwise.
fn target_folder(arguments: &Arguments<'_>) -> Result<PathBuf, String> {
    let named = arguments.value("--target-dir").map(OsString::from);
    if let Some(folder) = named.or_else(|| env::var_os("CARGO_TARGET_DIR")) {
        return std::path::absolute(&folder)
            .map_err(|error| format!("{} is no path: {error}", Path::new(&folder).display()));
    }
    let mut cargo = cargo();
    cargo.args(["locate-project", "--workspace", "--message-format", "plain"]);
    if let Some(manifest) = arguments.value("--manifest-path") {
        cargo.arg("--manifest-path").arg(manifest);
    }
    let manifest = text(&mut cargo)?;
    Ok(Path::new(manifest.trim_end()).with_file_name("target"))
}

/// A folder of its own for all that a compilation depends on and cargo does not know.
fn folder_name(toolchain: &Toolchain, target: &str, plain: &str, link_arguments: &str) -> String {
    let mut hasher = DefaultHasher::new();
    toolchain.version.hash(&mut hasher);
    (flags::INSTRUMENTING, flags::TELLING, flags::PLAIN).hash(&mut hasher);
    (pass_through::SOURCES, target, plain, link_arguments).hash(&mut hasher);
    format!("interlace-{:016x}", hasher.finish())
}
