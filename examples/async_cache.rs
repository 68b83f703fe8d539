//! An async cache of rendered pages, and a page that is rendered twice.
//!
//! Two tasks ask for the same page. Both miss, so both render it: under load, every miss of a
//! popular page becomes a stampede. The map is behind a lock of tokio's all the time; what is
//! missing is that the lock be held from the miss until the page is in.
//!
//! Prints the report that the explorer gives, then that of the fixed twin. No runtime runs here:
//! the explorer polls the tasks, and a task that waits for the lock waits until it is woken.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Explorer, Report};
use tokio::sync::Mutex;

#[derive(Default)]
struct Cache {
    pages: Mutex<HashMap<&'static str, String>>,
    renders: AtomicU32,
}

impl Cache {
    /// What is slow, and what the cache is for.
    #[expect(clippy::unused_async, reason = "stands for a call that waits")]
    async fn render(&self, path: &'static str) -> String {
        self.renders.fetch_add(1, SeqCst);
        format!("<h1>{path}</h1>")
    }
}

#[interlace::trace]
impl Cache {
    /// Lets go of the lock while it renders: a task that looks meanwhile misses too.
    async fn get(&self, path: &'static str) -> String {
        // interlace: look_up
        if let Some(page) = self.pages.lock().await.get(path) {
            return page.clone();
        }
        let page = self.render(path).await; // interlace: render
        self.pages.lock().await.insert(path, page.clone()); // interlace: insert
        page
    }

    /// The fixed twin: keeps the lock while it renders, and so at the marker as well. A task that
    /// looks meanwhile waits, and then hits.
    async fn get_once(&self, path: &'static str) -> String {
        let mut pages = self.pages.lock().await; // interlace: lock
        if let Some(page) = pages.get(path) {
            return page.clone();
        }
        let page = self.render(path).await; // interlace: render
        pages.insert(path, page.clone());
        page
    }
}

fn explore_broken() -> Report {
    let visit = async |cache: &Cache| assert_eq!(cache.get("/home").await, "<h1>/home</h1>");
    Explorer::new(Cache::default)
        .task("visitor1", visit)
        .task("visitor2", visit)
        .check(|cache| assert_eq!(cache.renders.load(SeqCst), 1, "not rendered once"))
        .keep_going()
        .explore()
}

fn explore_fixed() -> Report {
    let visit = async |cache: &Cache| assert_eq!(cache.get_once("/home").await, "<h1>/home</h1>");
    Explorer::new(Cache::default)
        .task("visitor1", visit)
        .task("visitor2", visit)
        .check(|cache| assert_eq!(cache.renders.load(SeqCst), 1, "not rendered once"))
        .explore()
}

fn main() {
    let broken = explore_broken();
    println!("{broken}\n");
    broken.assert_fails();
    // Two tasks of three markers have 6! / (3! 3!) = 20 orders. In two of them one task is done
    // before the other looks, which then hits and has one marker instead of three.
    assert_eq!((broken.schedules(), broken.failing()), (20, 18));

    println!("fixed by keeping the lock while rendering:\n");
    let fixed = explore_fixed();
    println!("{fixed}");
    fixed.assert_ok();
    // Whoever is first has lock and render, the other only lock: before the render, where it waits,
    // or after it. Twice that, for either may be first.
    assert_eq!(fixed.schedules(), 4);
    assert!(fixed.is_exhaustive());
}
