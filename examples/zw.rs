use interlace::{Engine, Explorer, marker};
use std::sync::{Arc, Mutex, Condvar, RwLock, mpsc, Barrier, Once, OnceLock};
fn threads() -> usize { std::fs::read_dir("/proc/self/task").unwrap().count() }
fn go<S: Send + Sync + 'static>(name: &str, e: Engine, f: impl Fn() -> Explorer<S>) {
    let before = threads();
    let mut r = None;
    for _ in 0..20 { r = Some(f().engine(e).workers(1).keep_going().explore()); }
    let r = r.unwrap();
    println!("{name} {e:?} {:?} threads {} -> {}", r.verdicts().collect::<Vec<_>>(), before, threads());
    if r.schedules() == 0 { println!("{r}"); }
}
fn main() {
    for e in [Engine::Threads, Engine::Fibers] {
        go("abba", e, || Explorer::new(<(Mutex<()>, Mutex<()>)>::default)
            .thread("a", |(l, r)| { marker!("l"); let _l = l.lock().unwrap(); marker!("r"); let _r = r.lock().unwrap(); })
            .thread("b", |(l, r)| { marker!("r"); let _r = r.lock().unwrap(); marker!("l"); let _l = l.lock().unwrap(); }));
        go("condvar", e, || Explorer::new(<(Mutex<()>, Condvar)>::default)
            .thread("a", |s| { marker!("l"); let g = s.0.lock().unwrap(); drop(s.1.wait(g)) })
            .thread("b", |s| { marker!("r"); s.1.notify_one() }));
        go("rwlock", e, || Explorer::new(<RwLock<()>>::default)
            .thread("a", |s| { marker!("l"); let _g = s.read().unwrap(); marker!("w"); drop(s.write()) })
            .thread("b", |s| { marker!("r"); drop(s.read()) }));
        go("recv", e, || Explorer::new(|| ())
            .thread("a", |_| { marker!("l"); let (_t, r) = mpsc::channel::<()>(); let _ = r.recv(); })
            .thread("b", |_| { marker!("r"); }));
        go("barrier", e, || Explorer::new(|| Barrier::new(3))
            .thread("a", |b| { marker!("l"); b.wait(); })
            .thread("b", |b| { marker!("r"); b.wait(); }));
        go("once", e, || Explorer::new(|| Once::new())
            .thread("a", |b| { marker!("l"); b.call_once(|| b.call_once(|| ())); })
            .thread("b", |b| { marker!("r"); }));
        go("park", e, || Explorer::new(|| ())
            .thread("a", |b| { marker!("l"); std::thread::park(); })
            .thread("b", |b| { marker!("r"); }));
        go("join", e, || Explorer::new(|| ())
            .thread("a", |b| { marker!("l"); std::thread::spawn(|| std::thread::park()).join().unwrap(); })
            .thread("b", |b| { marker!("r"); }));
        go("scope", e, || Explorer::new(|| ())
            .thread("a", |b| { marker!("l"); std::thread::scope(|s| { s.spawn(|| std::thread::park()); }) })
            .thread("b", |b| { marker!("r"); }));
        go("pl", e, || Explorer::new(<parking_lot::Mutex<()>>::default)
            .thread("a", |b| { marker!("l"); let _g = b.lock(); let _h = b.lock(); })
            .thread("b", |b| { marker!("r"); }));
    }
}
