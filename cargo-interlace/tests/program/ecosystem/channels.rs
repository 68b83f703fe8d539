//! Channels of crossbeam, flume and std.

mod channel {
    use super::super::*;

    #[test]
    fn bounded_send_recv() {
        holds(|| {
            let (s, r) = crossbeam_channel::bounded(1);
            let (sent, got) = both(move || s.send(1), || r.recv());
            assert_eq!((sent, got), (Ok(()), Ok(1)));
        });
    }

    #[test]
    fn bounded_two() {
        holds_in_part(|| {
            let (s, r) = crossbeam_channel::bounded(1);
            let (_, got) = both(
                move || {
                    s.send(1).unwrap();
                    s.send(2).unwrap()
                },
                || [r.recv(), r.recv(), r.recv()],
            );
            assert_eq!(got, [Ok(1), Ok(2), Err(crossbeam_channel::RecvError)]);
        });
    }

    #[test]
    fn rendezvous() {
        holds(|| {
            let (s, r) = crossbeam_channel::bounded(0);
            let (sent, got) = both(move || s.send(1), || r.recv());
            assert_eq!((sent, got), (Ok(()), Ok(1)));
        });
    }

    /// What unwinds after that finds its channel as its destructors never expect it, and panics there.
    #[test]
    fn a_deadlock_is_found_though_destructors_panic_after_it() {
        for engine in [Engine::Fibers, Engine::Threads] {
            let program = Explorer::model(|| {
                let (s, r) = crossbeam_channel::bounded(0);
                let (s2, r2) = crossbeam_channel::bounded(0);
                let one = move || {
                    s.send(1).unwrap();
                    r2.recv().unwrap()
                };
                let two = move || {
                    s2.send(2).unwrap();
                    r.recv().unwrap()
                };
                both(one, two);
            });
            let report = program.engine(engine).saved(Nowhere).explore();
            let kind = report.failure().unwrap().kind();
            assert!(matches!(kind, FailureKind::Deadlock(_)), "{report}");
        }
    }

    #[test]
    fn unbounded_send_recv() {
        holds(|| {
            let (s, r) = crossbeam_channel::unbounded();
            let (sent, got) = both(move || s.send(1), || r.recv());
            assert_eq!((sent, got), (Ok(()), Ok(1)));
        });
    }

    #[test]
    fn unbounded_two() {
        holds_in_part(|| {
            let (s, r) = crossbeam_channel::unbounded();
            let (_, got) = both(
                move || {
                    s.send(1).unwrap();
                    s.send(2).unwrap()
                },
                || [r.recv(), r.recv()],
            );
            assert_eq!(got, [Ok(1), Ok(2)]);
        });
    }

    #[test]
    fn try_send_try_recv() {
        holds(|| {
            let (s, r) = crossbeam_channel::bounded(1);
            let (sent, got) = both(
                move || [s.try_send(1).is_ok(), s.try_send(2).is_ok()],
                || r.try_recv().ok(),
            );
            assert!(sent[0] && (!sent[1] || got == Some(1)) && got != Some(2));
            (sent, got)
        });
    }

    #[test]
    fn disconnect() {
        holds(|| {
            let (s, r) = crossbeam_channel::bounded::<u32>(1);
            let (_, got) = both(move || drop(s), || r.recv());
            assert!(got.is_err());
        });
    }

    #[test]
    fn receiver_is_dropped() {
        holds(|| {
            let (s, r) = crossbeam_channel::unbounded();
            let (_, sent) = both(move || drop(r), || s.send(Box::new(1)).is_ok());
            sent
        });
    }

    #[test]
    fn select_of_two() {
        holds(|| {
            let ((s, r), (s2, r2)) = (crossbeam_channel::bounded(1), crossbeam_channel::bounded(1));
            let (_, got) = both(
                move || {
                    s.send(1).unwrap();
                    s2.send(2).unwrap()
                },
                || {
                    crossbeam_channel::select! {
                        recv(r) -> it => it.unwrap(),
                        recv(r2) -> it => it.unwrap(),
                    }
                },
            );
            got
        });
    }

    #[test]
    fn recv_timeout() {
        holds(|| {
            let (s, r) = crossbeam_channel::bounded(1);
            let (_, got) = both(
                move || s.send(1).is_ok(),
                || r.recv_timeout(Duration::from_millis(5)).ok(),
            );
            got
        });
    }

    #[test]
    fn two_senders() {
        holds(|| {
            let (s, r) = crossbeam_channel::bounded(2);
            let s2 = s.clone();
            both(move || s.send(1).unwrap(), || s2.send(2).unwrap());
            [r.recv().unwrap(), r.recv().unwrap()]
        });
    }
}

