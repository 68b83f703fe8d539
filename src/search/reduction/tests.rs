//! Reduced searches of small programs, compared with all their executions.

mod brute_force;
mod commuting;
mod counts;
mod machine;
mod mutants;
mod nearest;
mod program;
mod references;
mod shards;
mod sharing;
mod workers;
