//! Threads that sleep until something outside of the program answers, under a grace that is longer.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

use interlace::{Explorer, marker};

use crate::calls::read;
use crate::oracle::assert_counts;

/// What answers take is far less, so that they are in time on a busy machine, too.
const GRACE: Duration = Duration::from_millis(250);

/// A server outside of the program: what comes in at one end of a connection it says at both, after
/// as many milliseconds. Its threads are started by this one, so they are none of the program's.
fn serve() -> Sender<[UnixStream; 2]> {
    let (sender, receiver) = channel::<[UnixStream; 2]>();
    thread::spawn(move || {
        for mut ends in receiver {
            thread::spawn(move || {
                let mut byte = [0];
                while ends[0].read(&mut byte).is_ok_and(|count| count > 0) {
                    thread::sleep(Duration::from_millis(byte[0].into()));
                    for end in &mut ends {
                        let _ = end.write_all(&byte);
                    }
                }
            });
        }
    });
    sender
}

/// Two clients of the server, and who has come to its end.
struct Clients {
    ends: [UnixStream; 2],
    log: Mutex<String>,
    noted: Condvar,
}

impl Clients {
    fn of(server: &Mutex<Sender<[UnixStream; 2]>>) -> Self {
        let [(one, its), (other, others)] = [(); 2].map(|()| UnixStream::pair().unwrap());
        server.lock().unwrap().send([its, others]).unwrap();
        Clients {
            ends: [one, other],
            log: Mutex::default(),
            noted: Condvar::new(),
        }
    }

    /// Lets the server say `what` to both.
    fn ask(&self, what: u8) {
        (&mut &self.ends[0]).write_all(&[what]).unwrap();
    }

    fn note(&self, who: char) {
        self.log.lock().unwrap().push(who);
        self.noted.notify_all();
    }

    /// Waits until somebody is noted.
    fn wait_for_note(&self) {
        let log = self.log.lock().unwrap();
        drop(self.noted.wait_while(log, |log| log.is_empty()));
    }
}

fn explorer() -> Explorer<Clients> {
    let server = Mutex::new(serve());
    Explorer::new(move || Clients::of(&server))
        .outcome(|clients| clients.log.lock().unwrap().clone())
        .grace(GRACE)
}

/// Asserts that a does not wait for another thread: each answer comes within its step, so `note` is
/// before or after `ask`.
fn assert_is_answered(a: fn(&Clients)) {
    let program = move || {
        explorer()
            .thread("a", move |clients| {
                marker!("ask");
                a(clients);
                clients.note('a');
            })
            .thread("b", |clients| {
                marker!("note");
                clients.note('b');
            })
    };
    let report = assert_counts(program, 2, 0);
    let outcomes: Vec<_> = report.outcomes().collect();
    assert_eq!(outcomes, [("\"ab\"", 1), ("\"ba\"", 1)]);
}

#[test]
fn an_answer_that_comes_in_time_is_no_wait() {
    assert_is_answered(|clients| {
        clients.ask(5);
        assert_eq!(read(&clients.ends[0]), Some(5));
    });
}

#[test]
fn so_is_each_of_several_that_take_longer_than_the_grace_in_all() {
    assert_is_answered(|clients| {
        for _ in 0..6 {
            clients.ask(50);
            assert_eq!(read(&clients.ends[0]), Some(50));
        }
    });
}

#[test]
fn an_answer_to_one_thread_lets_another_go_on_before_the_next_choice() {
    // `asks` waits before its first marker, so `hear` comes first, and leaves `hears` waiting for the
    // answer. Then nobody but `asks` can go on: it wakes up, and asks. When the answer has come, `hears`
    // goes on before or after `look`: 2. If the choice came before the answer, `look` would be all there
    // is: 1.
    let program = || {
        explorer()
            .thread("hears", |clients| {
                marker!("hear");
                clients.note('h');
                assert_eq!(read(&clients.ends[1]), Some(5));
            })
            .thread("asks", |clients| {
                clients.wait_for_note();
                marker!("ask");
                clients.ask(5);
                marker!("look");
            })
    };
    assert_counts(program, 2, 0).assert_ok();
}
