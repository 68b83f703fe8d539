use interlace::{Engine, Explorer, marker};
use std::sync::{Arc, Condvar, Mutex};
fn main() {
    for engine in [Engine::Threads, Engine::Fibers] {
        let r = Explorer::new(<(Mutex<()>, Mutex<()>)>::default)
            .thread("a", |(l, r)| {
                marker!("l");
                let _l = l.lock().unwrap();
                marker!("r");
                let _r = r.lock().unwrap();
            })
            .thread("b", |(l, r)| {
                marker!("r");
                let _r = r.lock().unwrap();
                marker!("l");
                let _l = l.lock().unwrap();
            })
            .engine(engine)
            .keep_going()
            .explore();
        println!("{engine:?} abba {:?}", r.verdicts().collect::<Vec<_>>());
        println!(
            "{}",
            r.to_string()
                .lines()
                .take(12)
                .collect::<Vec<_>>()
                .join("\n")
        );
        let r = Explorer::new(|| Arc::new((Mutex::new(0), Condvar::new())))
            .thread("a", |s| {
                marker!("wait");
                let mut g = s.0.lock().unwrap();
                while *g == 0 {
                    g = s.1.wait(g).unwrap();
                }
            })
            .thread("b", |s| {
                marker!("set");
                *s.0.lock().unwrap() = 1;
                s.1.notify_one();
                marker!("end")
            })
            .engine(engine)
            .keep_going()
            .explore();
        println!(
            "{engine:?} condvar {:?} {}",
            r.verdicts().collect::<Vec<_>>(),
            r.schedules()
        );
    }
}
