//! The register by which a thread finds its thread-locals.

use std::arch::asm;

/// Whether user code may set the register.
pub(super) fn is_settable() -> bool {
    /// The bit with which Linux tells that `wrfsbase` is not an illegal instruction.
    #[cfg(target_arch = "x86_64")]
    const HWCAP2_FSGSBASE: libc::c_ulong = 2;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: it reads what the kernel has told the process at its start.
    return unsafe { libc::getauxval(libc::AT_HWCAP2) } & HWCAP2_FSGSBASE != 0;
    #[cfg(target_arch = "aarch64")]
    true
}

/// The value of the calling thread.
#[inline]
pub(super) fn current() -> usize {
    let pointer: usize;
    // SAFETY: it only reads. On x86-64 the first word of every block is its own address, which is
    // faster to read than the register.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("mov {}, fs:0", out(reg) pointer, options(nostack, preserves_flags, readonly));
        #[cfg(target_arch = "aarch64")]
        asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, preserves_flags, nomem));
    }
    pointer
}

/// Has the calling thread use the thread-locals of another.
///
/// # Safety
///
/// [`is_settable`], the value is that of a live thread, and nobody else uses the thread-locals of
/// that thread. Code that goes on after this, up to the next stack switch, must use none: the
/// compiler may have computed their addresses before.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) unsafe fn set(pointer: usize) {
    // SAFETY: as the caller promises.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("wrfsbase {}", in(reg) pointer, options(nostack, preserves_flags));
        #[cfg(target_arch = "aarch64")]
        asm!("msr tpidr_el0, {}", in(reg) pointer, options(nostack, preserves_flags));
    }
}
