//! Code as it lies in memory: which functions it calls, and from where.

use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::{ptr, slice};

/// The code of one of the files that are loaded.
pub(super) struct Code(Range<usize>);

/// A call in the code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) returns_to: usize,
    pub(super) function: usize,
}

impl Code {
    /// The code that `address` is in, if that was loaded from a file.
    pub(super) fn around(address: usize) -> Option<Self> {
        let mut search = Search {
            address,
            found: None,
        };
        // SAFETY: it calls `visit` back with what that takes, before it returns.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast::<c_void>()) };
        search.found.map(Code)
    }

    /// Where it begins.
    pub(super) fn start(&self) -> usize {
        self.0.start
    }

    /// How far an address in it is from its start: the same in each process that runs this file.
    pub(super) fn offset(&self, address: usize) -> Option<usize> {
        self.0.contains(&address).then(|| address - self.0.start)
    }

    /// The call that returns to `address`, if there is one, to a function in the same file.
    pub(super) fn call_before(&self, address: usize) -> Option<Call> {
        /// What an instruction may have at most before it.
        const LONGEST: usize = 16;
        if !(self.0.start + LONGEST..=self.0.end).contains(&address) {
            return None;
        }
        // SAFETY: the bytes before it are code, and stay as long as the file is loaded.
        let function = unsafe { called_before(address) }?;
        let returns_to = address;
        let call = Call {
            returns_to,
            function,
        };
        self.0.contains(&function).then_some(call)
    }

    /// The calls behind `address`, the nearest first.
    pub(super) fn calls_after(&self, address: usize) -> impl Iterator<Item = Call> {
        (address + 1..=self.0.end).filter_map(|at| self.call_before(at))
    }

    /// The calls before `address`, the nearest first.
    pub(super) fn calls_before(&self, address: usize) -> impl Iterator<Item = Call> {
        let earlier = (self.0.start..address).rev();
        earlier.filter_map(|at| self.call_before(at))
    }
}

struct Search {
    address: usize,
    found: Option<Range<usize>>,
}

/// Looks for the address in one of the files.
unsafe extern "C" fn visit(
    file: *mut libc::dl_phdr_info,
    _size: usize,
    search: *mut c_void,
) -> c_int {
    // SAFETY: `around` has passed it, and waits.
    let search = unsafe { &mut *search.cast::<Search>() };
    // SAFETY: dl_iterate_phdr(3) says that it is there during the call.
    let file = unsafe { &*file };
    // SAFETY: as above; they are as many as it says.
    let segments = unsafe { slice::from_raw_parts(file.dlpi_phdr, usize::from(file.dlpi_phnum)) };
    for segment in segments {
        let is_code = segment.p_type == libc::PT_LOAD && segment.p_flags & libc::PF_X != 0;
        #[allow(clippy::cast_possible_truncation, reason = "addresses of this process")]
        let [base, offset, length] =
            [file.dlpi_addr, segment.p_vaddr, segment.p_memsz].map(|it| it as usize);
        let begin = base.wrapping_add(offset);
        let code = begin..begin + length;
        if is_code && code.contains(&search.address) {
            search.found = Some(code);
            return 1;
        }
    }
    0
}

/// The function that is called by the instruction that ends at `address`, if that looks like a call.
///
/// # Safety
///
/// The 16 bytes before it can be read.
#[cfg(target_arch = "x86_64")]
unsafe fn called_before(address: usize) -> Option<usize> {
    /// `call`, with the distance to the function in the four bytes that follow.
    const CALL: u8 = 0xe8;
    let code = ptr::with_exposed_provenance::<[u8; 5]>(address - 5);
    // SAFETY: as the caller promises.
    let [call, distance @ ..] = unsafe { code.read_unaligned() };
    let distance = i32::from_le_bytes(distance) as isize;
    (call == CALL).then(|| address.wrapping_add_signed(distance))
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
unsafe fn called_before(address: usize) -> Option<usize> {
    /// `bl`, in the upper six bits. The distance is in the others, in words of four bytes.
    const CALL: u32 = 0b10_0101;
    let code = ptr::with_exposed_provenance::<u32>(address - 4);
    // SAFETY: as the caller promises.
    let code = u32::from_le(unsafe { code.read_unaligned() });
    let distance = (code << 6).cast_signed() >> 4;
    (code >> 26 == CALL).then(|| (address - 4).wrapping_add_signed(distance as isize))
}
