use std::sync::{Mutex, RwLock};

fn main() {
    let (lock, plain) = (RwLock::new(1), Mutex::new(1));
    interlace::marker!("read", acquires_shared(lock));
    drop(lock.read());
    interlace::marker!("take", acquires_shared(plain));
    drop(plain.lock());
}
