//! The functions of std that synchronise and are compiled with it, which instrumented code must call
//! elsewhere: their names for the linker, as they are in the std of a toolchain.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::read::archive::ArchiveFile;
use object::{File, Object as _, ObjectSymbol as _, SymbolKind};

use crate::toolchain::{Toolchain, text};

macro_rules! std_functions {
    ($($name:ident = $path:literal,)*) => {
        /// The names that they have here, and their paths in std.
        pub(super) const WRAPPED: &[(&str, &str)] = &[$((stringify!($name), $path),)*];
    };
}

#[path = "../pass_through/table.rs"]
mod table;

use table::WRAPPED;

/// Where std synchronises.
const MODULES: [&str; 4] = [
    "std::sync::",
    "std::sys::sync::",
    "std::sys::pal::unix::futex::",
    "std::thread::",
];

/// What else is in these modules, and can stay as it is: it changes nothing that others see, or is called only
/// by what is compiled with it, or does no more than call the system, which is seen.
const HARMLESS: [&str; 22] = [
    "std::sync::lazy_lock::panic_poisoned",
    // A new one, which nobody else knows.
    "std::sync::mpmc::context::Context::new",
    "std::sys::pal::unix::futex::futex_wake",
    "std::sys::pal::unix::futex::futex_wake_all",
    "std::sys::sync::mutex::futex::Mutex::wake",
    "std::thread::builder::Builder::name",
    "std::thread::current::current",
    "std::thread::current::current_or_unnamed",
    "std::thread::functions::available_parallelism",
    "std::thread::functions::sleep",
    "std::thread::functions::sleep_ms",
    "std::thread::functions::sleep_until",
    "std::thread::functions::yield_now",
    // A number that nobody else has: which one is nothing that a program may rely on.
    "std::thread::id::ThreadId::new",
    "std::thread::local::panic_access_error",
    "std::thread::spawnhook::ChildSpawnHooks::run",
    "std::thread::spawnhook::run_spawn_hooks",
    "std::thread::thread::Thread::from_raw",
    "std::thread::thread::Thread::name",
    "std::thread::thread::Thread::new",
    "std::thread::scoped::scope",
    "std::sync::mpmc::waker::current_thread_id",
];

/// The options of the linker by which calls of functions of std go to those of these names instead.
///
/// # Errors
///
/// If this std has others than are known.
pub(crate) fn link_arguments(toolchain: &Toolchain, target: &str) -> Result<String, String> {
    let mut all = Vec::new();
    for library in ["core", "std"] {
        let library = find(library, toolchain, target)?;
        let unreadable = |error: &dyn std::fmt::Display| {
            format!("{} cannot be read: {error}", library.display())
        };
        let bytes = fs::read(&library).map_err(|error| unreadable(&error))?;
        all.extend(functions(&bytes).map_err(|error| unreadable(&error))?);
    }
    arguments(&all).map_err(|why| {
        let compiler = toolchain.version.lines().next().unwrap_or_default();
        format!(
            "the standard library of {compiler}, for {target}, is not one that `cargo interlace` knows: {why}. \
             What it does there would not be seen.\nTry another version of Rust, or of this program"
        )
    })
}

/// Where the library of this name is, one of those that make up std.
fn find(library: &str, toolchain: &Toolchain, target: &str) -> Result<PathBuf, String> {
    let mut rustc = Command::new(&toolchain.rustc);
    let folder = text(rustc.args(["--print", "target-libdir", "--target", target]))?;
    let folder = Path::new(folder.trim_end());
    let start = format!("lib{library}-");
    let is_searched = |path: &PathBuf| {
        let name = path.file_stem().and_then(|it| it.to_str());
        let is_library = path.extension().is_some_and(|it| it == "rlib");
        is_library && name.is_some_and(|it| it.starts_with(&start))
    };
    let entries = fs::read_dir(folder).ok().into_iter().flatten().flatten();
    let found = entries.map(|it| it.path()).find(is_searched);
    found.ok_or_else(|| {
        format!(
            "there is no standard library for {target} in {}: `rustup target add {target}`",
            folder.display()
        )
    })
}

/// A function: its path, and its name for the linker.
type Function = (String, String);

