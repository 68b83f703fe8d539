//! Threads that sleep in system calls until another thread does something, under a grace: reads and
//! writes of pipes and sockets, `accept`, `epoll_wait`.

use std::io::{PipeReader, PipeWriter, Read, Write as _, pipe};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use interlace::{Explorer, FailureKind, Timeouts, Verdict, marker, schedule};

use crate::oracle::assert_counts;

/// What is done here is done at once, and nobody else has to answer.
pub(crate) const GRACE: Duration = Duration::from_millis(5);

/// The next byte; nothing if there is no more.
pub(crate) fn read(mut from: impl Read) -> Option<u8> {
    let mut byte = [0];
    let count = from.read(&mut byte).unwrap();
    byte[..count].first().copied()
}

/// A pipe that counts those that are still there.
struct Pipe {
    reader: PipeReader,
    writer: Mutex<Option<PipeWriter>>,
    left: &'static AtomicU32,
}

impl Pipe {
    fn new(left: &'static AtomicU32) -> Self {
        left.fetch_add(1, SeqCst);
        let (reader, writer) = pipe().unwrap();
        let writer = Mutex::new(Some(writer));
        Pipe {
            reader,
            writer,
            left,
        }
    }

    fn write(&self, bytes: &[u8]) {
        let writer = self.writer.lock().unwrap();
        writer.as_ref().unwrap().write_all(bytes).unwrap();
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.left.fetch_sub(1, SeqCst);
    }
}

fn reader_and(name: &str, other: fn(&Pipe), left: &'static AtomicU32) -> Explorer<Pipe> {
    Explorer::new(move || Pipe::new(left))
        .thread("reads", |pipe| {
            marker!("read");
            read(&pipe.reader);
        })
        .thread(name, other)
        .grace(GRACE)
}

#[test]
fn a_reader_waits_until_there_is_something_to_read_or_nobody_to_write() {
    // The other and read: 1. read, which waits, the other, and the reader goes on: 1.
    static LEFT: AtomicU32 = AtomicU32::new(0);
    let write = |pipe: &Pipe| {
        marker!("write");
        pipe.write(&[7]);
    };
    let close = |pipe: &Pipe| {
        marker!("close");
        *pipe.writer.lock().unwrap() = None;
    };
    assert_counts(move || reader_and("writes", write, &LEFT), 2, 0).assert_ok();
    assert_counts(move || reader_and("closes", close, &LEFT), 2, 0).assert_ok();

    // As it is printed it is replayed.
    let schedule = schedule![reads: read, writes: write, reads: resume(read)];
    let execution = reader_and("writes", write, &LEFT).replay(&schedule);
    execution.assert_ok();
    assert_eq!(execution.steps(), schedule.steps());
    assert!(
        execution.to_string().contains("read (goes on)"),
        "{execution}"
    );
    assert_eq!(LEFT.load(SeqCst), 0);
}

#[test]
fn a_reader_of_a_pipe_to_which_nobody_writes_is_deadlocked() {
    // read and look in either order: the reader waits at the end of both.
    static LEFT: AtomicU32 = AtomicU32::new(0);
    let look = |_: &Pipe| marker!("look");
    let report = assert_counts(move || reader_and("looks", look, &LEFT), 0, 2);
    let failure = report.assert_fails();
    assert!(failure.is_reproduced(), "{failure}");
    let FailureKind::Deadlock(deadlock) = failure.kind() else {
        panic!("{report}");
    };
    let threads = deadlock.to_string();
    let expected = "\n  reads  is blocked in read of pipe 1, after passing read";
    assert!(threads.contains(expected), "{threads}");
    // A thread cannot be unwound from a call: it is left, with what it has. On fibers, too.
    assert!(LEFT.load(SeqCst) > 0);
}

#[test]
fn without_a_grace_the_world_is_waited_for_when_nobody_else_can_go_on() {
    static LEFT: AtomicU32 = AtomicU32::new(0);
    let patient = |name, other: fn(&Pipe)| {
        let explorer = Explorer::new(|| Pipe::new(&LEFT))
            .thread("reads", |pipe| {
                marker!("read");
                read(&pipe.reader);
            })
            .thread(name, other)
            .timeout(Duration::from_millis(200));
        explorer.workers(1).keep_going().explore()
    };
    // What another thread writes is there at the next choice, as with a grace.
    let report = patient("writes", |pipe| {
        marker!("write");
        pipe.write(&[7]);
    });
    assert_eq!(report.verdicts().collect::<Vec<_>>(), [(Verdict::Held, 2)]);
    // Nobody writes: that is no deadlock, since somebody outside might.
    let report = patient("looks", |_| marker!("look"));
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts, [(Verdict::TimedOut, 2)], "{report}");
    let text = report.assert_fails().to_string();
    let expected = "\n  reads  is blocked in read of pipe 1, after passing read";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_writer_waits_for_room_and_what_it_has_written_counts() {
    // A pipe takes 64 KiB. write: takes so much, waits; read: drains it, waits; then each goes on. Or
    // read first, which waits: the writer waits for room, and then as above. No choice but the first.
    static LEFT: AtomicU32 = AtomicU32::new(0);
    const ALL: usize = 100_000;
    assert_counts(
        || {
            Explorer::new(|| Pipe::new(&LEFT))
                .thread("writes", |pipe| {
                    marker!("write");
                    pipe.write(&vec![7; ALL]);
                })
                .thread("reads", |pipe| {
                    marker!("read");
                    let mut bytes = vec![0; ALL];
                    (&pipe.reader).read_exact(&mut bytes).unwrap();
                    assert!(bytes.iter().all(|byte| *byte == 7));
                })
                .grace(GRACE)
        },
        2,
        0,
    )
    .assert_ok();
}

