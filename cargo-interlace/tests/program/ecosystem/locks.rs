//! Locks of parking_lot, and a map whose parts are under locks.

mod parking_lot {
    use super::super::*;

    #[test]
    fn mutex() {
        holds(|| {
            let (a, b, _) = two(
                ::parking_lot::Mutex::new(0),
                |m| {
                    *m.lock() += 1;
                },
                |m| {
                    *m.lock() += 1;
                    *m.lock()
                },
            );
            (a, b)
        });
    }

    #[test]
    fn try_lock() {
        holds(|| {
            let (a, b, m) = two(
                ::parking_lot::Mutex::new(0),
                |m| m.try_lock().map(|mut it| *it += 1).is_some(),
                |m| *m.lock() += 1,
            );
            assert_eq!(*m.lock(), 1 + u32::from(a));
            (a, b)
        });
    }

    #[test]
    fn try_lock_for() {
        holds(|| {
            let (a, _, m) = two(
                ::parking_lot::Mutex::new(0),
                |m| {
                    m.try_lock_for(Duration::from_millis(3))
                        .map(|mut it| *it += 1)
                        .is_some()
                },
                |m| *m.lock() += 1,
            );
            assert_eq!(*m.lock(), 1 + u32::from(a));
            a
        });
    }

    #[test]
    fn fair_mutex() {
        holds(|| {
            let (_, _, m) = two(
                ::parking_lot::FairMutex::new(0),
                |m| *m.lock() += 1,
                |m| *m.lock() += 1,
            );
            assert_eq!(*m.lock(), 2);
        });
    }

    #[test]
    fn reentrant_mutex() {
        holds(|| {
            use std::cell::Cell;
            let add = |m: &::parking_lot::ReentrantMutex<Cell<u32>>| {
                let one = m.lock();
                let other = m.lock();
                let before = one.get();
                other.set(before + 1);
            };
            let (_, _, m) = two(::parking_lot::ReentrantMutex::new(Cell::new(0)), add, add);
            assert_eq!(m.lock().get(), 2);
        });
    }

    #[test]
    fn rwlock_write_read() {
        holds(|| {
            let (_, b, _) = two(
                ::parking_lot::RwLock::new((0, 0)),
                |l| *l.write() = (1, 1),
                |l| *l.read(),
            );
            assert_eq!(b.0, b.1);
            b
        });
    }

    #[test]
    fn rwlock_write_write() {
        holds(|| {
            let (_, _, l) = two(
                ::parking_lot::RwLock::new(0),
                |l| *l.write() += 1,
                |l| *l.write() += 1,
            );
            assert_eq!(*l.read(), 2);
        });
    }

    #[test]
    fn rwlock_upgrade() {
        holds(|| {
            use ::parking_lot::{RwLock, RwLockUpgradableReadGuard};
            let (_, b, l) = two(
                RwLock::new(0),
                |l| {
                    let guard = l.upgradable_read();
                    let before = *guard;
                    *RwLockUpgradableReadGuard::upgrade(guard) = before + 1;
                },
                |l| *l.read(),
            );
            assert_eq!(*l.read(), 1);
            b
        });
    }

    #[test]
    fn condvar() {
        holds(|| {
            use ::parking_lot::{Condvar, Mutex};
            two(
                (Mutex::new(false), Condvar::new()),
                |(m, c)| {
                    *m.lock() = true;
                    c.notify_one();
                },
                |(m, c)| {
                    let mut guard = m.lock();
                    while !*guard {
                        c.wait(&mut guard);
                    }
                },
            );
        });
    }

    #[test]
    fn condvar_wait_for() {
        holds(|| {
            use ::parking_lot::{Condvar, Mutex};
            let (_, b, _) = two(
                (Mutex::new(false), Condvar::new()),
                |(m, c)| {
                    *m.lock() = true;
                    c.notify_one();
                },
                |(m, c)| {
                    let mut guard = m.lock();
                    if !*guard {
                        c.wait_for(&mut guard, Duration::from_millis(4));
                    }
                    *guard
                },
            );
            b
        });
    }

