//! Wrong declarations, and what is said of them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use interlace::{Engine, ErrorKind, Explorer, Report, Strategy, marker};

type Cells = [AtomicUsize; 2];

/// The report of one engine, if that of the other is the same but for the engine.
fn verified<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let [threads, fibers] = [Engine::Threads, Engine::Fibers].map(|engine| {
        let explorer = explorer().engine(engine).workers(1).keep_going();
        explorer.verify_accesses().explore()
    });
    assert_eq!(threads.to_string(), fibers.to_string());
    threads
}

/// What the error says; places in this file stand as `…:line`.
fn error<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> String {
    let report = verified(explorer);
    let error = report.error().unwrap_or_else(|| panic!("{report}"));
    println!("{error}");
    error.to_string()
}

fn update(read: fn(&AtomicUsize), write: fn(&AtomicUsize)) -> impl Fn() -> Explorer<Cells> {
    move || {
        let update = move |cells: &Cells| {
            read(&cells[0]);
            let value = cells[0].load(SeqCst);
            write(&cells[0]);
            cells[0].store(value + 1, SeqCst);
        };
        Explorer::new(Cells::default)
            .thread("a", update)
            .thread("b", update)
            .outcome(|cells| cells[0].load(SeqCst))
    }
}

#[test]
fn a_write_that_is_called_a_read() {
    error(update(
        |cell| marker!("load", reads(cell)),
        |cell| marker!("store", reads(cell)),
    ));
}

#[test]
fn a_write_that_is_left_out() {
    error(update(
        |cell| marker!("load", reads(cell)),
        |cell| {
            let _ = cell;
            marker!("store", reads())
        },
    ));
}

#[test]
fn another_cell() {
    error(|| {
        Explorer::new(Cells::default)
            .thread("a", |cells: &Cells| {
                marker!("store", writes(cells[1]));
                cells[0].store(1, SeqCst);
            })
            .thread("b", |cells: &Cells| {
                marker!("look", reads(cells[0]));
                if cells[0].load(SeqCst) == 1 {
                    marker!("set", writes(cells[0]));
                }
            })
    });
}

#[test]
fn a_panic() {
    error(|| {
        Explorer::new(Cells::default)
            .thread("a", |cells: &Cells| {
                marker!("store", writes(cells[1]));
                cells[0].store(1, SeqCst);
            })
            .thread("b", |cells: &Cells| {
                marker!("look", reads(cells[0]));
                assert_eq!(cells[0].load(SeqCst), 0, "too late");
            })
    });
}

#[test]
fn a_view() {
    error(|| {
        let set = |value| {
            move |cells: &Cells| {
                marker!("store", reads());
                cells[0].store(value, SeqCst);
            }
        };
        Explorer::new(Cells::default)
            .thread("a", set(1))
            .thread("b", set(2))
            .serializable(|cells| cells[0].load(SeqCst))
    });
}

#[test]
fn a_lock_that_is_left_out() {
    error(|| {
        let section = |lock: &Mutex<Vec<&str>>, name| {
            marker!("lock", reads());
            let mut log = lock.lock().unwrap();
            marker!("push", reads());
            log.push(name);
        };
        Explorer::new(Mutex::<Vec<&str>>::default)
            .thread("a", move |lock| section(lock, "a"))
            .thread("b", move |lock| section(lock, "b"))
    });
}

#[test]
fn a_short_section_whose_lock_is_left_out() {
    error(|| {
        let section = |lock: &Mutex<Vec<&'static str>>, name| {
            marker!("push", reads());
            lock.lock().unwrap().push(name);
        };
        Explorer::new(Mutex::<Vec<&'static str>>::default)
            .thread("a", move |lock| section(lock, "a"))
            .thread("b", move |lock| section(lock, "b"))
            .outcome(|log| log.lock().unwrap().clone())
    });
}

#[test]
fn a_lock_that_is_not_said_to_be_held() {
    error(|| {
        Explorer::new(Mutex::<u32>::default)
            .thread("a", |lock| {
                marker!("lock", acquires(lock), releases(lock));
                let mut value = lock.lock().unwrap();
                marker!("add", reads());
                *value += 1;
            })
            .thread("b", |lock| {
                marker!("double", acquires(lock));
                *lock.lock().unwrap() *= 2;
            })
            .outcome(|value| *value.lock().unwrap())
    });
}

#[test]
fn where_no_classes_are_run_there_is_nothing_to_verify() {
    let explorer = || {
        let step = |(): &()| marker!("step");
        Explorer::new(|| ()).thread("a", step).thread("b", step)
    };
    assert_eq!(
        verified(explorer).to_string(),
        "interlace: no failure in 2 schedules; every schedule was run\n\
         there was nothing to verify: no schedule was left out because of what markers declare"
    );
}

#[test]
fn zzz_channel() {
    use std::sync::mpsc::*;
    let make = || {
        Explorer::new(|| {
            let (s, r) = channel::<u32>();
            (Mutex::new(s), Mutex::new(r))
        })
        .thread("a", |(s, _): &(Mutex<Sender<u32>>, Mutex<Receiver<u32>>)| {
            marker!("send", writes("channel"));
            s.lock().unwrap().send(1).unwrap();
        })
        .thread("b", |(_, r)| {
            marker!("recv", writes("channel"));
            r.lock().unwrap().recv().unwrap();
        })
    };
    println!("{}", verified(make));
    println!("{}", make().strategy(Strategy::Exhaustive).explore());
    let make = || {
        Explorer::new(|| {
            let (s, r) = channel::<u32>();
            (Mutex::new(s), Mutex::new(r))
        })
        .thread("a", |(s, _): &(Mutex<Sender<u32>>, Mutex<Receiver<u32>>)| {
            marker!("send", reads());
            s.lock().unwrap().send(1).unwrap();
        })
        .thread("b", |(_, r)| {
            marker!("recv", reads());
            r.lock().unwrap().recv().unwrap();
        })
    };
    println!("{}", verified(make));
}
