//! Users of crates of the registry, as they were published: with a mistake of their own, or with one of the crate.

use std::sync::Arc;

use arc_swap::ArcSwap;
use crossbeam_queue_0_2::SegQueue;
use dashmap::DashMap;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub color: u32,
    pub size: u32,
}

#[derive(Default)]
pub struct Shared {
    settings: ArcSwap<Settings>,
}

impl Shared {
    pub fn current(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// Another change may come in between.
    pub fn change(&self, change: impl Fn(&mut Settings)) {
        let mut settings = Settings::clone(&self.settings.load());
        change(&mut settings);
        self.settings.store(Arc::new(settings));
    }
}

/// Names, each of which has one owner.
#[derive(Default)]
pub struct Names {
    owners: DashMap<String, u32>,
}

impl Names {
    /// Whether the name is free, and so `owner` has it now. Another one may take it in between.
    pub fn claim(&self, name: &str, owner: u32) -> bool {
        if self.owners.contains_key(name) {
            return false;
        }
        self.owners.insert(name.to_owned(), owner);
        true
    }
}

/// Who waits.
#[derive(Default)]
pub struct Waiting {
    queue: SegQueue<u32>,
}

impl Waiting {
    pub fn add(&self, id: u32) {
        self.queue.push(id);
    }

    pub fn next(&self) -> Option<u32> {
        self.queue.pop().ok()
    }

    pub fn count(&self) -> usize {
        self.queue.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem;
    use std::task::{Context, Waker};
    use std::thread;

    #[test]
    fn no_change_is_lost() {
        interlace::model(|| {
            let shared = Arc::new(Shared::default());
            let its = Arc::clone(&shared);
            let other = thread::spawn(move || its.change(|settings| settings.color = 1));
            shared.change(|settings| settings.size = 2);
            other.join().unwrap();
            assert_eq!(*shared.current(), Settings { color: 1, size: 2 });
        });
    }

    #[test]
    fn a_name_has_one_owner() {
        interlace::model(|| {
            let names = Names::default();
            let claimed = thread::scope(|scope| {
                let other = scope.spawn(|| names.claim("a", 1));
                [names.claim("a", 2), other.join().unwrap()]
            });
            assert_ne!(claimed, [true, true]);
        });
    }

    /// A mistake of async-channel: who has been woken, and does something else, lets nobody else be woken.
    #[test]
    fn whoever_sends_is_woken() {
        interlace::model(|| {
            let (sender, receiver) = async_channel::bounded(2);
            sender.try_send(1).unwrap();
            sender.try_send(2).unwrap();
            let its = sender.clone();
            let forgets = thread::spawn(move || {
                let mut send = Box::pin(its.send(3));
                if send.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
                    mem::forget(send);
                }
            });
            let sends = thread::spawn(move || sender.send_blocking(4).unwrap());
            receiver.recv_blocking().unwrap();
            receiver.recv_blocking().unwrap();
            forgets.join().unwrap();
            sends.join().unwrap();
        });
    }

    /// A mistake of crossbeam-queue, at the end of a block.
    #[test]
    fn one_at_most_waits() {
        interlace::model(|| {
            let waiting = Waiting::default();
            for id in 1..31 {
                waiting.add(id);
                waiting.next();
            }
            thread::scope(|scope| {
                scope.spawn(|| waiting.add(31));
                scope.spawn(|| waiting.next());
                assert!(waiting.count() <= 1);
            });
        });
    }
}
