//! What tokio has for threads and tasks, without its runtime.

use super::*;

#[test]
fn mutex() {
    holds(|| {
        use tokio::sync::Mutex;
        let (_, _, m) = two(
            Mutex::new(0),
            |m| *m.blocking_lock() += 1,
            |m| *m.blocking_lock() += 1,
        );
        assert_eq!(*m.blocking_lock(), 2);
    });
}

#[test]
fn rwlock() {
    holds(|| {
        use tokio::sync::RwLock;
        let (_, b, _) = two(
            RwLock::new((0, 0)),
            |m| *m.blocking_write() = (1, 1),
            |m| *m.blocking_read(),
        );
        assert_eq!(b.0, b.1);
        b
    });
}

#[test]
fn mpsc() {
    holds(|| {
        let (s, mut r) = tokio::sync::mpsc::channel(1);
        let (_, got) = both(move || s.blocking_send(1).unwrap(), || r.blocking_recv());
        assert_eq!(got, Some(1));
    });
}

#[test]
fn mpsc_two() {
    holds_in_part(|| {
        let (s, mut r) = tokio::sync::mpsc::channel(1);
        let (_, got) = both(
            move || {
                s.blocking_send(1).unwrap();
                s.blocking_send(2).unwrap()
            },
            || [r.blocking_recv(), r.blocking_recv()],
        );
        assert_eq!(got, [Some(1), Some(2)]);
    });
}

#[test]
fn unbounded() {
    holds_in_part(|| {
        let (s, mut r) = tokio::sync::mpsc::unbounded_channel();
        let (_, got) = both(
            move || s.send(1).unwrap(),
            || [r.blocking_recv(), r.blocking_recv()],
        );
        assert_eq!(got, [Some(1), None]);
    });
}

#[test]
fn oneshot() {
    holds(|| {
        let (s, r) = tokio::sync::oneshot::channel();
        let (_, got) = both(move || s.send(1), || r.blocking_recv());
        assert_eq!(got, Ok(1));
    });
}

#[test]
fn oneshot_dropped() {
    holds(|| {
        let (s, r) = tokio::sync::oneshot::channel::<u32>();
        let (_, got) = both(move || drop(s), || r.blocking_recv());
        assert!(got.is_err());
    });
}

#[test]
fn watch() {
    holds(|| {
        let (s, mut r) = tokio::sync::watch::channel(0);
        let (_, got) = both(
            move || s.send(1).unwrap(),
            || {
                block_on(r.changed()).unwrap();
                *r.borrow()
            },
        );
        assert_eq!(got, 1);
    });
}

#[test]
fn notify() {
    holds(|| {
        use tokio::sync::Notify;
        two(
            Notify::new(),
            |n| n.notify_one(),
            |n| block_on(n.notified()),
        );
    });
}

#[test]
fn semaphore() {
    holds(|| {
        use tokio::sync::Semaphore;
        let (_, _, s) = two(
            Semaphore::new(1),
            |s| drop(block_on(s.acquire()).unwrap()),
            |s| drop(block_on(s.acquire()).unwrap()),
        );
        assert_eq!(s.available_permits(), 1);
    });
}

#[test]
fn broadcast() {
    holds(|| {
        let (s, mut r) = tokio::sync::broadcast::channel(2);
        let (_, got) = both(move || s.send(1).unwrap(), || r.blocking_recv());
        assert_eq!(got, Ok(1));
    });
}

#[test]
fn once_cell() {
    holds(|| {
        use tokio::sync::OnceCell;
        let (a, b, _) = two(
            OnceCell::new(),
            |c| *block_on(c.get_or_init(async || 1)),
            |c| *block_on(c.get_or_init(async || 2)),
        );
        assert_eq!(a, b);
        a
    });
}

#[test]
fn barrier() {
    holds(|| {
        use tokio::sync::Barrier;
        let wait = |b: &Barrier| block_on(b.wait()).is_leader();
        let (a, b, _) = two(Barrier::new(2), wait, wait);
        assert!(a != b);
        a
    });
}

#[test]
fn two_sections() {
    fails(|| {
        let add = |m: &tokio::sync::Mutex<u32>| {
            let before = *m.blocking_lock();
            *m.blocking_lock() = before + 1;
        };
        let (_, _, m) = two(tokio::sync::Mutex::new(0), add, add);
        assert_eq!(*m.blocking_lock(), 2);
    });
}

#[test]
fn nobody_waits_yet() {
    fails(|| {
        use tokio::sync::Notify;
        two(
            Notify::new(),
            |n| n.notify_waiters(),
            |n| block_on(n.notified()),
        );
    });
}
