//! Settings that are loaded by whoever needs them first: checked, locked, checked again.
//!
//! The pattern is easy to get wrong. One twin leaves out the second check, and loads twice. The
//! other says "ready" before it is, and hands out a setting that nobody has loaded. The last is
//! right. (In your own code use [`std::sync::OnceLock`], which is this pattern ready made.)
//!
//! Prints the reports that the explorer gives.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use interlace::{Explorer, Report};

#[derive(Default)]
struct Settings {
    is_ready: AtomicBool,
    max_connections: AtomicU32,
    loading: Mutex<()>,
    loads: AtomicU32,
}

impl Settings {
    /// What is slow, and must happen once.
    fn load(&self) -> u32 {
        self.loads.fetch_add(1, SeqCst);
        16
    }
}

#[interlace::trace]
impl Settings {
    /// Two threads that both see "not ready" load one after the other.
    fn without_second_check(&self) -> u32 {
        // interlace: check
        if !self.is_ready.load(SeqCst) {
            let _alone = self.loading.lock().unwrap(); // interlace: load
            self.max_connections.store(self.load(), SeqCst);
            self.is_ready.store(true, SeqCst);
        }
        self.max_connections.load(SeqCst)
    }

    /// The flag keeps others from loading, and tells them that they may read: too early.
    fn with_the_flag_first(&self) -> u32 {
        // interlace: claim
        if !self.is_ready.swap(true, SeqCst) {
            self.max_connections.store(self.load(), SeqCst); // interlace: load
        }
        self.max_connections.load(SeqCst) // interlace: read
    }

    /// Checks again under the lock, and sets the flag last.
    fn max_connections(&self) -> u32 {
        // interlace: check
        if !self.is_ready.load(SeqCst) {
            self.load_once(); // interlace: load
        }
        self.max_connections.load(SeqCst) // interlace: read
    }

    /// Has no marker, and so is one step: the lock that it holds is never seen held.
    fn load_once(&self) {
        let _alone = self.loading.lock().unwrap();
        if !self.is_ready.load(SeqCst) {
            self.max_connections.store(self.load(), SeqCst);
            self.is_ready.store(true, SeqCst);
        }
    }
}

/// Two threads that need the setting. It must be right for both, and loaded once.
fn two_users(get: fn(&Settings) -> u32) -> Explorer<Settings> {
    let user = move |settings: &Settings| assert_eq!(get(settings), 16, "not loaded yet");
    Explorer::new(Settings::default)
        .thread("user1", user)
        .thread("user2", user)
        .check(|settings| assert_eq!(settings.loads.load(SeqCst), 1, "not loaded once"))
        .keep_going()
}

fn explore_without_second_check() -> Report {
    two_users(Settings::without_second_check).explore()
}

fn explore_with_the_flag_first() -> Report {
    two_users(Settings::with_the_flag_first).explore()
}

fn explore_fixed() -> Report {
    two_users(Settings::max_connections).explore()
}

fn main() {
    println!("the second check is missing:\n");
    let twice = explore_without_second_check();
    println!("{twice}\n");
    twice.assert_fails();
    // Check and load by two users have 4! / (2! 2!) = 6 orders. In two of them one user is done
    // before the other checks, which then has no load; in all others both load.
    assert_eq!((twice.schedules(), twice.failing()), (6, 4));

    println!("the flag is set first:\n");
    let early = explore_with_the_flag_first();
    println!("{early}\n");
    early.assert_fails();
    // Whoever claims first then has load and read, and the other claim and read: 6 orders. In one
    // of them the other does both before the first loads. Twice that, for either may be first.
    assert_eq!((early.schedules(), early.failing()), (12, 2));

    println!("checked again under the lock, and the flag set last:\n");
    let fixed = explore_fixed();
    println!("{fixed}");
    fixed.assert_ok();
    // Each has check, load and read, in 12 orders, if both check before either loads. Else the one
    // that checks late has no load: its two steps and the other's read have 3 orders. Twice that.
    assert_eq!(fixed.schedules(), 12 + 2 * 3);
    assert!(fixed.is_exhaustive());
}