    #[test]
    fn once() {
        holds(|| {
            let call = |(once, count): &(::parking_lot::Once, AtomicU32)| {
                once.call_once(|| {
                    count.fetch_add(1, SeqCst);
                })
            };
            let (_, _, s) = two((::parking_lot::Once::new(), AtomicU32::new(0)), call, call);
            assert_eq!(s.1.load(SeqCst), 1);
        });
    }

    #[test]
    fn two_sections() {
        fails(|| {
            let add = |m: &::parking_lot::Mutex<u32>| {
                let before = *m.lock();
                *m.lock() = before + 1;
            };
            let (_, _, m) = two(::parking_lot::Mutex::new(0), add, add);
            assert_eq!(*m.lock(), 2);
        });
    }

    #[test]
    fn crosswise() {
        fails(|| {
            use ::parking_lot::Mutex;
            two(
                (Mutex::new(0), Mutex::new(0)),
                |(a, b)| {
                    let a = a.lock();
                    *b.lock() += *a;
                },
                |(a, b)| {
                    let b = b.lock();
                    *a.lock() += *b;
                },
            );
        });
    }

    #[test]
    fn notified_before() {
        fails(|| {
            use ::parking_lot::{Condvar, Mutex};
            two(
                (Mutex::new(false), Condvar::new()),
                |(m, c)| {
                    *m.lock() = true;
                    c.notify_one();
                },
                |(m, c)| {
                    if *m.lock() {
                        return;
                    }
                    c.wait(&mut m.lock());
                },
            );
        });
    }
}

mod dashmap {
    use super::super::*;

    #[test]
    fn insert_insert() {
        holds(|| {
            let (a, b, m) = two(
                ::dashmap::DashMap::with_shard_amount(2),
                |m| m.insert(1, 1),
                |m| m.insert(1, 2),
            );
            assert!(a.is_none() != b.is_none() && m.len() == 1);
            (a, b)
        });
    }

    #[test]
    fn insert_other() {
        holds(|| {
            let (_, _, m) = two(
                ::dashmap::DashMap::new(),
                |m| m.insert(1, 1),
                |m| m.insert(2, 2),
            );
            assert_eq!(m.len(), 2);
        });
    }

    #[test]
    fn insert_get() {
        holds(|| {
            let (_, b, _) = two(
                ::dashmap::DashMap::with_shard_amount(2),
                |m| m.insert(1, 1),
                |m| m.get(&1).map(|it| *it),
            );
            b
        });
    }

    #[test]
    fn entry() {
        holds(|| {
            let add = |m: &::dashmap::DashMap<u32, u32>| *m.entry(1).or_insert(0) += 1;
            let (_, _, m) = two(::dashmap::DashMap::with_shard_amount(2), add, add);
            assert_eq!(*m.get(&1).unwrap(), 2);
        });
    }

    #[test]
    fn insert_remove() {
        holds(|| {
            let (_, b, m) = two(
                ::dashmap::DashMap::with_shard_amount(2),
                |m| {
                    m.insert(1, 1);
                },
                |m| m.remove(&1),
            );
            assert_eq!(m.len(), usize::from(b.is_none()));
            b
        });
    }

    #[test]
    fn insert_iter() {
        holds(|| {
            let (_, b, _) = two(
                ::dashmap::DashMap::with_shard_amount(2),
                |m| {
                    m.insert(1, 1);
                },
                |m| m.iter().map(|it| *it).sum::<u32>(),
            );
            b
        });
    }

    #[test]
    fn get_then_insert() {
        fails(|| {
            let add = |m: &::dashmap::DashMap<u32, u32>| {
                let before = m.get(&1).map_or(0, |it| *it);
                m.insert(1, before + 1);
            };
            let (_, _, m) = two(::dashmap::DashMap::with_shard_amount(2), add, add);
            assert_eq!(*m.get(&1).unwrap(), 2);
        });
    }
}
