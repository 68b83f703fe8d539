//! `thread::scope`: the count of its threads, whether one has panicked, and who waits for them.

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::super::point::{Operation, begin_scope, touch, written};
use super::super::races;
use super::parker;
use super::word::{Relaxed, Release, Word};
use crate::engine::call::is_controlled;
use crate::engine::{ScopePlaces, aside, change_scope};
use crate::memory::Done;
use crate::races::MemoryOrder;

unsafe extern "C-unwind" {
    safe fn interlace_real_scope_increment(scope: usize);
    safe fn interlace_real_scope_decrement(scope: usize, has_panicked: bool);
}

/// A thread of the scope is about to be started.
pub(super) unsafe extern "C-unwind" fn increment(
    scope: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_scope_increment(scope);
    }
    // SAFETY: it is its address.
    let (count, owner) = unsafe { (count_of(scope), owner_of(scope)) };
    if count.load(Ordering::SeqCst) == 0 {
        begin_scope(ScopePlaces {
            count: count.as_ptr().addr(),
            references: scope - layout().references,
            owner,
        });
    }
    add(count, 1, "scope_start", Relaxed, caller);
}

/// A thread of the scope has ended.
pub(super) unsafe extern "C-unwind" fn decrement(
    scope: usize,
    has_panicked: bool,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_scope_decrement(scope, has_panicked);
    }
    let layout = layout();
    // SAFETY: it is its address. The owner waits for this thread.
    let (count, owner) = unsafe { (count_of(scope), owner_of(scope)) };
    if has_panicked {
        let flag = ptr::with_exposed_provenance_mut::<bool>(scope + layout.has_panicked);
        written(flag.addr(), 1);
        // Nobody looks at it before the count is 0.
        // SAFETY: all access it atomically.
        unsafe { AtomicBool::from_ptr(flag) }.store(true, Ordering::SeqCst);
    }
    let (before, is_told) = add(count, usize::MAX, "scope_end", Release, caller);
    if before == 1 && !is_told {
        // SAFETY: the thread that owns the scope has a handle of itself, and this one a share of the scope.
        parker::unpark(unsafe { Word::at(owner, caller) }, 1);
    }
}

/// # Safety
///
/// It is the address of a scope.
unsafe fn count_of<'a>(scope: usize) -> &'a AtomicUsize {
    let count = ptr::with_exposed_provenance_mut(scope + layout().count);
    // SAFETY: as the caller promises. All access it atomically.
    unsafe { AtomicUsize::from_ptr(count) }
}

/// The address of the word at which the thread parks that owns a scope.
///
/// # Safety
///
/// It is the address of a scope, whose owner has not gone on.
unsafe fn owner_of(scope: usize) -> usize {
    // SAFETY: the owner has a handle of itself.
    unsafe { parker::word_of(scope + layout().owner) }
}

/// Returns the number before, and whether who waits for the end is told by that.
fn add(
    count: &AtomicUsize,
    number: usize,
    name: &'static str,
    order: MemoryOrder,
    caller: usize,
) -> (usize, bool) {
    let place = count.as_ptr();
    let is_told = change_scope(place.addr());
    if !is_told {
        Operation::write(name).point(place, caller, (0, 0));
        touch(place, true);
    }
    written(place.addr(), size_of::<usize>());
    let found = count.fetch_add(number, Ordering::SeqCst);
    let done = Done::Update([found, found.wrapping_add(number)].map(|it| it as u64));
    races::tell(place, done, order, caller);
    (found, is_told)
}

/// Where things lie in a scope.
#[derive(Clone, Copy)]
struct Layout {
    count: usize,
    has_panicked: usize,
    owner: usize,
    /// How far before it its references are counted.
    references: usize,
}

/// By what the originals change in one.
fn layout() -> Layout {
    static LAYOUT: OnceLock<Layout> = OnceLock::new();
    *aside(|| LAYOUT.get_or_init(find_layout))
}

fn find_layout() -> Layout {
    /// A count, a handle and a flag.
    const WORDS: usize = 3;
    let mut scope = [0_usize; WORDS];
    let address = (&raw mut scope).expose_provenance();
    let words = || {
        let scope = ptr::with_exposed_provenance::<[usize; WORDS]>(address);
        // SAFETY: it lives on.
        unsafe { scope.read_volatile() }
    };
    let position = |is: &dyn Fn(usize) -> bool, words: [usize; WORDS]| {
        let found = words.iter().position(|word| is(*word));
        found.unwrap_or_else(|| super::unknown_std("thread::scope"))
    };
    interlace_real_scope_increment(address);
    interlace_real_scope_increment(address);
    let count = position(&|word| word == 2, words());
    interlace_real_scope_decrement(address, true);
    let mut after = words();
    after[count] -= 1;
    let flag = position(&|word| word != 0, after);
    let byte = after[flag].trailing_zeros() as usize / 8;
    Layout {
        references: find_references(),
        count: count * size_of::<usize>(),
        has_panicked: flag * size_of::<usize>() + byte,
        owner: (WORDS - count - flag) * size_of::<usize>(),
    }
}

/// How far before what an `Arc` refers to its references are counted.
fn find_references() -> usize {
    /// Two counts.
    const WORDS: usize = 2;
    let one = Arc::new([0_usize; 3]);
    let address = Arc::as_ptr(&one).expose_provenance();
    let count = |words: &usize| {
        let place = ptr::with_exposed_provenance::<usize>(address - words * size_of::<usize>());
        // SAFETY: the counts lie before what is counted.
        unsafe { place.read_volatile() }
    };
    let of_one: Vec<usize> = (1..=WORDS).map(|it| count(&it)).collect();
    let _other = Arc::clone(&one);
    let found = (1..=WORDS).find(|it| (of_one[it - 1], count(it)) == (1, 2));
    found.unwrap_or_else(|| super::unknown_std("Arc")) * size_of::<usize>()
}
