//! Directs a search through the executions of a program, on as many workers as there are.

mod again;
mod bounds;
mod class_sample;
mod difference;
mod findings;
mod first;
mod job;
mod mutant;
mod parallel_search;
mod part_result;
mod plan;
mod reach;
mod stopped;
mod work_queue;
mod worker;

pub(crate) use bounds::{Bounds, Limits};
pub(crate) use class_sample::ClassSample;
pub(crate) use difference::Difference;
pub(crate) use findings::{FailingExecution, Findings, OutcomeSummary, Outcomes, append_outcomes};
pub(crate) use parallel_search::ParallelSearch;
pub(crate) use plan::run_search;
pub(crate) use reach::Reach;
pub use stopped::StoppedBy;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod fault_tests;

#[cfg(test)]
mod repeat_tests;
