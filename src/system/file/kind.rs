//! What an open file is, as a report names it.

use std::fs;
use std::mem::MaybeUninit;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use libc::c_int;

use crate::operation::FileKind;

/// What an open file is. Only asked about one that a thread is about to wait for.
pub(super) fn kind(file: c_int) -> FileKind {
    let path = format!("/proc/self/fd/{file}");
    // All of these share one inode.
    if let Ok(target) = fs::read_link(&path) {
        if target == Path::new("anon_inode:[eventfd]") {
            return FileKind::Counter;
        }
        if target == Path::new("anon_inode:[eventpoll]") {
            return FileKind::Epoll;
        }
    }
    match fs::metadata(&path).map(|it| it.file_type()) {
        Ok(kind) if kind.is_fifo() => FileKind::Pipe,
        Ok(kind) if kind.is_socket() => FileKind::Socket,
        _ => FileKind::File,
    }
}

/// The type of an open file, as fstat(2) tells it: one of the `S_IF…`, or 0 if it is not open.
pub(super) fn file_type(file: c_int) -> libc::mode_t {
    let mut status = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: all zeros are a `stat`, which the call fills in.
    let status = unsafe {
        libc::fstat(file, status.as_mut_ptr());
        status.assume_init()
    };
    status.st_mode & libc::S_IFMT
}

#[cfg(test)]
mod tests {
    use std::os::fd::{AsRawFd as _, FromRawFd as _};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_file_is_known_by_what_proc_says() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let (socket, _other) = UnixStream::pair().unwrap();
        let file = fs::File::open("Cargo.toml").unwrap();
        // SAFETY: both calls make a file, which is owned from then on.
        let (epoll, counter) = unsafe {
            let epoll = libc::epoll_create1(libc::EPOLL_CLOEXEC);
            let counter = libc::eventfd(0, libc::EFD_CLOEXEC);
            (fs::File::from_raw_fd(epoll), fs::File::from_raw_fd(counter))
        };
        let kinds = [
            (reader.as_raw_fd(), FileKind::Pipe),
            (socket.as_raw_fd(), FileKind::Socket),
            (file.as_raw_fd(), FileKind::File),
            (epoll.as_raw_fd(), FileKind::Epoll),
            (counter.as_raw_fd(), FileKind::Counter),
        ];
        for (file, expected) in kinds {
            assert_eq!(kind(file), expected);
        }
        assert_eq!(file_type(reader.as_raw_fd()), libc::S_IFIFO);
        assert_eq!(file_type(socket.as_raw_fd()), libc::S_IFSOCK);
        assert_eq!(file_type(-1), 0);
    }
}
