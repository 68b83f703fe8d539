//! The symbols of libc: where the real ones are, and how ours are defined.

use std::ffi::CStr;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::c_void;

/// A function of libc, which is looked up when it is first called.
pub(super) struct Real {
    address: AtomicPtr<c_void>,
    name: &'static CStr,
}

impl Real {
    pub(super) const fn new(name: &'static CStr) -> Self {
        let address = AtomicPtr::new(ptr::null_mut());
        Real { address, name }
    }

    #[inline]
    pub(super) fn address(&self) -> *mut c_void {
        // Nothing but the address itself is passed from thread to thread.
        let address = self.address.load(Ordering::Relaxed);
        if address.is_null() {
            return self.look_up();
        }
        address
    }

    #[cold]
    fn look_up(&self) -> *mut c_void {
        let name = self.name.as_ptr();
        // The oldest `pthread_cond_…` of x86-64, which `dlsym` would find, are for condition
        // variables of another layout.
        let is_condition = self.name.to_bytes().starts_with(b"pthread_cond_");
        let version = is_condition.then_some(c"GLIBC_2.3.2");
        // SAFETY: names and version are C strings. `RTLD_NEXT` means those after this program.
        let address = unsafe {
            let versioned = version.map(|it| libc::dlvsym(libc::RTLD_NEXT, name, it.as_ptr()));
            match versioned {
                Some(address) if !address.is_null() => address,
                _ => libc::dlsym(libc::RTLD_NEXT, name),
            }
        };
        if address.is_null() {
            self.miss();
        }
        self.address.store(address, Ordering::Relaxed);
        address
    }

    /// Ends the process: the program calls what its libc does not have.
    fn miss(&self) -> ! {
        let name = self.name.to_string_lossy();
        eprintln!("interlace: libc has no `{name}`, which this program calls");
        std::process::abort();
    }
}

