//! Counters and queues with mistakes that an instrumented search finds.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use crossbeam_queue::ArrayQueue;

pub mod real;

#[derive(Default)]
pub struct Counter {
    value: AtomicUsize,
    twice: AtomicUsize,
    log: Mutex<Vec<usize>>,
}

impl Counter {
    pub fn increment(&self) {
        let value = self.value.load(SeqCst);
        self.value.store(value + 1, SeqCst);
    }

    /// Reads under one lock, and writes under another.
    pub fn log_next(&self) {
        let next = self.log.lock().unwrap().len();
        self.log.lock().unwrap().push(next);
    }

    pub fn add_to_both(&self) {
        self.twice.fetch_add(2, SeqCst);
        self.value.fetch_add(1, SeqCst);
    }

    pub fn both(&self) -> (usize, usize) {
        (self.value.load(SeqCst), self.twice.load(SeqCst))
    }
}

/// Takes what is there, which another may have taken meanwhile.
pub fn take(queue: &ArrayQueue<usize>) -> usize {
    if queue.is_empty() {
        return 0;
    }
    queue.pop().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn counter() {
        interlace::model(|| {
            let counter = Arc::new(Counter::default());
            let own = Arc::clone(&counter);
            let other = thread::spawn(move || own.increment());
            counter.increment();
            other.join().unwrap();
            assert_eq!(counter.value.load(SeqCst), 2);
        });
    }

    #[test]
    fn log() {
        interlace::model(|| {
            let counter = Arc::new(Counter::default());
            let own = Arc::clone(&counter);
            let other = thread::spawn(move || own.log_next());
            counter.log_next();
            other.join().unwrap();
            assert_eq!(*counter.log.lock().unwrap(), [0, 1]);
        });
    }

    #[test]
    fn queue() {
        interlace::model(|| {
            let queue = Arc::new(ArrayQueue::new(2));
            queue.push(1).unwrap();
            let own = Arc::clone(&queue);
            let other = thread::spawn(move || take(&own));
            take(&queue);
            other.join().unwrap();
        });
    }

    #[test]
    fn in_the_test() {
        interlace::model(|| {
            let value = Arc::new(AtomicUsize::new(0));
            let own = Arc::clone(&value);
            let other = thread::spawn(move || own.fetch_add(1, SeqCst));
            let before = value.load(SeqCst);
            value.store(before + 1, SeqCst);
            other.join().unwrap();
            assert_eq!(value.load(SeqCst), 2);
        });
    }

    #[test]
    fn within_a_line() {
        interlace::model(|| {
            let counter = Arc::new(Counter::default());
            let own = Arc::clone(&counter);
            let other = thread::spawn(move || own.add_to_both());
            let (value, twice) = counter.both();
            assert!(twice <= 2 * value + 2 && value <= twice / 2 && (value, twice) != (0, 2));
            other.join().unwrap();
        });
    }
}
