//! Work that is done by several threads.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// What `work` makes of each item, in the order of the items, by at most this many threads. `done` is called
/// after each, on one thread at a time.
pub(super) fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    done: impl FnMut(&R) + Send,
) -> Vec<R> {
    let next = Mutex::new(items.iter().enumerate());
    let results = Mutex::new((Vec::new(), done));
    let lock = |next: &Mutex<_>| -> Option<(usize, &T)> {
        let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
        Iterator::next(&mut *next)
    };
    thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(|| {
                while let Some((number, item)) = lock(&next) {
                    let result = work(item);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    let (results, done) = &mut *results;
                    done(&result);
                    results.push((number, result));
                }
            });
        }
    });
    let (mut results, _) = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for threads in [1, 3, 100] {
            let mut done = 0;
            let items: Vec<u32> = (0..20).collect();
            let results = in_parallel(&items, threads, |it| it * 2, |_| done += 1);
            let expected: Vec<u32> = (0..20).map(|it| it * 2).collect();
            assert_eq!(results, expected);
            assert_eq!(done, 20);
        }
        assert!(in_parallel(&[0; 0], 2, |it| *it, |_| ()).is_empty());
    }
}
