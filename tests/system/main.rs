//! Programs whose threads start others, wait for time, for each other and for wakers, draw by chance
//! and keep thread-locals: what they ask of the system, a run answers. Each wrong program stands beside
//! its right twin, and every count has its reason.

#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod chance;
mod left_over;
mod locals;
mod loops;
mod notified;
mod oracle;
mod panicked;
mod parked;
mod sleeps;
mod started;
mod tasks;
mod timed;
