//! The registers of a thread that a signal has interrupted in a system call, as its handler finds
//! them. What is changed here the thread goes on with.

#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::ptr;

use super::call::Call;

/// How a system call stands that a signal has interrupted; see signal(7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interrupted {
    /// The kernel is about to begin it anew: it has put the thread back before the instruction.
    Rewound,
    /// The kernel has ended it with an error that says so, as it does with some.
    CutShort,
}

/// The registers, for as long as the handler runs.
pub(super) struct Registers(*mut libc::ucontext_t);

impl Registers {
    /// # Safety
    ///
    /// `context` is what the kernel passed to the handler that is running, and what is returned is
    /// gone when that ends.
    pub(super) unsafe fn of(context: *mut c_void) -> Self {
        Registers(context.cast())
    }

    /// How `call` stands, of which as many arguments are `known`; nothing if the thread is
    /// elsewhere.
    pub(super) fn find(&self, call: &Call, known: usize) -> Option<Interrupted> {
        let size = machine::CALL.len() as u64;
        // What the kernel has written the result to does not tell any more.
        let has = |register, value, result: Option<usize>| {
            result == Some(register) || self.get(register) == value
        };
        let has_all = |result| {
            let arguments = machine::ARGUMENTS.iter().zip(call.arguments).take(known);
            let mut arguments = arguments.map(|(register, value)| (*register, value));
            let number = (machine::NUMBER, call.number.cast_unsigned());
            has(number.0, number.1, result) && arguments.all(|it| has(it.0, it.1, result))
        };
        let next = self.next();
        if has_all(None) && is_call(next) {
            return Some(Interrupted::Rewound);
        }
        let is_interrupted = self.get(machine::RESULT) == error(libc::EINTR);
        let is_cut_short = call.is_cut_short_by_signals() && is_interrupted;
        // A processor that has just come out of a call has its instruction behind it.
        let is_there = is_cut_short && has_all(Some(machine::RESULT)) && is_call(next - size);
        is_there.then_some(Interrupted::CutShort)
    }

    /// Begins the call anew, which was cut short, when the handler ends.
    pub(super) fn rewind(&mut self, call: &Call) {
        self.set_next(self.next() - machine::CALL.len() as u64);
        self.set(machine::NUMBER, call.number.cast_unsigned());
        self.set(machine::ARGUMENTS[0], call.arguments[0]);
    }

    /// Ends the call, which is about to begin anew, with an error.
    pub(super) fn fail(&mut self, with: c_int) {
        self.set_next(self.next() + machine::CALL.len() as u64);
        self.set(machine::RESULT, error(with));
    }

    fn get(&self, register: usize) -> u64 {
        // SAFETY: who made this has promised that the context is there.
        unsafe { *machine::register(self.0, register) }
    }

    fn set(&mut self, register: usize, value: u64) {
        // SAFETY: as above; and the handler is the only one to use it.
        unsafe { *machine::register(self.0, register) = value }
    }

    /// The address of the instruction with which the thread goes on.
    fn next(&self) -> u64 {
        // SAFETY: as above.
        unsafe { *machine::next(self.0) }
    }

    fn set_next(&mut self, address: u64) {
        // SAFETY: as above.
        unsafe { *machine::next(self.0) = address }
    }
}

/// What the kernel returns for an error.
fn error(number: c_int) -> u64 {
    i64::from(-number).cast_unsigned()
}

/// Whether the instruction at this address, at or just before the one with which a thread goes on,
/// is a system call.
fn is_call(address: u64) -> bool {
    let Ok(address) = usize::try_from(address) else {
        return false;
    };
    let instruction = ptr::with_exposed_provenance::<[u8; machine::CALL.len()]>(address);
    // SAFETY: the thread goes on there, or has returned to behind it from a call: so there is code.
    unsafe { instruction.read_unaligned() == machine::CALL }
}

#[cfg(target_arch = "x86_64")]
mod machine {
    use std::ptr;

    /// The instruction `syscall`.
    pub(super) const CALL: [u8; 2] = [0x0f, 0x05];

    /// The result takes the place of the number.
    pub(super) const NUMBER: usize = libc::REG_RAX as usize;
    pub(super) const RESULT: usize = libc::REG_RAX as usize;
    pub(super) const ARGUMENTS: [usize; 6] = [
        libc::REG_RDI as usize,
        libc::REG_RSI as usize,
        libc::REG_RDX as usize,
        libc::REG_R10 as usize,
        libc::REG_R8 as usize,
        libc::REG_R9 as usize,
    ];

    /// # Safety
    ///
    /// There is a context.
    pub(super) unsafe fn register(context: *mut libc::ucontext_t, number: usize) -> *mut u64 {
        // SAFETY: the caller's promise.
        unsafe { ptr::from_mut(&mut (&mut (*context).uc_mcontext.gregs)[number]).cast() }
    }

    /// # Safety
    ///
    /// There is a context.
    pub(super) unsafe fn next(context: *mut libc::ucontext_t) -> *mut u64 {
        // SAFETY: the caller's promise.
        unsafe { register(context, libc::REG_RIP as usize) }
    }
}

#[cfg(target_arch = "aarch64")]
mod machine {
    use std::ptr;

    /// The instruction `svc #0`.
    pub(super) const CALL: [u8; 4] = 0xd400_0001_u32.to_le_bytes();

    pub(super) const NUMBER: usize = 8;
    /// The result takes the place of the first argument.
    pub(super) const RESULT: usize = 0;
    pub(super) const ARGUMENTS: [usize; 6] = [0, 1, 2, 3, 4, 5];

    /// # Safety
    ///
    /// There is a context.
    pub(super) unsafe fn register(context: *mut libc::ucontext_t, number: usize) -> *mut u64 {
        // SAFETY: the caller's promise.
        unsafe { ptr::from_mut(&mut (&mut (*context).uc_mcontext.regs)[number]) }
    }

    /// # Safety
    ///
    /// There is a context.
    pub(super) unsafe fn next(context: *mut libc::ucontext_t) -> *mut u64 {
        // SAFETY: the caller's promise.
        unsafe { &raw mut (*context).uc_mcontext.pc }
    }
}
