//! What is freed once nobody looks at it any more.

use super::*;

#[test]
fn swaps() {
    holds_in_part(|| {
        use crossbeam_epoch::{Atomic, Owned, pin};
        let change = |value| {
            move |shared: &Atomic<u32>| {
                let guard = pin();
                let before = shared.swap(Owned::new(value), SeqCst, &guard);
                // SAFETY: it was not freed, as the thread is pinned.
                let was = *unsafe { before.deref() };
                // SAFETY: no thread sees it any more, and none but this one frees it.
                unsafe { guard.defer_destroy(before) };
                was
            }
        };
        let (a, b, shared) = two(Atomic::new(0), change(1), change(2));
        assert!((a == 0 && b == 1) || (a == 2 && b == 0));
        // SAFETY: no thread sees it any more, and none but this one frees it.
        drop(unsafe { shared.load(SeqCst, &pin()).into_owned() });
        (a, b)
    });
}

#[test]
fn load_and_replace() {
    holds_in_part(|| {
        use crossbeam_epoch::{Atomic, Owned, pin};
        let (_, b, shared) = two(
            Atomic::new(1),
            |shared: &Atomic<u32>| {
                let guard = pin();
                let before = shared.swap(Owned::new(2), SeqCst, &guard);
                // SAFETY: no thread sees it any more, and none but this one frees it.
                unsafe { guard.defer_destroy(before) };
                guard.flush();
            },
            |shared| {
                let guard = pin();
                // SAFETY: it was not freed, as the thread is pinned.
                *unsafe { shared.load(SeqCst, &guard).deref() }
            },
        );
        assert!(b == 1 || b == 2);
        // SAFETY: no thread sees it any more, and none but this one frees it.
        drop(unsafe { shared.load(SeqCst, &pin()).into_owned() });
        b
    });
}

#[test]
fn stack() {
    holds(|| {
        use crossbeam_epoch::{Atomic, Owned, Shared, pin};
        struct Node {
            value: u32,
            next: Atomic<Node>,
        }
        fn push(head: &Atomic<Node>, value: u32) {
            let guard = pin();
            let mut node = Owned::new(Node {
                value,
                next: Atomic::null(),
            });
            loop {
                let first = head.load(SeqCst, &guard);
                node.next.store(first, SeqCst);
                match head.compare_exchange(first, node, SeqCst, SeqCst, &guard) {
                    Ok(_) => return,
                    Err(error) => node = error.new,
                }
            }
        }
        fn pop(head: &Atomic<Node>) -> Option<u32> {
            let guard = pin();
            loop {
                let first = head.load(SeqCst, &guard);
                // SAFETY: it was not freed, as the thread is pinned.
                let node = unsafe { first.as_ref() }?;
                let next = node.next.load(SeqCst, &guard);
                if head
                    .compare_exchange(first, next, SeqCst, SeqCst, &guard)
                    .is_ok()
                {
                    // SAFETY: no thread sees it any more, and none but this one frees it.
                    unsafe { guard.defer_destroy(first) };
                    return Some(node.value);
                }
            }
        }
        let head = Atomic::from(Shared::null());
        push(&head, 1);
        let (_, got, head) = two(head, |head| push(head, 2), |head| pop(head));
        let all: Vec<u32> = got
            .into_iter()
            .chain(std::iter::from_fn(|| pop(&head)))
            .collect();
        assert!(all == [1, 2] || all == [2, 1]);
        got
    });
}

#[test]
fn load_then_store() {
    fails(|| {
        use crossbeam_epoch::{Atomic, Owned, pin};
        let add = |shared: &Atomic<u32>| {
            let guard = pin();
            // SAFETY: it was not freed, as the thread is pinned.
            let before = *unsafe { shared.load(SeqCst, &guard).deref() };
            let old = shared.swap(Owned::new(before + 1), SeqCst, &guard);
            // SAFETY: no thread sees it any more, and none but this one frees it.
            unsafe { guard.defer_destroy(old) };
        };
        let (_, _, shared) = two(Atomic::new(0), add, add);
        let guard = pin();
        // SAFETY: it was not freed, as the thread is pinned.
        assert_eq!(*unsafe { shared.load(SeqCst, &guard).deref() }, 2);
    });
}
