//! Other searches in the same process, on the same processors.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Engine, Explorer, Verdict, marker};

/// Searches on fibers, on all processors, for as long as there is a `Searching`.
struct Searching(Option<thread::JoinHandle<()>>);

static ROUNDS: AtomicU32 = AtomicU32::new(0);
const OVER: u32 = u32::MAX;

impl Searching {
    fn begin() -> Self {
        ROUNDS.store(0, SeqCst);
        let body = |(): &()| (0..4).for_each(|_| marker!("step"));
        let search = move || {
            while ROUNDS.load(SeqCst) != OVER {
                let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
                let explorer = explorer.thread("c", body).engine(Engine::Fibers);
                let processors = thread::available_parallelism().unwrap().get();
                explorer.workers(processors).explore().assert_ok();
                let one_more = |rounds| (rounds != OVER).then(|| rounds + 1);
                let _ = ROUNDS.fetch_update(SeqCst, SeqCst, one_more);
            }
        };
        let thread = thread::spawn(search);
        while ROUNDS.load(SeqCst) == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        Searching(Some(thread))
    }
}

impl Drop for Searching {
    fn drop(&mut self) {
        ROUNDS.store(OVER, SeqCst);
        if let Some(thread) = self.0.take() {
            thread.join().expect("the search beside holds");
        }
    }
}

#[test]
fn carriers_of_fibers_are_no_threads_that_the_program_has_started() {
    // If they were, they could yet unlock: each block would be doubted for half a second, and twelve
    // take six seconds. They are told in less than one.
    let _searching = Searching::begin();
    let since = Instant::now();
    for _ in 0..12 {
        let report = Explorer::new(Mutex::default)
            .thread("alone", |lock: &Mutex<()>| {
                marker!("once");
                let _once = lock.lock();
                marker!("again");
                let _again = lock.lock();
            })
            .timeout(Duration::from_secs(60))
            .explore();
        let verdicts: Vec<_> = report.verdicts().collect();
        assert_eq!(verdicts, [(Verdict::Deadlocked, 1)], "{report}");
    }
    assert!(since.elapsed() < Duration::from_secs(6), "{since:?}");
}
