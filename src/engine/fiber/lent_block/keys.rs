//! The keys by which C code, and some of std, keep a value for each thread.
//!
//! `pthread_key_create` is defined here, so it is found before that of libc: it passes on, and keeps
//! the destructor. So those can be called that libc would call when the thread exits.

use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use libc::{c_int, c_void, pthread_key_t};

use super::next_symbol::next_symbol;

/// What is called with an object, or the value of a key, when a thread exits.
pub(super) type Destructor = unsafe extern "C" fn(*mut c_void);

/// The values of all keys of one thread, by key; null where there are fewer.
#[derive(Debug, Default)]
pub(super) struct KeyValues(Vec<*mut c_void>);

impl KeyValues {
    pub(super) fn of_calling_thread() -> Self {
        // SAFETY: any key may be asked for.
        let value = |key| unsafe { libc::pthread_getspecific(key) };
        KeyValues((0..count()).map(value).collect())
    }

    /// Whether a key of the calling thread has another value.
    #[inline]
    pub(super) fn differ(&self) -> bool {
        (0..count()).any(|key| {
            // SAFETY: any key may be asked for.
            let value = unsafe { libc::pthread_getspecific(key) };
            self.0
                .get(key as usize)
                .map_or(!value.is_null(), |kept| *kept != value)
        })
    }

    /// Gives every key of the calling thread this value again, and calls `exit` with what it had
    /// and the key's destructor. Returns whether there was one to call.
    pub(super) fn put_back(&self, exit: impl Fn(Destructor, *mut c_void)) -> bool {
        let mut has_exited = false;
        for key in 0..count() {
            let kept = self.0.get(key as usize).copied();
            let kept = kept.unwrap_or(ptr::null_mut());
            // SAFETY: any key may be asked for.
            let value = unsafe { libc::pthread_getspecific(key) };
            if value == kept {
                continue;
            }
            // SAFETY: the key has had a value, and the new one is one that it had before, or none.
            unsafe { libc::pthread_setspecific(key, kept) };
            if let Some(destructor) = destructor_of(key).filter(|_| !value.is_null()) {
                exit(destructor, value);
                has_exited = true;
            }
        }
        has_exited
    }
}

/// As many as libc has.
const MAX_KEYS: usize = 1024;

/// The destructor of each key that was made, as an address; 0 if it has none.
static DESTRUCTORS: [AtomicUsize; MAX_KEYS] = [const { AtomicUsize::new(0) }; MAX_KEYS];

/// All keys that were made are below.
static COUNT: AtomicUsize = AtomicUsize::new(0);

fn count() -> pthread_key_t {
    let count = COUNT.load(Ordering::Acquire);
    pthread_key_t::try_from(count).unwrap_or(0)
}

fn destructor_of(key: pthread_key_t) -> Option<Destructor> {
    let address = DESTRUCTORS[key as usize].load(Ordering::Relaxed);
    // SAFETY: it is 0, or was stored as a value of this type.
    unsafe { mem::transmute::<usize, Option<Destructor>>(address) }
}

type KeyCreate = unsafe extern "C" fn(*mut pthread_key_t, Option<Destructor>) -> c_int;

/// Makes a key: see `pthread_key_create(3)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_key_create(
    key: *mut pthread_key_t,
    destructor: Option<Destructor>,
) -> c_int {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: it is a function of this type, or there is none.
    let next = unsafe {
        mem::transmute::<usize, Option<KeyCreate>>(next_symbol(&NEXT, c"pthread_key_create"))
    };
    let Some(next) = next else {
        return libc::EAGAIN;
    };
    // SAFETY: as the caller promises.
    let error = unsafe { next(key, destructor) };
    if error == 0 {
        // SAFETY: the call has set it.
        let key = unsafe { *key } as usize;
        if let Some(kept) = DESTRUCTORS.get(key) {
            let address = destructor.map_or(0, |it| it as *const () as usize);
            kept.store(address, Ordering::Relaxed);
            COUNT.fetch_max(key + 1, Ordering::Release);
        }
    }
    error
}
