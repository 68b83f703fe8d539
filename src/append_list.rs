//! A list that only grows, and is read without a lock: even by the handler of a signal.

use std::sync::{Mutex, OnceLock, PoisonError};

/// How many the first chunk has. Each other one has twice as many as that before it.
const FIRST: usize = 64;
/// So many chunks have room for 2^32 entries, and more.
const CHUNKS: usize = 27;

/// References that are never removed, by number.
#[derive(Debug)]
pub(crate) struct AppendList<T: ?Sized + 'static> {
    chunks: [OnceLock<Box<[OnceLock<&'static T>]>>; CHUNKS],
    length: Mutex<usize>,
}

impl<T: ?Sized> AppendList<T> {
    pub(crate) const fn new() -> Self {
        AppendList {
            chunks: [const { OnceLock::new() }; CHUNKS],
            length: Mutex::new(0),
        }
    }

    /// The entry of this number, if there is one.
    pub(crate) fn get(&self, number: usize) -> Option<&'static T> {
        let (chunk, place) = place(number);
        self.chunks.get(chunk)?.get()?.get(place)?.get().copied()
    }

    /// Adds `entry` if `is_new` says so, and tells `added` its number, one at a time.
    ///
    /// # Panics
    ///
    /// If there are 2^32 entries.
    pub(crate) fn add(
        &self,
        entry: &'static T,
        is_new: impl FnOnce() -> bool,
        added: impl FnOnce(usize),
    ) {
        let mut length = self.length.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_new() {
            return;
        }
        let (number, place) = place(*length);
        let chunk = self.chunks.get(number).expect("fewer than 2^32 entries");
        let places = FIRST << number;
        let chunk = chunk.get_or_init(|| (0..places).map(|_| OnceLock::new()).collect());
        chunk[place].get_or_init(|| entry);
        added(*length);
        *length += 1;
    }

    /// All entries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static T> + '_ {
        (0..).map_while(|number| self.get(number))
    }
}

/// In which chunk the entry of this number is, and where.
fn place(number: usize) -> (usize, usize) {
    let chunk = (number / FIRST + 1).ilog2();
    (chunk as usize, number - FIRST * ((1 << chunk) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_found_by_its_number() {
        static NUMBERS: [usize; 1000] = {
            let mut numbers = [0; 1000];
            let mut at = 0;
            while at < 1000 {
                numbers[at] = at;
                at += 1;
            }
            numbers
        };
        let list = AppendList::new();
        assert_eq!(list.get(0), None);
        for (expected, entry) in NUMBERS.iter().enumerate() {
            list.add(entry, || true, |number| assert_eq!(number, expected));
            list.add(entry, || false, |_| unreachable!("it is not added"));
        }
        assert!(list.iter().copied().eq(0..1000));
        assert_eq!((list.get(1000), list.get(usize::MAX / 2)), (None, None));
    }
}
