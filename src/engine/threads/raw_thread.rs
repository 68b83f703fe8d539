//! OS threads that std knows nothing of: they run what the program has asked the system to run, which
//! may be std's own start of a thread, and that accepts no thread that has begun already.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::ptr;

type Body = Box<dyn FnOnce() + Send>;

/// A thread that is to be joined.
#[derive(Debug)]
pub(in crate::engine) struct RawThread(libc::pthread_t);

impl RawThread {
    /// Starts a thread that runs `body`, on a stack of at least `stack_size` bytes.
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    pub(in crate::engine) fn start(stack_size: Option<usize>, body: Body) -> io::Result<Self> {
        let body = Box::into_raw(Box::new(body));
        // SAFETY: `attributes` is initialised before it is used and destroyed once. `run` takes over
        // `body`, unless no thread is started.
        unsafe {
            let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
            libc::pthread_attr_init(&raw mut attributes);
            if let Some(size) = stack_size {
                let least = libc::PTHREAD_STACK_MIN;
                // If it is refused, the default is right in most cases.
                libc::pthread_attr_setstacksize(&raw mut attributes, size.max(least));
            }
            let mut thread: libc::pthread_t = std::mem::zeroed();
            let error =
                libc::pthread_create(&raw mut thread, &raw const attributes, run, body.cast());
            libc::pthread_attr_destroy(&raw mut attributes);
            if error == 0 {
                return Ok(RawThread(thread));
            }
            drop(Box::from_raw(body));
            Err(io::Error::from_raw_os_error(error))
        }
    }

    /// What the system calls the thread, in a number.
    pub(super) fn handle(&self) -> usize {
        usize::try_from(self.0).expect("an address, or a small number")
    }

    pub(in crate::engine) fn join(self) {
        // SAFETY: the thread was started joinable, and is joined once.
        unsafe {
            libc::pthread_join(self.0, ptr::null_mut());
        }
    }
}

extern "C" fn run(body: *mut c_void) -> *mut c_void {
    // SAFETY: `start` has made it of a box, for this thread alone.
    let body = unsafe { Box::from_raw(body.cast::<Body>()) };
    body();
    ptr::null_mut()
}
