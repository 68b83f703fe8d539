//! Reads the table of a function that tells which of its calls may unwind.

/// Whether a call may unwind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MayUnwind {
    Yes,
    /// The personality function would end the process.
    No,
    /// The table is written in a way that compilers of Rust do not use.
    Unknown,
}

/// Codes for how a number is written.
const OMITTED: u8 = 0xff;
const ULEB128: u8 = 0x01;
const UDATA4: u8 = 0x03;

/// Whether the call that contains the byte `offset` of a function may unwind.
///
/// # Safety
///
/// `table` is the language-specific data of that function, as compilers write it for the
/// personality functions of C++ and Rust.
pub(super) unsafe fn may_unwind(table: *const u8, offset: usize) -> MayUnwind {
    let mut reader = Reader(table);
    // SAFETY: the reads follow the layout of the table.
    unsafe {
        if reader.byte() != OMITTED {
            // Landing pads are not relative to the start of the function.
            return MayUnwind::Unknown;
        }
        if reader.byte() != OMITTED {
            let _types = reader.uleb128();
        }
        let encoding = reader.byte();
        let size = reader.uleb128();
        let end = reader.0.wrapping_add(size);
        while reader.0 < end {
            let (Some(start), Some(length), Some(_landing_pad)) = (
                reader.number(encoding),
                reader.number(encoding),
                reader.number(encoding),
            ) else {
                return MayUnwind::Unknown;
            };
            let _action = reader.uleb128();
            // With no landing pad the frame is left without running anything of it.
            if (start..start + length).contains(&offset) {
                return MayUnwind::Yes;
            }
        }
    }
    MayUnwind::No
}

struct Reader(*const u8);

impl Reader {
    /// # Safety
    ///
    /// There is one more byte.
    unsafe fn byte(&mut self) -> u8 {
        // SAFETY: the caller promises it.
        let byte = unsafe { *self.0 };
        self.0 = self.0.wrapping_add(1);
        byte
    }

    /// # Safety
    ///
    /// There is one more number in groups of seven bits.
    unsafe fn uleb128(&mut self) -> usize {
        let mut number = 0;
        let mut shift = 0;
        loop {
            // SAFETY: the caller promises it.
            let byte = unsafe { self.byte() };
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return number;
            }
        }
    }

    /// # Safety
    ///
    /// There is one more number in this encoding.
    unsafe fn number(&mut self, encoding: u8) -> Option<usize> {
        match encoding {
            // SAFETY: the caller promises it.
            ULEB128 => Some(unsafe { self.uleb128() }),
            UDATA4 => {
                // SAFETY: the caller promises it.
                let bytes = [(); 4].map(|()| unsafe { self.byte() });
                usize::try_from(u32::from_ne_bytes(bytes)).ok()
            }
            _ => None,
        }
    }
}
