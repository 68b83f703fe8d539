//! What happens on a fiber when its thread exits: destructors of thread-locals run, and the block is
//! as it was before.
//!
//! std registers a thread-local with a destructor by `__cxa_thread_atexit_impl`, as C++ does. That
//! is defined here, so it is found before that of libc. On a thread with a block of its own it
//! passes on.

use std::cell::{Cell, RefCell};
use std::mem;
use std::ptr;
use std::sync::atomic::AtomicUsize;

use libc::{c_int, c_void};

use super::image::Image;
use super::keys::{Destructor, KeyValues};
use super::next_symbol::next_symbol;
use crate::memory;

/// The use that one fiber makes of a block, for as many threads as it runs, one after the other.
#[derive(Debug)]
pub(super) struct BlockUse {
    /// What is registered, in that order, and how much of it stays from thread to thread.
    destructors: RefCell<Vec<(Destructor, *mut c_void)>>,
    lasting: Cell<usize>,
    is_exiting: Cell<bool>,
    /// What a thread finds in the block.
    values: RefCell<KeyValues>,
    image: RefCell<Image>,
}

thread_local! {
    /// The use of the block that the calling thread has borrowed; null if it has its own.
    static BORROWED: Cell<*const BlockUse> = const { Cell::new(ptr::null()) };
    /// What is called when the calling thread next registers a destructor.
    static AT_NEXT: Cell<Option<fn(&u8)>> = const { Cell::new(None) };
}

/// Has `call` called when the calling thread next comes to use a thread-local with a destructor for
/// the first time, with a variable of the function of libc that std calls then. It may unwind past
/// that.
pub(crate) fn at_next_local(call: fn(&u8)) {
    AT_NEXT.set(Some(call));
}

/// The address of a thread-local of this library, for the calling thread.
pub(super) fn address_in_block() -> usize {
    BORROWED.with(|it| ptr::from_ref(it).addr())
}

impl BlockUse {
    /// `image` is of the block that is going to be used.
    pub(super) fn new(image: Image) -> Self {
        BlockUse {
            destructors: RefCell::default(),
            lasting: Cell::default(),
            is_exiting: Cell::default(),
            values: RefCell::default(),
            image: RefCell::new(image),
        }
    }

    /// The calling fiber has this block from now on.
    ///
    /// # Safety
    ///
    /// It has, and this lives for as long as it runs.
    pub(super) unsafe fn begin(this: *const BlockUse) {
        BORROWED.set(this);
    }

    /// Whether a thread has left something in the block. To be called with the block in use.
    #[inline]
    pub(super) fn has_changed(&self) -> bool {
        let is_longer = self.destructors.borrow().len() > self.lasting.get();
        // SAFETY: it is the calling thread's.
        let differs = || unsafe { self.image.borrow().differs() };
        is_longer || self.is_exiting.get() || differs() || self.values.borrow().differ()
    }

    /// Threads find the block as it is now. To be called with the block in use.
    pub(super) fn keep(&self) {
        self.lasting.set(self.destructors.borrow().len());
        self.values.replace(KeyValues::of_calling_thread());
        // SAFETY: it is the calling thread's.
        unsafe { self.image.borrow_mut().copy() };
    }

    fn exit(&self) {
        /// As many times as libc tries, when destructors set further values.
        const ROUNDS: usize = 4;
        self.is_exiting.set(true);
        self.run_destructors();
        for _ in 0..ROUNDS {
            // SAFETY: whoever set the value asked for the call, on this thread.
            let exit = |destructor: Destructor, value| unsafe { destructor(value) };
            if !self.values.borrow().put_back(exit) {
                break;
            }
            self.run_destructors();
        }
        self.is_exiting.set(false);
    }

    fn run_destructors(&self) {
        loop {
            let mut destructors = self.destructors.borrow_mut();
            if destructors.len() <= self.lasting.get() {
                break;
            }
            let last = destructors.pop();
            // A destructor may register others.
            drop(destructors);
            if let Some((destructor, object)) = last {
                // SAFETY: whoever registered it asked for this call, once, on this thread.
                unsafe { destructor(object) };
            }
        }
    }
}

/// The use of the calling thread's block, if it is borrowed.
fn borrowed() -> Option<&'static BlockUse> {
    // SAFETY: `begin` set it to what lives for as long as the fiber that calls this.
    unsafe { BORROWED.get().as_ref() }
}

impl BlockUse {
    /// The thread of the calling fiber exits: what it has registered runs, the latest first, and the
    /// block is put back for the next.
    pub(super) fn exit_thread(&self) {
        self.exit();
        // SAFETY: the thread has exited, and no code of this library relies on anything else in the
        // block than what was there when it was kept.
        unsafe { self.image.borrow().put_back() };
    }
}

/// The use that an OS thread makes of its own block, for as many threads of the program as it runs.
#[cfg(interlace)]
#[derive(Debug)]
pub(crate) struct OwnUse {
    _block: Box<BlockUse>,
}

#[cfg(interlace)]
impl OwnUse {
    /// From now on each thread that the calling one runs finds the block as it is now.
    pub(crate) fn begin() -> Self {
        let block = Box::new(BlockUse::new(Image::of_new_thread()));
        // SAFETY: it lives until this is dropped.
        unsafe { BlockUse::begin(&raw const *block) };
        block.keep();
        OwnUse { _block: block }
    }
}

#[cfg(interlace)]
impl Drop for OwnUse {
    fn drop(&mut self) {
        BORROWED.set(ptr::null());
    }
}

/// From now on each thread of the calling fiber finds its own block as it is now.
pub(crate) fn keep_block() {
    if let Some(block) = borrowed() {
        block.keep();
    }
}

/// The thread of the calling fiber exits, after a panic or not. Its thread-locals are destroyed, if
/// it has borrowed them.
///
/// Not inlined: the compiler must not think that it knows what is in a thread-local.
#[inline(never)]
pub(crate) fn exit_thread() {
    if let Some(block) = borrowed() {
        block.exit_thread();
    }
}

/// As [`exit_thread`], for a fiber that will run no further thread.
#[inline(never)]
pub(crate) fn exit_fiber() {
    if let Some(block) = borrowed() {
        block.lasting.set(0);
        block.values.replace(KeyValues::default());
        block.exit();
    }
}

/// Whether destructors run on the calling fiber since its thread exits. They cannot unwind.
pub(crate) fn is_exiting() -> bool {
    borrowed().is_some_and(|block| block.is_exiting.get())
}

type AtExit = unsafe extern "C" fn(Destructor, *mut c_void, *mut c_void) -> c_int;

/// Registers the destructor of an object for the exit of the calling thread, as the part of libc in
/// `__cxa_thread_atexit` of the Itanium C++ ABI does.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn __cxa_thread_atexit_impl(
    destructor: Destructor,
    object: *mut c_void,
    module: *mut c_void,
) -> c_int {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    if let Some(call) = AT_NEXT.take() {
        let here = 0;
        call(&here);
    }
    if let Some(block) = borrowed() {
        let mut destructors = block.destructors.borrow_mut();
        memory::outside(|| destructors.push((destructor, object)));
        return 0;
    }
    // SAFETY: it is a function of this type, or there is none.
    let next = unsafe {
        mem::transmute::<usize, Option<AtExit>>(next_symbol(&NEXT, c"__cxa_thread_atexit_impl"))
    };
    // SAFETY: as the caller promises.
    next.map_or(-1, |next| unsafe { next(destructor, object, module) })
}