/// The address of a hook, which is never read.
pub(super) struct Taken(#[allow(dead_code, reason = "only there")] pub(super) *const ());

// SAFETY: nothing is done with the address.
unsafe impl Sync for Taken {}

/// Defines functions of libc as Rust functions that call the real one.
macro_rules! real {
    ($(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        pub(super) mod real {
            #[allow(unused_imports, reason = "not each file has types of its own")]
            use super::*;
            $(
                /// The function of this name in libc.
                ///
                /// # Safety
                ///
                /// As libc demands.
                #[inline]
                pub(in crate::system) unsafe fn $name($($argument: $type),*) -> $result {
                    static REAL: crate::system::real::Real = {
                        let name = concat!(stringify!($name), "\0").as_bytes();
                        match std::ffi::CStr::from_bytes_with_nul(name) {
                            Ok(name) => crate::system::real::Real::new(name),
                            Err(_) => panic!("a name has no zero inside"),
                        }
                    };
                    type Function = unsafe extern "C-unwind" fn($($type),*) -> $result;
                    // SAFETY: libc's function of this name has this type, and the caller promises
                    // what it demands.
                    unsafe {
                        std::mem::transmute::<*mut libc::c_void, Function>(REAL.address())($($argument),*)
                    }
                }
            )*
        }
    };
}

/// Defines symbols of libc. On a controlled thread they call the function of the same name in the
/// module `controlled` beside them; otherwise the call is passed on as the word before `fn` says:
///
/// - `plain`: it neither sleeps nor wakes;
/// - `sleeps`: the thread may sleep in it;
/// - `pauses`: it ends after some time;
/// - `reads`: the thread may sleep until its first argument, a file, has input;
/// - `noted`: by the module `uncontrolled` beside them, which notes what the thread sleeps in;
/// - `wakes`: it may wake all those that wait for its first argument;
/// - `signals`: it may wake one of those;
/// - `always`: not at all; `controlled` serves all threads.
///
/// Where a call may sleep or wake, executions of other searches could notice it.
///
/// They may unwind, since an ended execution may have to leave the frames above.
macro_rules! interpose {
    ($($kind:ident fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        real! { $(fn $name($($argument: $type),*) -> $result;)* }
        stand_in! { $($kind fn $name($($argument: $type),*) -> $result;)* }
    };
}

/// As [`interpose`], without a function that calls the real one.
macro_rules! stand_in {
    ($($kind:ident fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        mod hook {
            #[allow(unused_imports, reason = "not each file has types of its own")]
            use super::*;
            $(
                #[allow(unreachable_code, clippy::diverging_sub_expression, reason = "not each function returns")]
                unsafe extern "C-unwind" fn $name($($argument: $type),*) -> $result {
                    // SAFETY: the caller promises what libc demands, and `controlled` no more.
                    unsafe {
                        passed_on!($kind $name($($argument),*));
                        outside!($kind);
                        controlled::$name($($argument),*)
                    }
                }

                define!($name);
            )*
        }
    };
}

/// What the rest of a hook does is done by this library, if it may need memory.
macro_rules! outside {
    (always) => {};
    ($kind:ident) => {
        let _outside = crate::memory::step_out();
    };
}

/// Returns from a hook with what the real function gives, if no run controls the calling thread.
macro_rules! passed_on {
    (always $name:ident($($argument:ident),*)) => {};
    (plain $name:ident($($argument:ident),*)) => {
        if !crate::engine::call::is_controlled() {
            return real::$name($($argument),*);
        }
    };
    (sleeps $name:ident($($argument:ident),*)) => {
        if !crate::engine::call::is_controlled() {
            return crate::system::outside::sleeping(|| real::$name($($argument),*));
        }
        crate::engine::call::take_process_lock();
    };
    (pauses $name:ident($($argument:ident),*)) => {
        if !crate::engine::call::is_controlled() {
            return crate::system::outside::pausing(|| real::$name($($argument),*));
        }
    };
    (reads $name:ident($first:ident $(, $argument:ident)*)) => {
        if !crate::engine::call::is_controlled() {
            crate::system::file::wait_outside($first, libc::POLLIN, libc::SO_RCVTIMEO);
            return real::$name($first $(, $argument)*);
        }
        crate::engine::call::take_process_lock();
    };
    (noted $name:ident($($argument:ident),*)) => {
        if !crate::engine::call::is_controlled() {
            return uncontrolled::$name($($argument),*);
        }
        crate::engine::call::take_process_lock();
    };
    (signals $name:ident($first:ident)) => {
        if !crate::engine::call::is_controlled() {
            let queue = $first.addr();
            return crate::system::outside::signalling(queue, || real::$name($first));
        }
        crate::engine::call::take_process_lock();
    };
    (wakes $name:ident($first:ident $(, $argument:ident)*)) => {
        if !crate::engine::call::is_controlled() {
            let queue = $first.addr();
            return crate::system::outside::waking(queue, || real::$name($first $(, $argument)*));
        }
        crate::engine::call::take_process_lock();
    };
}

/// Defines a symbol that jumps to the hook of its name in scope. It is weak, which only assembly
/// can say, so that it gives way to one of the program's own. The static makes the linker take the
/// object file in which it lies: nothing else of it may be called.
///
/// It has no size: `.size` needs a label of its own, and where assembly defines one, LLVM inlines no
/// function with assembly from that object file into others, as those that switch stacks.
macro_rules! define {
    ($name:ident) => {
        const _: () = {
            #[used]
            static TAKEN: crate::system::real::Taken =
                crate::system::real::Taken($name as *const ());
        };
        #[cfg(target_arch = "x86_64")]
        define!($name, "jmp");
        #[cfg(target_arch = "aarch64")]
        define!($name, "b");
    };
    ($name:ident, $jump:literal) => {
        std::arch::global_asm!(
            concat!(".pushsection .text.interlace.", stringify!($name), ",\"ax\",%progbits"),
            ".balign 16",
            concat!(".weak ", stringify!($name)),
            concat!(".type ", stringify!($name), ", %function"),
            concat!(stringify!($name), ":"),
            concat!($jump, " {hook}"),
            ".popsection",
            hook = sym $name,
        );
    };
}
