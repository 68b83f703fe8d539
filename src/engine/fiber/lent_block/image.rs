//! What is in a thread's static thread-locals: copied, compared, put back.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ptr;

/// The thread-locals that the executable, and each library loaded with it, have in the block of one
/// thread, and a copy of what was in them. Those of libc and of the loader are left out: `errno`,
/// the cache of the allocator and what else they keep must not go back.
///
/// A library that is loaded later has no place in the blocks, so its thread-locals are not copied.
#[derive(Debug, Clone, Default)]
pub(super) struct Image {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    address: usize,
    copy: Box<[MaybeUninit<u8>]>,
}

impl Image {
    /// Copies those of the calling thread, which must be new: then only what is in its block is
    /// there.
    pub(super) fn of_new_thread() -> Self {
        let mut image = Image::default();
        let argument = (&raw mut image).cast();
        // SAFETY: the callback has the right type, and takes its argument for what it is.
        unsafe { libc::dl_iterate_phdr(Some(add_module), argument) };
        // SAFETY: they are the calling thread's own.
        unsafe { image.copy() };
        image
    }

    /// Whether a thread-local at this address belongs to it.
    pub(super) fn holds(&self, address: usize) -> bool {
        self.parts.iter().any(|part| part.holds(address))
    }

    /// Whether anything is there that differs from the copy.
    ///
    /// # Safety
    ///
    /// As for [`copy`](Self::copy).
    #[inline]
    pub(super) unsafe fn differs(&self) -> bool {
        self.parts.iter().any(|part| {
            let there = ptr::with_exposed_provenance(part.address);
            // SAFETY: as in `copy`. Bytes that are not initialised have some value for libc.
            unsafe { libc::memcmp(there, part.copy.as_ptr().cast(), part.copy.len()) != 0 }
        })
    }

    /// Copies what is there now.
    ///
    /// # Safety
    ///
    /// The thread lives, and nobody writes to its thread-locals meanwhile.
    pub(super) unsafe fn copy(&mut self) {
        for part in &mut self.parts {
            let (to, from) = (
                part.copy.as_mut_ptr(),
                ptr::with_exposed_provenance(part.address),
            );
            // SAFETY: a block stays where it is for as long as its thread lives, and the copy has
            // as many bytes.
            unsafe { ptr::copy_nonoverlapping(from, to, part.copy.len()) };
        }
    }

    /// The words that are another now: their addresses, what was there, and what is. Those at the ends of a part that are
    /// no whole words count as none.
    ///
    /// # Safety
    ///
    /// As for [`copy`](Self::copy).
    pub(super) unsafe fn changed_words(&self) -> Vec<(usize, u64, u64)> {
        let mut changed = Vec::new();
        for part in &self.parts {
            let first = part.address.next_multiple_of(8) - part.address;
            for at in (first..part.copy.len().saturating_sub(7)).step_by(8) {
                let there = ptr::with_exposed_provenance::<u8>(part.address + at);
                let copy = part.copy[at..].as_ptr().cast::<u8>();
                let [before, now] = [copy, there].map(|from| {
                    let mut word = 0_u64;
                    // SAFETY: as in `copy`; the word is within the part. Bytes that are not initialised have some
                    // value for libc.
                    unsafe { libc::memcpy((&raw mut word).cast(), from.cast(), 8) };
                    word
                });
                if before != now {
                    changed.push((part.address + at, before, now));
                }
            }
        }
        changed
    }

    /// Puts the copy back where something else is there now.
    ///
    /// # Safety
    ///
    /// As for [`copy`](Self::copy), and nobody reads them meanwhile, or relies on what was written
    /// since.
    pub(super) unsafe fn put_back(&self) {
        // SAFETY: as the caller promises.
        if !unsafe { self.differs() } {
            return;
        }
        for part in &self.parts {
            let there = ptr::with_exposed_provenance_mut(part.address);
            // SAFETY: as in `differs`.
            unsafe { libc::memcpy(there, part.copy.as_ptr().cast(), part.copy.len()) };
        }
    }
}

impl Part {
    fn holds(&self, address: usize) -> bool {
        (self.address..self.address + self.copy.len()).contains(&address)
    }
}

/// Adds what one module has in the block of the calling thread.
unsafe extern "C" fn add_module(
    module: *mut libc::dl_phdr_info,
    _: libc::size_t,
    image: *mut libc::c_void,
) -> libc::c_int {
    // SAFETY: the loader passes a module with its headers and its name, and `image` is what
    // `of_new_thread` has passed. `errno` always has an address.
    let (module, image, errno) = unsafe {
        let errno = libc::__errno_location().addr();
        (&*module, &mut *image.cast::<Image>(), errno)
    };
    // SAFETY: as above.
    let (headers, name) = unsafe {
        let count = usize::from(module.dlpi_phnum);
        let headers = std::slice::from_raw_parts(module.dlpi_phdr, count);
        let name = (!module.dlpi_name.is_null()).then(|| CStr::from_ptr(module.dlpi_name));
        (headers, name.map_or(&b""[..], CStr::to_bytes))
    };
    let size = headers.iter().find(|header| header.p_type == libc::PT_TLS);
    let size = size.map_or(0, |header| usize::try_from(header.p_memsz).unwrap_or(0));
    let is_loader = name
        .rsplit(|byte| *byte == b'/')
        .next()
        .is_some_and(|file| file.starts_with(b"ld-") || file.starts_with(b"ld64"));
    let part = Part {
        address: module.dlpi_tls_data.expose_provenance(),
        copy: Box::new_uninit_slice(size),
    };
    if size > 0 && part.address != 0 && !part.holds(errno) && !is_loader {
        image.parts.push(part);
    }
    0
}
