//! Programs that block: real locks, condition variables, channels and joins, each beside its fixed
//! twin. What is counted is said in `oracle.rs`.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod buffers;
mod channels;
mod declared;
mod handed_over;
mod locks;
mod model;
mod oracle;
mod orders;
mod parking;
mod philosophers;
mod readers;
mod repeated;
mod task_channels;
mod tasks;
mod waits;
