//! Reduced searches of small programs, compared with all their executions.

mod brute_force;
mod counts;
mod machine;
mod mutants;
mod shards;
mod workers;
