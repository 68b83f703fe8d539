//! Cargo, told to build instrumented code.

use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::process::Command;

use crate::arguments::Arguments;
use crate::toolchain::{Toolchain, cargo};
use crate::workspace::Workspace;
use crate::wrapper::wrap;
use crate::{c_libraries, flags, packages, pass_through, settings, std_functions};

/// The variable that tells programs where the workspace is. It is read in `src/instrument/names.rs`.
const WORKSPACE: &str = "CARGO_INTERLACE_WORKSPACE";

/// The variable that tells programs which packages are not instrumented, if that was chosen. It is read in
/// `src/engine/not_instrumented.rs`.
const SKIPPED: &str = "CARGO_INTERLACE_SKIPPED";

/// A call of cargo.
pub(crate) struct Build {
    /// With its command and target, without what follows them.
    pub(crate) cargo: Command,
    /// Where it builds.
    pub(crate) folder: PathBuf,
    /// The root of the workspace.
    pub(crate) root: PathBuf,
    /// What programs are told.
    pub(crate) variables: [(&'static str, OsString); 3],
}

impl Build {
    /// Cargo with this command, with this program in place of the compiler.
    ///
    /// # Errors
    ///
    /// If cargo, or the compiler, is not there or is not known; if the program does not use Interlace.
    pub(crate) fn new<S: AsRef<OsStr>>(
        arguments: &Arguments<'_>,
        command: &[S],
    ) -> Result<Self, String> {
        let toolchain = Toolchain::find()?;
        let target = match arguments.value("--target") {
            Some(target) => target.to_string_lossy().into_owned(),
            None => toolchain.host.clone(),
        };
        check_target(&target)?;
        let packages::Packages { all, plain } = packages::packages(arguments, &target)?;
        let for_std = std_functions::link_arguments(&toolchain, &target)?;
        let workspace = Workspace::find(arguments)?;
        let folder = workspace
            .target
            .join(folder_name(&toolchain, &target, &plain, &for_std));
        let library = pass_through::library(&toolchain, &target, &folder)?;

        let mut cargo = cargo();
        cargo.args(command);
        if arguments.value("--target").is_none() {
            cargo.args(["--target", &target]);
        }
        cargo.env("CARGO_TARGET_DIR", &folder);
        let variables = [
            (WORKSPACE, workspace.root.clone().into()),
            (SKIPPED, packages::described(arguments).into()),
            (
                c_libraries::FOLDER,
                c_libraries::folder(&folder, &all).into(),
            ),
        ];
        cargo.envs(variables.iter().map(|(name, value)| (name, value)));
        wrap(&mut cargo, &plain, &library, &for_std)?;
        settings::make(&mut cargo, &target, &library, &for_std);
        Ok(Build {
            cargo,
            folder,
            root: workspace.root,
            variables,
        })
    }
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

/// A folder of its own for all that a compilation depends on and cargo does not know.
fn folder_name(toolchain: &Toolchain, target: &str, plain: &str, link_arguments: &str) -> String {
    let mut hasher = DefaultHasher::new();
    toolchain.version.hash(&mut hasher);
    (flags::INSTRUMENTING, flags::TELLING).hash(&mut hasher);
    (flags::PLAIN, flags::DEBUGGING).hash(&mut hasher);
    (pass_through::SOURCES, target, plain, link_arguments).hash(&mut hasher);
    format!("interlace-{:016x}", hasher.finish())
}