/// One asks and waits for an answer, the other answers when it has been asked so often.
fn asked_and_answered(questions: usize) -> Explorer<(UnixStream, UnixStream)> {
    Explorer::new(|| UnixStream::pair().unwrap())
        .thread("asks", |(asks, _)| {
            marker!("ask");
            (&mut &*asks).write_all(b"?").unwrap();
            marker!("hear");
            assert_eq!(read(asks), Some(b'!'));
        })
        .thread("answers", move |(_, answers)| {
            marker!("answer");
            for _ in 0..questions {
                read(answers);
            }
            (&mut &*answers).write_all(b"!").unwrap();
        })
        .grace(GRACE)
}

#[test]
fn two_ends_of_a_socket_wait_for_each_other() {
    // ask first: then answer hear; or hear, which waits, answer, hear goes on: 2. answer first, which
    // waits, then ask, and now the same two: 2.
    assert_counts(|| asked_and_answered(1), 4, 0).assert_ok();
}

#[test]
fn who_waits_for_a_second_question_that_never_comes_is_deadlocked() {
    // As above, and where `answers` had the last word it waits instead, in either order with `hear`.
    let report = assert_counts(|| asked_and_answered(2), 0, 4);
    let failure = report.assert_fails();
    assert_eq!(failure.schedule(), &schedule![], "{failure}");
    let text = failure.to_string();
    for line in [
        "asks     is blocked in recv of socket 1, after passing hear",
        "answers  is blocked in recv of socket 2, after passing answer",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn who_accepts_waits_for_a_connection() {
    let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
    assert_counts(
        move || {
            Explorer::new(listen)
                .thread("accepts", |listener| {
                    marker!("accept");
                    drop(listener.accept().unwrap());
                })
                .thread("connects", |listener| {
                    marker!("connect");
                    drop(TcpStream::connect(listener.local_addr().unwrap()).unwrap());
                })
                .grace(GRACE)
        },
        2,
        0,
    )
    .assert_ok();
    let report = assert_counts(
        move || {
            Explorer::new(listen)
                .thread("accepts", |listener| drop(listener.accept()))
                .grace(GRACE)
        },
        0,
        1,
    );
    let text = report.to_string();
    assert!(
        text.contains("in accept of socket 1, before its first"),
        "{text}"
    );
}

/// A thread with a runtime of its own, in which a task waits for what another thread sends.
fn runtime_and(name: &str, other: fn(&UnixStream)) -> Explorer<(UnixStream, UnixStream)> {
    Explorer::new(|| UnixStream::pair().unwrap())
        .thread("waits", |(_, end)| {
            let end = end.try_clone().unwrap();
            end.set_nonblocking(true).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build();
            marker!("wait");
            let byte = runtime.unwrap().block_on(async {
                let end = tokio::net::UnixStream::from_std(end).unwrap();
                end.readable().await.unwrap();
                let mut byte = [0];
                end.try_read(&mut byte).unwrap();
                byte
            });
            assert_eq!(byte, [7]);
        })
        .thread(name, move |(end, _)| other(end))
        .grace(GRACE)
}

#[test]
fn a_runtime_that_waits_for_events_is_blocked_until_one_comes() {
    // send wait: 1. wait send, and the runtime goes on: 1.
    let send = |mut end: &UnixStream| {
        marker!("send");
        end.write_all(&[7]).unwrap();
    };
    assert_counts(move || runtime_and("sends", send), 2, 0).assert_ok();
    let report = assert_counts(move || runtime_and("looks", |_| marker!("look")), 0, 2);
    let text = report.to_string();
    assert!(
        text.contains("waits  is blocked in epoll_wait of epoll 1, after"),
        "{text}"
    );
}

#[test]
fn a_sleep_and_a_read_with_a_time_out_end_as_the_schedule_says() {
    let program = |timeouts| {
        Explorer::new(|| (UnixStream::pair().unwrap(), Mutex::new(String::new())))
            .thread("a", |((end, _), log)| {
                marker!("sleep");
                thread::sleep(6 * GRACE);
                end.set_read_timeout(Some(6 * GRACE)).unwrap();
                assert!((&mut &*end).read(&mut [0]).is_err());
                log.lock().unwrap().push('a');
            })
            .thread("b", |(_, log)| {
                marker!("note");
                log.lock().unwrap().push('b');
            })
            .outcome(|(_, log)| log.lock().unwrap().clone())
            .timeouts(timeouts)
    };
    // `note` before, between and after `sleep`, the end of the sleep, and that of the read.
    let report = assert_counts(move || program(Timeouts::Early), 4, 0);
    let outcomes: Vec<_> = report.outcomes().collect();
    assert_eq!(outcomes, [("\"ab\"", 1), ("\"ba\"", 3)]);
    // Late, both end only when b has.
    let report = assert_counts(move || program(Timeouts::Late), 2, 0);
    let outcomes: Vec<_> = report.outcomes().collect();
    assert_eq!(outcomes, [("\"ba\"", 2)]);
}
