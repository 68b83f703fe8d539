//! Single operations that are changed while the program runs, so that it shows whether a test notices:
//! `cargo interlace mutants`.
//!
//! Which one, and what is done to it, is in the environment, as addresses in the code of the program from its
//! start. Where nothing of that is set, an operation costs a look at one static more.

mod operations;
mod reached;

use core::ffi::{CStr, c_int};
use std::env;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::code::Code;
use crate::engine::aside;
use crate::engine::call::is_controlled;

/// What is done to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutation {
    None,
    /// It orders nothing.
    Relaxed,
    /// It is a load, then a store, which others can come between.
    TwoSteps,
    /// It writes nothing.
    LeftOut,
}

/// The variables by which `cargo interlace` asks for something, as in `cargo-interlace/src/mutants/program.rs`.
/// The change and the addresses of the operation that it is made to.
const MUTANT: &CStr = c"CARGO_INTERLACE_MUTANT";
/// The folder that gets a file with the operations that were reached.
const REACHED: &CStr = c"CARGO_INTERLACE_REACHED";
/// The file that gets the operations that the program has,
const OPERATIONS: &CStr = c"CARGO_INTERLACE_OPERATIONS";
/// of the packages in these folders.
const FOLDERS: &str = "CARGO_INTERLACE_FOLDERS";

/// Whether anything is to be done at an operation.
static IS_ASKED: AtomicBool = AtomicBool::new(false);

impl Mutation {
    /// What is done to the operation whose call returns to `caller`: it has these orders, the second if it fails.
    #[inline]
    pub(super) fn at(caller: usize, orders: [c_int; 2]) -> Self {
        if IS_ASKED.load(Ordering::Relaxed) {
            Self::asked(caller, orders)
        } else {
            Mutation::None
        }
    }

    /// Whether an update is to begin with a load.
    #[inline]
    pub(super) fn is_load(self) -> bool {
        matches!(self, Mutation::TwoSteps | Mutation::LeftOut)
    }

    /// The order of an operation, by its number in C11.
    #[inline]
    pub(super) fn order(self, order: c_int) -> c_int {
        if self == Mutation::Relaxed { 0 } else { order }
    }

    #[cold]
    fn asked(caller: usize, orders: [c_int; 2]) -> Self {
        match asked() {
            Asked::Mutant(mutation, addresses) if addresses.contains(&caller) => *mutation,
            Asked::Mutant(..) => Mutation::None,
            Asked::Reached => {
                reached::note(caller, orders, is_controlled());
                Mutation::None
            }
        }
    }
}

/// The order of the load that is a part of an update.
pub(super) fn of_load_part(order: c_int) -> c_int {
    match order {
        3 => 0,
        4 => 2,
        order => order,
    }
}

/// The order of the store that is a part of an update.
pub(super) fn of_store_part(order: c_int) -> c_int {
    match order {
        1 | 2 => 0,
        4 => 3,
        order => order,
    }
}

/// What is to be done.
enum Asked {
    Reached,
    /// A change of the operations whose calls return to these addresses.
    Mutant(Mutation, Vec<usize>),
}

fn asked() -> &'static Asked {
    static ASKED: OnceLock<Asked> = OnceLock::new();
    ASKED
        .get()
        .unwrap_or_else(|| aside(|| ASKED.get_or_init(from_environment)))
}

fn from_environment() -> Asked {
    let mutant = MUTANT.to_str().ok().and_then(|it| env::var(it).ok());
    let Some(mutant) = mutant else {
        return Asked::Reached;
    };
    let mut words = mutant.split(' ');
    let mutation = match words.next() {
        Some("relaxed") => Mutation::Relaxed,
        Some("two-steps") => Mutation::TwoSteps,
        Some("left-out") => Mutation::LeftOut,
        _ => Mutation::None,
    };
    let start = own_code().map_or(0, |it| it.start());
    let offsets = words.filter_map(|it| usize::from_str_radix(it, 16).ok());
    Asked::Mutant(mutation, offsets.map(|it| start + it).collect())
}

/// The code that this is in: that of the program.
fn own_code() -> Option<Code> {
    Code::around(own_code as fn() -> Option<Code> as usize)
}

/// Runs before the program does.
#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;

extern "C" fn begin() {
    // SAFETY: the name ends with a zero, and nobody changes the environment yet.
    let is_set = |name: &CStr| !unsafe { libc::getenv(name.as_ptr()) }.is_null();
    let notes = is_set(REACHED);
    IS_ASKED.store(notes || is_set(MUTANT), Ordering::Relaxed);
    if notes || is_set(OPERATIONS) {
        // SAFETY: it takes nothing, and does not unwind.
        unsafe { libc::atexit(end) };
    }
}

/// Runs when the program has ended. What cannot be written is missed by who reads it.
extern "C" fn end() {
    let path = |name: &CStr| name.to_str().ok().and_then(env::var_os);
    let Some(code) = own_code() else {
        return;
    };
    if let Some(folder) = path(REACHED) {
        let _ = reached::write(Path::new(&folder), &code);
    }
    if let Some(file) = path(OPERATIONS) {
        let folders = env::var_os(FOLDERS).unwrap_or_default();
        let folders: Vec<_> = env::split_paths(&folders).collect();
        let _ = operations::write(Path::new(&file), &code, &folders);
    }
}
