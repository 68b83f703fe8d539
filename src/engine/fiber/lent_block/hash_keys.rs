//! The keys from which std makes those of each `RandomState`: a thread-local, which counts up. So the order of a
//! `HashMap` is another in each execution on a thread that is kept, unless they are set back.

use std::hash::RandomState;
use std::ptr;
use std::sync::OnceLock;
use std::thread;

use super::image::Image;
use super::thread_pointer;

/// Where they are in the block of each thread, from its thread pointer on, and what is there.
#[derive(Debug)]
struct HashKeys([Word; 3]);

#[derive(Debug, Clone, Copy)]
struct Word {
    offset: usize,
    /// On a new thread, and on one that has used them.
    new: u64,
    used: u64,
}

/// What they are set to where nothing else makes them. Any numbers will do.
const FIXED: [u64; 2] = [0x1A7E_B1AC_E000_0002, 0x1A7E_B1AC_E000_0003];

/// Sets them on the calling thread to what they are in every execution.
pub(crate) fn fix_hash_keys() {
    set(|word| word.used);
}

/// Sets them on the calling thread to what they are on a new one, which asks the system for them.
pub(crate) fn renew_hash_keys() {
    set(|word| word.new);
}

fn set(value: impl Fn(Word) -> u64) {
    static KEYS: OnceLock<Option<HashKeys>> = OnceLock::new();
    let Some(HashKeys(words)) = KEYS.get_or_init(find) else {
        return;
    };
    let thread_pointer = thread_pointer::current();
    for word in words {
        let there = ptr::with_exposed_provenance_mut(thread_pointer.wrapping_add(word.offset));
        // SAFETY: the word is one of three of the block of the calling thread, which `find` has seen std change, and nothing
        // else. Std uses them only while it makes a `RandomState`.
        unsafe { ptr::write_volatile(there, value(*word)) };
    }
}

/// Makes a `RandomState` on a new thread, and looks for what that has changed. Nothing, unless it is just the keys,
/// and a word beside them that says whether they are there.
fn find() -> Option<HashKeys> {
    let look = || {
        let before = Image::of_new_thread();
        let drawn = words_of(&RandomState::new())?;
        // SAFETY: the thread-locals are the calling thread's own.
        let changed = unsafe { before.changed_words() };
        told_apart(changed.try_into().ok()?, drawn, thread_pointer::current())
    };
    thread::spawn(look).join().ok().flatten()
}

/// Which of the changed words is which, if they are next to each other and are what making a state of the keys
/// `drawn` must have left.
fn told_apart(
    changed: [(usize, u64, u64); 3],
    drawn: [u64; 2],
    thread_pointer: usize,
) -> Option<HashKeys> {
    let is_tag = |&(_, new, used): &(usize, u64, u64)| (new, used) == (0, 1);
    let tag = changed.iter().position(is_tag)?;
    let keys: Vec<u64> = changed
        .iter()
        .filter(|it| !is_tag(it))
        .map(|it| it.2)
        .collect();
    // It counts up in one of them once a state was made.
    let counted = [[1, 0], [0, 1]].map(|by| [0, 1].map(|at| drawn[at].wrapping_add(by[at])));
    let are_keys = counted
        .iter()
        .any(|[one, two]| keys == [*one, *two] || keys == [*two, *one]);
    let are_together = changed[0].0 + 8 == changed[1].0 && changed[1].0 + 8 == changed[2].0;
    if !are_keys || !are_together || tag == 1 {
        return None;
    }
    let mut fixed = FIXED.into_iter();
    let mut word = |(address, new, used): (usize, u64, u64), is_tag| Word {
        offset: address.wrapping_sub(thread_pointer),
        new,
        used: if is_tag {
            used
        } else {
            fixed.next().unwrap_or(used)
        },
    };
    Some(HashKeys([0, 1, 2].map(|at| word(changed[at], at == tag))))
}

/// What a `RandomState` is made of, if it is two words.
fn words_of(state: &RandomState) -> Option<[u64; 2]> {
    let is_known = size_of::<RandomState>() == 16 && align_of::<RandomState>() == 8;
    // SAFETY: it has that size, and no bytes that are not initialised, since it consists of words.
    is_known.then(|| unsafe { ptr::from_ref(state).cast::<[u64; 2]>().read() })
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher as _;

    use super::*;

    #[test]
    fn words_that_are_not_just_the_keys_are_left_alone() {
        let keys = [(16, 0, 8), (24, 0, 9), (32, 0, 1)];
        let known = told_apart(keys, [7, 9], 8).unwrap().0;
        assert_eq!(known.map(|it| it.offset), [8, 16, 24]);
        assert_eq!(known.map(|it| it.used), [FIXED[0], FIXED[1], 1]);
        let first = [(16, 0, 1), (24, 0, 9), (32, 0, 8)];
        assert_eq!(told_apart(first, [9, 7], 8).unwrap().0[0].used, 1);
        // Nothing counts up; no word says that they are there; not next to each other; in between.
        assert!(told_apart(keys, [8, 9], 8).is_none());
        assert!(told_apart([(16, 0, 8), (24, 0, 9), (32, 2, 1)], [7, 9], 8).is_none());
        assert!(told_apart([(16, 0, 8), (24, 0, 9), (40, 0, 1)], [7, 9], 8).is_none());
        assert!(told_apart([(16, 0, 8), (24, 0, 1), (32, 0, 9)], [7, 9], 8).is_none());
    }

    fn hash() -> u64 {
        RandomState::new().hash_one(7)
    }

    #[test]
    fn fixed_keys_are_the_same_on_every_thread() {
        let on_thread = || {
            fix_hash_keys();
            let both = [hash(), hash()];
            fix_hash_keys();
            assert_eq!([hash(), hash()], both);
            assert_ne!(both[0], both[1]);
            both
        };
        let here = on_thread();
        assert_eq!(thread::spawn(on_thread).join().unwrap(), here);
    }

    #[test]
    fn renewed_keys_are_those_of_a_new_thread() {
        // No run controls this one, so they are at random.
        fix_hash_keys();
        let fixed = hash();
        renew_hash_keys();
        let new = hash();
        assert!(new != fixed && hash() != new);
    }
}
