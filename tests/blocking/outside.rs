//! Threads that sleep until something outside of the program answers, under a grace that is longer.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use interlace::{Explorer, marker};

use crate::calls::read;
use crate::oracle::assert_counts;

/// Twenty times what an answer takes.
const GRACE: Duration = Duration::from_millis(100);
const ANSWER: Duration = Duration::from_millis(5);

/// A server outside of the program: what comes in at one end of a connection it says at both, after
/// a while. Its threads are started by this one, so they are none of the program's.
fn serve() -> Sender<[UnixStream; 2]> {
    let (sender, receiver) = channel::<[UnixStream; 2]>();
    thread::spawn(move || {
        for mut ends in receiver {
            thread::spawn(move || {
                let mut byte = [0];
                while ends[0].read(&mut byte).is_ok_and(|count| count > 0) {
                    thread::sleep(ANSWER);
                    for end in &mut ends {
                        let _ = end.write_all(&byte);
                    }
                }
            });
        }
    });
    sender
}

type Clients = [UnixStream; 2];

fn clients(server: &Mutex<Sender<[UnixStream; 2]>>) -> Clients {
    let [(one, its), (other, others)] = [(); 2].map(|()| UnixStream::pair().unwrap());
    server.lock().unwrap().send([its, others]).unwrap();
    [one, other]
}

fn explorer() -> Explorer<Clients> {
    let server = Mutex::new(serve());
    Explorer::new(move || clients(&server)).grace(GRACE)
}

#[test]
fn a_thread_that_is_answered_in_time_is_not_blocked() {
    // The two orders of two markers.
    let program = || {
        explorer()
            .thread("asks", |[end, _]| {
                marker!("ask");
                (&mut &*end).write_all(&[7]).unwrap();
                assert_eq!(read(end), Some(7));
            })
            .thread("looks", |_| marker!("look"))
    };
    assert_counts(program, 2, 0).assert_ok();
}

#[test]
fn a_thread_that_is_answered_again_and_again_is_not_blocked() {
    // The same call over and over, for half as long again as a grace. The two orders.
    let program = || {
        explorer()
            .thread("asks", |[end, _]| {
                marker!("ask");
                for _ in 0..30 {
                    (&mut &*end).write_all(&[7]).unwrap();
                    assert_eq!(read(end), Some(7));
                }
            })
            .thread("looks", |_| marker!("look"))
    };
    assert_counts(program, 2, 0).assert_ok();
}

#[test]
fn a_thread_that_the_program_starts_may_answer_later() {
    // It is none that a paused thread holds up. The two orders.
    let program = || {
        Explorer::new(|| UnixStream::pair().unwrap())
            .thread("asks", |(one, other)| {
                marker!("ask");
                thread::scope(|scope| {
                    scope.spawn(|| {
                        thread::sleep(4 * ANSWER);
                        (&mut &*other).write_all(&[7]).unwrap();
                    });
                    assert_eq!(read(one), Some(7));
                });
            })
            .thread("looks", |_| marker!("look"))
            .grace(ANSWER)
    };
    assert_counts(program, 2, 0).assert_ok();
}

#[test]
fn an_answer_to_one_thread_lets_another_go_on_before_the_next_choice() {
    // ask first, then hear, which is answered in time, and look in either order: 2. hear first, which
    // waits, then ask; when the answer has come, `hears` goes on before or after look: 2. If the
    // choice came before the answer, look would be all there is.
    let program = || {
        explorer()
            .thread("hears", |[_, end]| {
                marker!("hear");
                assert_eq!(read(end), Some(7));
            })
            .thread("asks", |[end, _]| {
                marker!("ask");
                (&mut &*end).write_all(&[7]).unwrap();
                marker!("look");
            })
    };
    assert_counts(program, 4, 0).assert_ok();
}