mod flume {
    use super::super::*;

    #[test]
    fn unbounded_send_recv() {
        holds(|| {
            let (s, r) = ::flume::unbounded();
            let (sent, got) = both(move || s.send(1), || r.recv());
            assert_eq!((sent, got), (Ok(()), Ok(1)));
        });
    }

    #[test]
    fn bounded_two() {
        holds(|| {
            let (s, r) = ::flume::bounded(1);
            let (_, got) = both(
                move || {
                    s.send(1).unwrap();
                    s.send(2).unwrap()
                },
                || [r.recv(), r.recv()],
            );
            assert_eq!(got, [Ok(1), Ok(2)]);
        });
    }

    #[test]
    fn rendezvous() {
        holds(|| {
            let (s, r) = ::flume::bounded(0);
            let (sent, got) = both(move || s.send(1), || r.recv());
            assert_eq!((sent, got), (Ok(()), Ok(1)));
        });
    }

    #[test]
    fn disconnect() {
        holds(|| {
            let (s, r) = ::flume::bounded::<u32>(1);
            let (_, got) = both(move || drop(s), || r.recv());
            assert!(got.is_err());
        });
    }

    #[test]
    fn recv_timeout() {
        holds(|| {
            let (s, r) = ::flume::bounded(1);
            let (_, got) = both(
                move || s.send(1).is_ok(),
                || r.recv_timeout(Duration::from_millis(5)).ok(),
            );
            got
        });
    }

    #[test]
    fn send_and_async_recv() {
        holds(|| {
            let (s, r) = ::flume::bounded(1);
            let (_, got) = both(move || s.send(1), || block_on(r.recv_async()));
            assert_eq!(got, Ok(1));
        });
    }

    #[test]
    fn a_sender_is_kept() {
        fails(|| {
            let (s, r) = ::flume::bounded(1);
            let s2 = s.clone();
            let (_, got) = both(
                move || s.send(1).unwrap(),
                || [r.try_recv().is_ok(), r.recv().is_ok()],
            );
            drop(s2);
            got
        });
    }
}

mod mpsc {
    use super::super::*;

    #[test]
    fn send_recv() {
        holds(|| {
            let (s, r) = std::sync::mpsc::channel();
            let (sent, got) = both(move || s.send(1), || r.recv());
            assert_eq!((sent, got), (Ok(()), Ok(1)));
        });
    }

    #[test]
    fn two_and_end() {
        holds_in_part(|| {
            let (s, r) = std::sync::mpsc::channel();
            let (_, got) = both(
                move || {
                    s.send(1).unwrap();
                    s.send(2).unwrap()
                },
                || [r.recv().ok(), r.recv().ok(), r.recv().ok()],
            );
            assert_eq!(got, [Some(1), Some(2), None]);
        });
    }

    #[test]
    fn sync_two() {
        holds_in_part(|| {
            let (s, r) = std::sync::mpsc::sync_channel(1);
            let (_, got) = both(
                move || {
                    s.send(1).unwrap();
                    s.send(2).unwrap()
                },
                || [r.recv(), r.recv()],
            );
            assert_eq!(got, [Ok(1), Ok(2)]);
        });
    }

    #[test]
    fn rendezvous() {
        holds(|| {
            let (s, r) = std::sync::mpsc::sync_channel(0);
            let (sent, got) = both(move || s.send(1), || r.recv());
            assert_eq!((sent, got), (Ok(()), Ok(1)));
        });
    }

    #[test]
    fn try_recv() {
        holds(|| {
            let (s, r) = std::sync::mpsc::channel();
            let (_, got) = both(move || s.send(1).unwrap(), || r.try_recv());
            format!("{got:?}")
        });
    }

    #[test]
    fn recv_timeout() {
        holds(|| {
            let (s, r) = std::sync::mpsc::channel();
            let (_, got) = both(
                move || s.send(1).is_ok(),
                || r.recv_timeout(Duration::from_millis(5)).ok(),
            );
            got
        });
    }

    #[test]
    fn two_senders() {
        holds(|| {
            let (s, r) = std::sync::mpsc::channel();
            let s2 = s.clone();
            both(move || s.send(1).unwrap(), || s2.send(2).unwrap());
            [r.recv().unwrap(), r.recv().unwrap()]
        });
    }

    #[test]
    fn try_recv_unwrapped() {
        fails(|| {
            let (s, r) = std::sync::mpsc::channel();
            both(move || s.send(1).unwrap(), || r.try_recv().unwrap());
        });
    }
}
