//! What a marker says of the code that it gates, while its thread is on the way there.

use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use crate::engine::{self, LockId, LockQuery};
use crate::operation::{Access, Footprint, Object};
use crate::site::Site;

/// What a marker says that the code after it touches and acquires: all of it, up to the next point of
/// its thread.
#[derive(Debug, Default)]
pub struct Declaration {
    footprint: Footprint,
    /// Whether there is a lock of which is not known which it is, so that this is not all.
    is_incomplete: bool,
}

impl Declaration {
    /// The gated code reads what lies there.
    pub fn reads(&mut self, place: Range<usize>) {
        self.touch(Access::read(Object::Memory(place)));
    }

    /// The gated code writes what lies there.
    pub fn writes(&mut self, place: Range<usize>) {
        self.touch(Access::write(Object::Memory(place)));
    }

    /// The gated code reads what the text stands for.
    pub fn reads_text(&mut self, text: &str) {
        self.touch(Access::read(object(text)));
    }

    /// The gated code writes what the text stands for.
    pub fn writes_text(&mut self, text: &str) {
        self.touch(Access::write(object(text)));
    }

    /// The gated code begins by acquiring this.
    pub fn acquires(&mut self, lock: LockId) {
        self.touch_lock(lock, Access::acquire);
    }

    /// The gated code releases this, after it has acquired what it acquires.
    pub fn releases(&mut self, lock: LockId) {
        self.touch_lock(lock, Access::release);
    }

    fn touch_lock(&mut self, lock: LockId, access: fn(Object) -> Access) {
        match lock.known_address() {
            Some(address) => {
                let lock = Object::Memory(address..address.saturating_add(1));
                self.touch(access(lock));
            }
            None => self.is_incomplete = true,
        }
    }

    fn touch(&mut self, access: Access) {
        self.footprint.accesses.push(access);
    }

    /// Pauses the calling thread at `site`.
    #[cfg_attr(interlace, inline(never))]
    pub fn reach(self, site: &'static Site) {
        self.declare();
        engine::reach(site);
    }

    /// As [`reach`](Self::reach), until all locks that the question shows are free.
    #[cfg_attr(interlace, inline(never))]
    pub fn acquire(self, site: &'static Site, question: &LockQuery<'_>) {
        self.declare();
        engine::acquire(site, question);
    }

    fn declare(self) {
        if !self.is_incomplete {
            engine::declare(self.footprint);
        }
    }
}

/// The hash is the same in every process.
fn object(text: &str) -> Object {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    Object::Text(hasher.finish())
}
