//! What the loader has put into memory: the statics of the program and of its libraries, and where
//! thread-locals are.

use std::ffi::CStr;
use std::ops::Range;
use std::slice;

use super::span::Span;

/// What was loaded when the first execution began.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// What can be written of the executable and of its libraries.
    pub(super) statics: Vec<Range<usize>>,
    /// The same of libc and of the loader. No execution puts anything back there: they know what they
    /// have told the kernel.
    pub(super) of_system: Vec<Span>,
    /// Where the thread-locals of these modules are, from the thread pointer on: they are put back with
    /// the block of a thread.
    locals: Option<Range<isize>>,
}

impl Modules {
    pub(super) fn look_up() -> Self {
        let mut modules = Modules::default();
        let argument = (&raw mut modules).cast();
        // SAFETY: the callback has the right type, and takes its argument for what it is.
        unsafe { libc::dl_iterate_phdr(Some(add), argument) };
        modules
    }

    /// Where the calling thread has thread-locals.
    pub(super) fn locals(&self) -> Span {
        let pointer = thread_pointer();
        self.locals.clone().map_or(Span::default(), |range| {
            let [start, end] = [range.start, range.end].map(|it| pointer.wrapping_add_signed(it));
            Span::new(start, end)
        })
    }

    fn add_locals(&mut self, start: usize, size: usize) {
        /// More than the thread-locals have that come with the start of a thread.
        const FAR: usize = 1 << 20;
        let offset = start.wrapping_sub(thread_pointer()).cast_signed();
        if start != 0 && offset.unsigned_abs() < FAR {
            let end = offset.saturating_add_unsigned(size);
            let locals = self.locals.get_or_insert(offset..end);
            *locals = locals.start.min(offset)..locals.end.max(end);
        }
    }
}

/// Adds one module.
unsafe extern "C" fn add(
    module: *mut libc::dl_phdr_info,
    _: libc::size_t,
    modules: *mut libc::c_void,
) -> libc::c_int {
    // SAFETY: the loader passes a module with its headers and its name, and `modules` is what `look_up`
    // has passed.
    let (module, modules, headers, name) = unsafe {
        let module = &*module;
        let count = usize::from(module.dlpi_phnum);
        let headers = slice::from_raw_parts(module.dlpi_phdr, count);
        let name = (!module.dlpi_name.is_null()).then(|| CStr::from_ptr(module.dlpi_name));
        let name = name.map_or(&b""[..], CStr::to_bytes);
        (module, &mut *modules.cast::<Modules>(), headers, name)
    };
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    for header in headers {
        let start = size(module.dlpi_addr).wrapping_add(size(header.p_vaddr));
        let end = start.saturating_add(size(header.p_memsz));
        match header.p_type {
            libc::PT_LOAD if header.p_flags & libc::PF_W == 0 => {}
            libc::PT_LOAD if is_of_system(name) => modules.of_system.push(Span::new(start, end)),
            libc::PT_LOAD => modules.statics.push(start..end),
            libc::PT_TLS => {
                modules.add_locals(
                    module.dlpi_tls_data.expose_provenance(),
                    size(header.p_memsz),
                );
            }
            _ => {}
        }
    }
    0
}

/// Whether a library of this path is libc or the loader.
fn is_of_system(path: &[u8]) -> bool {
    let file = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    [&b"libc.so"[..], b"libc-", b"ld-", b"ld64", b"libpthread"]
        .iter()
        .any(|start| file.starts_with(start))
}

fn thread_pointer() -> usize {
    let pointer: usize;
    // SAFETY: it only reads. On x86-64 the first word of every block is its own address.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("mov {}, fs:0", out(reg) pointer, options(nostack, preserves_flags, readonly));
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, preserves_flags, nomem));
    }
    pointer
}
