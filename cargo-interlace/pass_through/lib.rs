//! What instrumented code calls where it is linked without Interlace.

#![no_std]

#[macro_use]
mod std_functions;
#[macro_use]
mod symbol;

mod atomic;
mod fence;
mod mutant;
mod plain;
mod point;
mod races;
mod table;
