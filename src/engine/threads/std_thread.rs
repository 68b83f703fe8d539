//! In place of `raw_thread`, on systems without threads of POSIX: there, a program's own threads are
//! not seen, and only tests start any.

use std::io;
use std::thread::{Builder, JoinHandle};

#[derive(Debug)]
pub(in crate::engine) struct RawThread(JoinHandle<()>);

impl RawThread {
    pub(in crate::engine) fn start(
        stack_size: Option<usize>,
        body: Box<dyn FnOnce() + Send>,
    ) -> io::Result<Self> {
        let builder = match stack_size {
            Some(size) => Builder::new().stack_size(size),
            None => Builder::new(),
        };
        builder.spawn(body).map(RawThread)
    }

    pub(super) fn handle(&self) -> usize {
        0
    }

    pub(in crate::engine) fn join(self) {
        let _ = self.0.join();
    }
}
