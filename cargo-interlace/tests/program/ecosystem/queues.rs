//! Queues of crossbeam and concurrent-queue.

mod array_queue {
    use super::super::*;

    #[test]
    fn push_push() {
        holds(|| {
            let (a, b, q) = two(
                crossbeam_queue::ArrayQueue::new(2),
                |q| q.push(1),
                |q| q.push(2),
            );
            assert!(a.is_ok() && b.is_ok());
            let all = [q.pop().unwrap(), q.pop().unwrap()];
            assert!(q.pop().is_none() && all[0] + all[1] == 3);
            all
        });
    }

    #[test]
    fn pushes_pops() {
        holds(|| {
            let (_, got, q) = two(
                crossbeam_queue::ArrayQueue::new(2),
                |q| {
                    q.push(1).unwrap();
                    q.push(2).unwrap();
                },
                |q| [q.pop(), q.pop()],
            );
            let all: Vec<u32> = got
                .into_iter()
                .flatten()
                .chain(std::iter::from_fn(|| q.pop()))
                .collect();
            assert_eq!(all, [1, 2]);
            got
        });
    }

    #[test]
    fn one_is_refused() {
        holds(|| {
            let (a, b, q) = two(
                crossbeam_queue::ArrayQueue::new(1),
                |q| q.push(1),
                |q| q.push(2),
            );
            assert!(a.is_ok() != b.is_ok() && q.len() == 1);
            (a, b)
        });
    }

    #[test]
    fn force_push_pop() {
        holds(|| {
            let (old, got, q) = two(
                crossbeam_queue::ArrayQueue::new(1),
                |q| {
                    q.push(1).unwrap();
                    q.force_push(2)
                },
                |q| q.pop(),
            );
            let mut all: Vec<u32> = old.into_iter().chain(got).chain(q.pop()).collect();
            all.sort_unstable();
            assert_eq!(all, [1, 2]);
            (old, got)
        });
    }

    #[test]
    fn full_is_checked_before() {
        fails(|| {
            two(
                crossbeam_queue::ArrayQueue::new(1),
                |q| {
                    if !q.is_full() {
                        q.push(1).unwrap()
                    }
                },
                |q| {
                    if !q.is_full() {
                        q.push(2).unwrap()
                    }
                },
            );
        });
    }
}

mod seg_queue {
    use super::super::*;

    #[test]
    fn push_push() {
        holds(|| {
            let (_, _, q) = two(
                crossbeam_queue::SegQueue::new(),
                |q| q.push(1),
                |q| q.push(2),
            );
            let all = [q.pop().unwrap(), q.pop().unwrap()];
            assert!(q.pop().is_none() && all[0] + all[1] == 3);
            all
        });
    }

    #[test]
    fn push_pop() {
        holds(|| {
            let (_, got, q) = two(crossbeam_queue::SegQueue::new(), |q| q.push(1), |q| q.pop());
            assert_eq!(got.or_else(|| q.pop()), Some(1));
            got
        });
    }

    #[test]
    fn pushes_pops() {
        holds(|| {
            let (_, got, q) = two(
                crossbeam_queue::SegQueue::new(),
                |q| {
                    q.push(1);
                    q.push(2);
                },
                |q| [q.pop(), q.pop()],
            );
            let all: Vec<u32> = got
                .into_iter()
                .flatten()
                .chain(std::iter::from_fn(|| q.pop()))
                .collect();
            assert_eq!(all, [1, 2]);
            got
        });
    }

    #[test]
    fn pop_pop() {
        holds(|| {
            let q = crossbeam_queue::SegQueue::new();
            q.push(1);
            let (a, b, _) = two(q, |q| q.pop(), |q| q.pop());
            assert!(a.is_some() != b.is_some());
            (a, b)
        });
    }
}

mod deque {
    use super::super::*;

    #[test]
    fn pop_steal() {
        holds(|| {
            use crossbeam_deque::{Steal, Worker};
            let worker = Worker::new_lifo();
            worker.push(1);
            let stealer = worker.stealer();
            let (stolen, popped) = both(move || stealer.steal(), || worker.pop());
            assert!(
                popped.is_some() != matches!(stolen, Steal::Success(_))
                    || (popped.is_none() && stolen == Steal::Retry)
            );
            (format!("{stolen:?}"), popped)
        });
    }

