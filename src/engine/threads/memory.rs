//! The memory of this process, read as the kernel sees it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::OnceLock;

/// The word at an address of this process; nothing if there is no memory any more, or the system
/// does not tell.
pub(super) fn word(address: usize) -> Option<u32> {
    let mut bytes = [0; 4];
    read_memory(address as u64, &mut bytes)?;
    Some(u32::from_ne_bytes(bytes))
}

/// As [`word`], for as many bytes as there is room for.
pub(super) fn read_memory(address: u64, bytes: &mut [u8]) -> Option<()> {
    static MEMORY: OnceLock<Option<File>> = OnceLock::new();
    let memory = MEMORY.get_or_init(|| File::open("/proc/self/mem").ok());
    memory.as_ref()?.read_exact_at(bytes, address).ok()
}
