//! The few system calls that looking at other threads needs. On Linux they are made by the bare
//! instruction, since the functions of libc are hooks of ours.

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
mod elsewhere;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod linux;
mod poll_entry;

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
pub(super) use elsewhere::{
    SEES_THREADS, is_ready, is_word, nap, now, thread_name, waiting_at, wake, wake_all,
};
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub(super) use linux::{
    SEES_THREADS, is_ready, is_word, nap, now, thread_name, waiting_at, wake, wake_all,
};
pub(crate) use poll_entry::PollEntry;
