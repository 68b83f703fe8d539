//! What an instrumented build calls at each access to shared memory: the symbols of LLVM's thread
//! sanitizer, which `cargo interlace` has the compiler insert.
//!
//! A call at an atomic access *is* the access. On a thread that a run controls it is a scheduling point
//! first. The calls before plain accesses tell who looks for races.
//!
//! These symbols are there only under `cfg(interlace)`, which the subcommand sets: no other build that
//! links this crate is kept from using the sanitizer itself.

#![allow(unsafe_code)]

#[macro_use]
mod symbol;

mod atomic;
mod callers;
mod code;
mod fence;
mod mutant;
mod names;
mod plain;
mod point;
mod races;
mod role;
mod seen;
mod sites;
mod source_lines;
mod std_functions;
mod symbols;

pub(crate) use callers::{Caller, callers};
pub(crate) use sites::marker_site;
