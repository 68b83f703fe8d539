use interlace::{Engine, Explorer, marker};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering::SeqCst},
    mpsc,
};
use std::time::{Duration, Instant};
fn main() {
    for engine in [Engine::Threads, Engine::Fibers] {
        let t = Instant::now();
        let r = Explorer::new(|| Arc::new(AtomicU32::new(0)))
            .thread("server", |n: &Arc<AtomicU32>| {
                marker!("serve");
                let s: Vec<_> = (0..2)
                    .map(|_| {
                        let n = Arc::clone(n);
                        std::thread::spawn(move || {
                            marker!("read");
                            let o = n.load(SeqCst);
                            marker!("write");
                            n.store(o + 1, SeqCst)
                        })
                    })
                    .collect();
                for s in s {
                    s.join().unwrap()
                }
            })
            .check(|n| assert_eq!(n.load(SeqCst), 2))
            .engine(engine)
            .keep_going()
            .explore();
        println!("{engine:?} spawned {:?}", r.verdicts().collect::<Vec<_>>());
        println!(
            "{}",
            r.to_string()
                .lines()
                .take(40)
                .collect::<Vec<_>>()
                .join("\n")
        );
        let r = Explorer::new(|| ())
            .thread("a", |()| {
                marker!("recv");
                let (tx, rx) = mpsc::channel::<()>();
                let _ = rx.recv_timeout(Duration::from_secs(5));
                drop(tx);
            })
            .thread("b", |()| {
                marker!("sleep");
                std::thread::sleep(Duration::from_secs(10))
            })
            .engine(engine)
            .keep_going()
            .explore();
        println!(
            "{engine:?} timed {:?} {}",
            r.verdicts().collect::<Vec<_>>(),
            r.schedules()
        );
        println!("{:?}", t.elapsed());
    }
}
