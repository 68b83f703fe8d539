//! Goes on in a frame further up the stack, as if the function that it waits for had called another.

use std::arch::asm;
use std::ffi::c_int;

#[cfg(target_arch = "x86_64")]
/// The registers that functions preserve, by their numbers in debug information: rbx, rbp, r12 to
/// r15.
pub(super) const SAVED: [c_int; 6] = [3, 6, 12, 13, 14, 15];

#[cfg(target_arch = "aarch64")]
/// The registers that functions preserve, by their numbers in debug information: x19 to x29, d8 to
/// d15.
pub(super) const SAVED: [c_int; 19] = [
    19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 72, 73, 74, 75, 76, 77, 78, 79,
];

/// A frame at a call that has not returned.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Suspended {
    /// The values of [`SAVED`].
    pub(super) saved: [usize; SAVED.len()],
    /// The stack pointer as it is when the call has returned.
    pub(super) stack_pointer: usize,
    /// Where the call returns to.
    pub(super) address: usize,
}

impl Suspended {
    /// Goes on as if the call were one of `callee`. All frames below are left.
    ///
    /// # Safety
    ///
    /// It is a frame of the calling thread, and further up than the caller. Nothing that the frames
    /// below own is needed, and the frame copes with the unwinding of `callee`.
    pub(super) unsafe fn go_on_in(self, callee: extern "C-unwind" fn() -> !) -> ! {
        let frame = &raw const self;
        // SAFETY: all registers that the frame relies on after a call are restored. The fields are
        // read before the stack pointer moves above them.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            asm!(
                "mov rbx, [rdi]",
                "mov rbp, [rdi + 8]",
                "mov r12, [rdi + 16]",
                "mov r13, [rdi + 24]",
                "mov r14, [rdi + 32]",
                "mov r15, [rdi + 40]",
                "mov rax, [rdi + 56]",
                "mov rsp, [rdi + 48]",
                "push rax",
                "jmp rsi",
                in("rdi") frame,
                in("rsi") callee,
                options(noreturn),
            )
        }
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        unsafe {
            asm!(
                "ldp x19, x20, [x0]",
                "ldp x21, x22, [x0, #16]",
                "ldp x23, x24, [x0, #32]",
                "ldp x25, x26, [x0, #48]",
                "ldp x27, x28, [x0, #64]",
                "ldr x29, [x0, #80]",
                "ldp d8, d9, [x0, #88]",
                "ldp d10, d11, [x0, #104]",
                "ldp d12, d13, [x0, #120]",
                "ldp d14, d15, [x0, #136]",
                "ldp x9, x30, [x0, #152]",
                "mov sp, x9",
                "br x16",
                in("x0") frame,
                in("x16") callee,
                options(noreturn),
            )
        }
    }
}
