//! System calls by the bare instruction.

use std::arch::asm;

use libc::c_long;

use super::super::errno::fail_size;

/// The errors are the results from here to -1.
const FIRST_ERROR: c_long = -4095;

/// Makes a system call as syscall(2) does: -1 and `errno` if it fails.
///
/// # Safety
///
/// As the system call demands.
#[inline]
pub(in super::super) unsafe fn system_call(number: c_long, arguments: [usize; 6]) -> c_long {
    // SAFETY: as the caller promises.
    let result = unsafe { instruction(number, arguments) };
    if (FIRST_ERROR..0).contains(&result) {
        return fail(result);
    }
    result
}

#[cold]
fn fail(result: c_long) -> c_long {
    fail_size(i32::try_from(-result).unwrap_or(libc::ENOSYS)) as c_long
}

#[cfg(target_arch = "x86_64")]
#[inline]
unsafe fn instruction(number: c_long, arguments: [usize; 6]) -> c_long {
    let result;
    // SAFETY: the registers are those of syscall(2), and all that the kernel changes is named.
    // What the call does to memory, the caller answers for.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => result,
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
    result
}

#[cfg(target_arch = "aarch64")]
#[inline]
unsafe fn instruction(number: c_long, arguments: [usize; 6]) -> c_long {
    let result;
    // SAFETY: the registers are those of syscall(2), and all that the kernel changes is named.
    // What the call does to memory, the caller answers for.
    unsafe {
        asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") arguments[0] => result,
            in("x1") arguments[1],
            in("x2") arguments[2],
            in("x3") arguments[3],
            in("x4") arguments[4],
            in("x5") arguments[5],
            options(nostack),
        );
    }
    result
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_call_gives_its_result_or_the_error() {
        // SAFETY: it has no arguments.
        let process = unsafe { system_call(libc::SYS_getpid, [0; 6]) };
        assert_eq!(process, c_long::from(std::process::id()));
        // SAFETY: no file has the number -1.
        let result = unsafe { system_call(libc::SYS_close, [usize::MAX, 0, 0, 0, 0, 0]) };
        let error = io::Error::last_os_error();
        assert_eq!((result, error.raw_os_error()), (-1, Some(libc::EBADF)));
    }
}
