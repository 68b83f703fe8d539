//! Programs as loom has them, on interlace, loom and shuttle: what each finds, after how many executions, and
//! in which time.
//!
//! The source of the programs is one (`programs/`), compiled with the types of each tool. Interlace's are those
//! of std, in an executable that `cargo interlace run` builds (`instrumented/`).

#[path = "../programs/answer.rs"]
mod answer;
mod expected;
mod loom;
mod race;
mod rows;
mod shuttle;
mod tool;

pub(crate) use race::run;
pub(crate) use tool::search;