    #[test]
    fn push_pop_steal() {
        holds(|| {
            use crossbeam_deque::Worker;
            let worker = Worker::new_lifo();
            let stealer = worker.stealer();
            let (stolen, popped) = both(
                move || [stealer.steal().success(), stealer.steal().success()],
                || {
                    worker.push(1);
                    worker.push(2);
                    worker.pop()
                },
            );
            let mut all: Vec<u32> = stolen
                .into_iter()
                .flatten()
                .chain(popped)
                .chain(std::iter::from_fn(|| worker.pop()))
                .collect();
            all.sort_unstable();
            assert_eq!(all, [1, 2]);
            (stolen, popped)
        });
    }

    #[test]
    fn fifo_pop_steal() {
        holds(|| {
            use crossbeam_deque::Worker;
            let worker = Worker::new_fifo();
            worker.push(1);
            worker.push(2);
            let stealer = worker.stealer();
            let (stolen, popped) = both(move || stealer.steal().success(), || worker.pop());
            let mut all: Vec<u32> = stolen
                .into_iter()
                .chain(popped)
                .chain(std::iter::from_fn(|| worker.pop()))
                .collect();
            all.sort_unstable();
            assert_eq!(all, [1, 2]);
            (stolen, popped)
        });
    }

    #[test]
    fn injector() {
        holds(|| {
            use crossbeam_deque::Injector;
            let (_, got, q) = two(Injector::new(), |q| q.push(1), |q| q.steal().success());
            assert_eq!(got.or_else(|| q.steal().success()), Some(1));
            got
        });
    }

    #[test]
    fn injector_batch() {
        holds(|| {
            use crossbeam_deque::{Injector, Worker};
            let (_, got, q) = two(
                Injector::new(),
                |q| {
                    q.push(1);
                    q.push(2)
                },
                |q| {
                    let worker = Worker::new_fifo();
                    let first = q.steal_batch_and_pop(&worker).success();
                    (first, worker.pop())
                },
            );
            let rest = std::iter::from_fn(|| q.steal().success());
            let all: Vec<u32> = got.0.into_iter().chain(got.1).chain(rest).collect();
            assert_eq!(all, [1, 2]);
            got
        });
    }
}

mod concurrent_queue {
    use super::super::*;

    #[test]
    fn single_push_pop() {
        holds(|| {
            let (_, b, q) = two(
                ::concurrent_queue::ConcurrentQueue::bounded(1),
                |q| q.push(1).unwrap(),
                |q| q.pop().ok(),
            );
            assert_eq!(b.or_else(|| q.pop().ok()), Some(1));
            b
        });
    }

    #[test]
    fn bounded_pushes_pops() {
        holds(|| {
            let (_, got, q) = two(
                ::concurrent_queue::ConcurrentQueue::bounded(2),
                |q| {
                    q.push(1).unwrap();
                    q.push(2).unwrap()
                },
                |q| [q.pop().ok(), q.pop().ok()],
            );
            let all: Vec<u32> = got.into_iter().flatten().chain(q.try_iter()).collect();
            assert_eq!(all, [1, 2]);
            got
        });
    }

    #[test]
    fn unbounded_push_pop() {
        holds(|| {
            let (_, b, q) = two(
                ::concurrent_queue::ConcurrentQueue::unbounded(),
                |q| q.push(1).unwrap(),
                |q| q.pop().ok(),
            );
            assert_eq!(b.or_else(|| q.pop().ok()), Some(1));
            b
        });
    }

    #[test]
    fn unbounded_two() {
        holds(|| {
            let (_, got, q) = two(
                ::concurrent_queue::ConcurrentQueue::unbounded(),
                |q| {
                    q.push(1).unwrap();
                    q.push(2).unwrap()
                },
                |q| [q.pop().ok(), q.pop().ok()],
            );
            let all: Vec<u32> = got.into_iter().flatten().chain(q.try_iter()).collect();
            assert_eq!(all, [1, 2]);
            got
        });
    }

    #[test]
    fn close() {
        holds(|| {
            let (a, b, q) = two(
                ::concurrent_queue::ConcurrentQueue::bounded(1),
                |q| q.push(1).is_ok(),
                |q| q.close(),
            );
            assert!(b && q.pop().is_ok() == a);
            a
        });
    }

    #[test]
    fn length_then_pop() {
        fails(|| {
            let q = ::concurrent_queue::ConcurrentQueue::bounded(2);
            q.push(1).unwrap();
            two(
                q,
                |q| {
                    if q.len() > 0 {
                        q.pop().unwrap();
                    }
                },
                |q| {
                    if q.len() > 0 {
                        q.pop().unwrap();
                    }
                },
            );
        });
    }
}
