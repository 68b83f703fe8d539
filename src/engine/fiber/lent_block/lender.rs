//! OS threads that do nothing but lend their thread-locals.

use std::arch::asm;
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::image::Image;
use super::thread_pointer;
use crate::engine::lock::Mutex;
use crate::engine::outside::{aside, stay_aside};

/// The lenders that nobody uses. They are kept for ever: as many as were ever needed at one time.
static IDLE: Mutex<Vec<Lender>> = Mutex::new(Vec::new());

/// An OS thread that sleeps for ever. Not one of std, so that its handle of std is not set.
#[derive(Debug)]
pub(super) struct Lender {
    pub(super) thread_pointer: usize,
    handle: usize,
    /// Its thread-locals as they were when it was new.
    pub(super) image: Image,
}

impl Lender {
    /// One that nobody uses; `None` if the system starts no more threads.
    pub(super) fn take() -> Option<Self> {
        let idle = IDLE.lock().pop();
        idle.or_else(Self::start)
    }

    /// Whether one of its thread-locals that are copied is at this address.
    pub(super) fn holds(&self, address: usize) -> bool {
        self.image.holds(address)
    }

    /// Its `pthread_t`.
    pub(super) fn handle(&self) -> usize {
        self.handle
    }

    /// Keeps it for others. Its thread-locals must be as they were.
    pub(super) fn give_back(self) {
        IDLE.lock().push(self);
    }

    fn start() -> Option<Self> {
        let entry = Entry::default();
        let is_started = start_thread(&entry);
        while is_started && entry.is_ready.load(Ordering::Acquire) == 0 {
            atomic_wait::wait(&entry.is_ready, 0);
        }
        let image = entry.image.into_inner();
        image.filter(|_| is_started).map(|image| Lender {
            thread_pointer: entry.thread_pointer.into_inner(),
            handle: entry.handle.into_inner(),
            image,
        })
    }
}

/// Where a new lender tells what it lends.
#[derive(Default)]
struct Entry {
    thread_pointer: AtomicUsize,
    handle: AtomicUsize,
    image: Mutex<Option<Image>>,
    is_ready: AtomicU32,
}

/// Starts a thread that fills `entry` in.
fn start_thread(entry: &Entry) -> bool {
    /// Room for the little that it does, and for the thread-locals of whatever is loaded.
    const STACK_SIZE: usize = libc::PTHREAD_STACK_MIN + (256 << 10);
    // SAFETY: all structures live as long as the calls that use them, and `entry` until the thread
    // has set `is_ready`, for which the caller waits. All signals are blocked while the thread is
    // started, so it never handles one: a handler would use thread-locals that are lent.
    unsafe {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        if libc::pthread_attr_init(attributes.as_mut_ptr()) != 0 {
            return false;
        }
        libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), STACK_SIZE);
        libc::pthread_attr_setdetachstate(attributes.as_mut_ptr(), libc::PTHREAD_CREATE_DETACHED);
        let mut all = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), before.as_mut_ptr());
        let mut thread = MaybeUninit::uninit();
        let argument = ptr::from_ref(entry).cast_mut().cast();
        let error = aside(|| {
            libc::pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), lend, argument)
        });
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        error == 0
    }
}

thread_local! {
    /// What the system calls the calling thread, if that lends its thread-locals; otherwise 0. Whoever
    /// borrows them finds it there.
    static ID: Cell<libc::pid_t> = const { Cell::new(0) };
}

/// What the system calls the thread whose block the calling fiber has; `None` if it has its own thread's.
pub(crate) fn lender_id() -> Option<libc::pid_t> {
    Some(ID.get()).filter(|it| *it != 0)
}

extern "C" fn lend(entry: *mut libc::c_void) -> *mut libc::c_void {
    // SAFETY: it is the entry that `start_thread` was given, which lives until `is_ready` is set.
    let entry = unsafe { &*entry.cast::<Entry>() };
    stay_aside();
    // SAFETY: it has no arguments.
    ID.set(unsafe { libc::gettid() });
    *entry.image.lock() = Some(Image::of_new_thread());
    let pointer = thread_pointer::current();
    entry.thread_pointer.store(pointer, Ordering::Relaxed);
    // SAFETY: it has no arguments.
    let handle = usize::try_from(unsafe { libc::pthread_self() }).expect("an address");
    entry.handle.store(handle, Ordering::Relaxed);
    let word = ptr::from_ref(&entry.is_ready);
    entry.is_ready.store(1, Ordering::Release);
    // From here on the thread-locals are another's, so nothing of libc is called.
    // SAFETY: to wake waits by an address is possible even if nothing is there any more.
    unsafe { system_call(libc::SYS_futex, [word.addr(), FUTEX_WAKE_PRIVATE, 1]) };
    loop {
        // SAFETY: without files and a time it only sleeps.
        unsafe { system_call(libc::SYS_ppoll, [0; 3]) };
    }
}

const FUTEX_WAKE_PRIVATE: usize = 129;

/// Makes a system call with three arguments and zeroes, and writes no `errno`.
///
/// # Safety
///
/// As the call requires.
unsafe fn system_call(number: libc::c_long, [a, b, c]: [usize; 3]) {
    // SAFETY: the registers are those of the system's calling convention.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!(
            "syscall",
            inout("rax") number => _,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            in("r10") 0,
            in("r8") 0,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
        #[cfg(target_arch = "aarch64")]
        asm!(
            "svc 0",
            in("x8") number,
            inout("x0") a => _,
            in("x1") b,
            in("x2") c,
            in("x3") 0,
            in("x4") 0,
            options(nostack),
        );
    }
}