/// All functions in an archive that others may call.
fn functions(archive: &[u8]) -> object::Result<Vec<Function>> {
    let mut functions = Vec::new();
    for member in ArchiveFile::parse(archive)?.members() {
        let member = member?;
        if !member.name().ends_with(b".o") {
            continue;
        }
        for symbol in File::parse(member.data(archive)?)?.symbols() {
            if symbol.kind() == SymbolKind::Text && symbol.is_definition() && symbol.is_global() {
                let name = symbol.name()?;
                functions.push((path(name), name.to_owned()));
            }
        }
    }
    Ok(functions)
}

/// The path of a function, as people write it, by its name for the linker. What belongs to a type has that in
/// brackets, if mangled in the newer way.
fn path(name: &str) -> String {
    let path = format!("{:#}", rustc_demangle::demangle(name));
    let of_type = path.strip_prefix('<').and_then(|it| it.split_once(">::"));
    match of_type {
        Some((of, rest)) if !of.contains([' ', '<']) => format!("{of}::{rest}"),
        _ => path,
    }
}

/// # Errors
///
/// If a function is missing, or there is one that is not known.
fn arguments(functions: &[Function]) -> Result<String, String> {
    let mut arguments = vec!["-Wl".to_owned()];
    for (name, path) in WRAPPED {
        let symbols = functions.iter().filter(|(other, _)| other == path);
        let [(_, symbol)] = symbols.collect::<Vec<_>>()[..] else {
            return Err(format!("it has no `{path}`, or several"));
        };
        arguments.push(format!("--wrap={symbol}"));
        arguments.push(format!("--defsym=__wrap_{symbol}=interlace_std_{name}"));
        arguments.push(format!("--defsym=interlace_real_{name}=__real_{symbol}"));
    }
    let is_known =
        |path: &str| WRAPPED.iter().any(|(_, known)| *known == path) || HARMLESS.contains(&path);
    let paths = functions.iter().map(|(path, _)| &**path);
    let mut own = paths.filter(|path| MODULES.iter().any(|it| path.starts_with(it)));
    match own.find(|path| !is_known(path)) {
        Some(unknown) => Err(format!("it has `{unknown}`, which may synchronise threads")),
        None => Ok(arguments.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<Function> {
        let all = WRAPPED.iter().map(|(_, path)| *path).chain(HARMLESS);
        all.map(|path| (path.to_owned(), path.replace(':', "_")))
            .collect()
    }

    #[test]
    fn a_path_is_the_same_in_both_ways_of_mangling() {
        let legacy = "_ZN3std4sync4once4Once4wait17h0123456789abcdefE";
        let newer = "_RNvMNtNtCs1234_3std4sync4onceNtB2_4Once4wait";
        let trait_function =
            "_RNvXNtNtCs1234_3std4sync4onceNtB2_4OnceNtNtCs5678_4core3fmt5Debug3fmt";
        assert_eq!(path(legacy), "std::sync::once::Once::wait");
        assert_eq!(path(newer), "std::sync::once::Once::wait");
        assert!(path(trait_function).starts_with('<'));
    }

    #[test]
    fn each_function_goes_to_its_name_here_and_keeps_another() {
        let arguments = arguments(&known()).unwrap();
        let once = "std__sys__sync__once__futex__Once__call";
        let expected = format!(
            ",--wrap={once},--defsym=__wrap_{once}=interlace_std_once_call,\
             --defsym=interlace_real_once_call=__real_{once}"
        );
        assert!(arguments.contains(&expected), "{arguments}");
        assert_eq!(arguments.matches("--wrap=").count(), WRAPPED.len());
    }

    #[test]
    fn a_std_with_other_functions_is_refused() {
        let mut missing = known();
        missing.retain(|(path, _)| !path.ends_with("Barrier::wait"));
        let error = arguments(&missing).unwrap_err();
        assert_eq!(
            error,
            "it has no `std::sync::barrier::Barrier::wait`, or several"
        );
        let mut more = known();
        more.push(("std::sync::latch::Latch::wait".to_owned(), String::new()));
        let error = arguments(&more).unwrap_err();
        assert_eq!(
            error,
            "it has `std::sync::latch::Latch::wait`, which may synchronise threads"
        );
    }
}
