use interlace::{Engine, Explorer, marker};
use std::sync::mpsc;
use std::time::Duration;
fn main() {
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
        .engine(Engine::Threads)
        .keep_going()
        .workers(1)
        .explore();
    println!("timed {r}");
}
