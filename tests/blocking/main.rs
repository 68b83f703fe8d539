//! Programs that block: real locks, condition variables, channels, joins and system calls, each beside
//! its fixed twin. What is counted is said in `oracle.rs`.

#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod beside;
mod buffers;
mod calls;
mod cancelled;
mod channels;
mod cycles;
mod declared;
mod files;
mod handed_over;
mod locks;
mod mailbox;
mod model;
mod oracle;
mod orders;
mod outside;
mod parking;
mod philosophers;
mod questions;
mod readers;
mod repeated;
mod shared;
mod task_channels;
mod tasks;
mod waits;
