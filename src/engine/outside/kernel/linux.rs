//! System calls of Linux.

#![allow(unsafe_code)]

use std::arch::asm;
use std::ptr;
use std::time::Duration;

use libc::c_long;

use super::poll_entry::PollEntry;

/// Whether threads say what they sleep in.
pub(in super::super) const SEES_THREADS: bool = true;

/// Whether the word at `address` is `expected`. The kernel compares, so memory that is gone is
/// simply not the word; and it does so in order with waits and wake-ups at that address.
pub(in super::super) fn is_word(address: usize, expected: u32) -> bool {
    // Requeueing none of those that wait, after waking none of them, is to compare. futex(2)
    compare_requeue(address, expected, 0) == 0
}

/// How many wait at `address` whom the kernel knows of, so that they do not look at the word again
/// before they are woken; none if it is not `expected`.
pub(in super::super) fn waiting_at(address: usize, expected: u32) -> usize {
    // To requeue all of them to where they are moves none, but counts them.
    let count = compare_requeue(address, expected, libc::c_int::MAX);
    usize::try_from(count).unwrap_or(0)
}

/// Requeues at most `count` of those that wait at `address` to the same place.
fn compare_requeue(address: usize, expected: u32, count: libc::c_int) -> c_long {
    let operation = libc::FUTEX_CMP_REQUEUE | libc::FUTEX_PRIVATE_FLAG;
    let [operation, count] = [operation, count].map(|word| word.cast_unsigned() as usize);
    let arguments = [address, operation, 0, count, address, expected as usize];
    // SAFETY: the call writes to no memory, and reads that at `address` if it is there.
    unsafe { system_call(libc::SYS_futex, arguments) }
}

/// Lets all that wait at `address` look again. A futex wait may end for no reason.
pub(in super::super) fn wake_all(address: usize) {
    wake(address, usize::MAX, u32::MAX);
}

/// Wakes at most `count` of those that wait at `address`. Returns how many.
pub(in super::super) fn wake(address: usize, count: usize, mask: u32) -> usize {
    let mut woken = 0;
    for flags in [libc::FUTEX_PRIVATE_FLAG, 0] {
        let operation = (libc::FUTEX_WAKE_BITSET | flags).cast_unsigned() as usize;
        let left = i32::try_from(count - woken).unwrap_or(i32::MAX);
        if left == 0 {
            break;
        }
        let arguments = [
            address,
            operation,
            left.cast_unsigned() as usize,
            0,
            0,
            mask as usize,
        ];
        // SAFETY: the call touches no memory of this process.
        let answer = unsafe { system_call(libc::SYS_futex, arguments) };
        woken += usize::try_from(answer).unwrap_or(0);
    }
    woken
}

/// Whether one of the files is ready, or is not open.
pub(in super::super) fn is_ready(entries: &mut [PollEntry]) -> bool {
    let no_time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let (first, time) = (
        entries.as_mut_ptr().expose_provenance(),
        (&raw const no_time).expose_provenance(),
    );
    // SAFETY: the entries and the time, whose addresses the kernel gets, live longer than the call.
    let answer = unsafe { system_call(libc::SYS_ppoll, [first, entries.len(), time, 0, 0, 0]) };
    answer != 0
}

/// Sleeps by the real clock.
pub(in super::super) fn nap(time: Duration) {
    let time = libc::timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: time.subsec_nanos().into(),
    };
    // SAFETY: the time lives longer than the call.
    unsafe {
        system_call(
            libc::SYS_nanosleep,
            [(&raw const time).expose_provenance(), 0, 0, 0, 0, 0],
        )
    };
}

/// The real time since some moment.
pub(in super::super) fn now() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let clock = usize::try_from(libc::CLOCK_MONOTONIC).unwrap_or(0);
    // SAFETY: the time lives longer than the call, which fills it in.
    unsafe {
        system_call(
            libc::SYS_clock_gettime,
            [clock, (&raw mut time).expose_provenance(), 0, 0, 0, 0],
        )
    };
    let nanos = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), nanos)
}

/// The name of the calling thread.
pub(in super::super) fn thread_name() -> String {
    let mut name = [0_u8; 16];
    let get = usize::try_from(libc::PR_GET_NAME).unwrap_or(0);
    // SAFETY: the kernel writes at most 16 bytes, the last of which is 0. PR_GET_NAME(2const)
    unsafe {
        system_call(
            libc::SYS_prctl,
            [get, name.as_mut_ptr().expose_provenance(), 0, 0, 0, 0],
        )
    };
    let text = name.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// # Safety
///
/// The arguments must be such that the call keeps to memory that it may use.
#[cfg(target_arch = "x86_64")]
unsafe fn system_call(number: c_long, arguments: [usize; 6]) -> c_long {
    let arguments = arguments.map(ptr::with_exposed_provenance::<()>);
    let answer: c_long;
    // SAFETY: as the caller has promised. The kernel changes no other registers than these.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => answer,
            in("rdi") arguments[0],
            in("rsi") arguments[1],
            in("rdx") arguments[2],
            in("r10") arguments[3],
            in("r8") arguments[4],
            in("r9") arguments[5],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    answer
}

/// # Safety
///
/// The arguments must be such that the call keeps to memory that it may use.
#[cfg(target_arch = "aarch64")]
unsafe fn system_call(number: c_long, arguments: [usize; 6]) -> c_long {
    let arguments = arguments.map(ptr::with_exposed_provenance::<()>);
    let answer: c_long;
    // SAFETY: as the caller has promised. The kernel changes no other register than the first.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") arguments[0] => answer,
            in("x1") arguments[1],
            in("x2") arguments[2],
            in("x3") arguments[3],
            in("x4") arguments[4],
            in("x5") arguments[5],
            options(nostack),
        );
    }
    answer
}
