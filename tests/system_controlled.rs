//! What calls of libc do on threads that a run controls, on both engines.
#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fs::File;
use std::io::{Read as _, Write as _, pipe};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Engine, Explorer, Report};
use libc::{c_int, c_void};

/// Objects of C code that two threads share.
struct Shared {
    mutex: UnsafeCell<libc::pthread_mutex_t>,
    condition: UnsafeCell<libc::pthread_cond_t>,
    lock: UnsafeCell<libc::pthread_rwlock_t>,
    barrier: UnsafeCell<libc::pthread_barrier_t>,
    semaphore: UnsafeCell<libc::sem_t>,
    once: UnsafeCell<libc::pthread_once_t>,
    count: UnsafeCell<u32>,
}

// SAFETY: the objects are for several threads, and they guard the count.
unsafe impl Sync for Shared {}
// SAFETY: nothing of it belongs to a thread.
unsafe impl Send for Shared {}

impl Shared {
    fn new() -> Arc<Self> {
        // SAFETY: all zeros are what the initialisers of C give, and the others follow.
        unsafe {
            let shared: Arc<Shared> = Arc::new(MaybeUninit::zeroed().assume_init());
            libc::pthread_barrier_init(shared.barrier.get(), ptr::null(), 2);
            libc::sem_init(shared.semaphore.get(), 0, 0);
            shared
        }
    }

    /// The count, when no other thread is left.
    fn count(&self) -> u32 {
        // SAFETY: no other thread is left.
        unsafe { *self.count.get() }
    }
}

/// Explores on both engines, which find no failure, and run the same.
fn on_both_engines(explore: impl Fn(Engine) -> Report) {
    let texts = [Engine::Threads, Engine::Fibers].map(|engine| {
        let report = explore(engine);
        report.assert_ok();
        report.to_string()
    });
    assert_eq!(texts[0], texts[1]);
}

fn zero(result: c_int) {
    assert_eq!(result, 0);
}

#[test]
fn a_mutex_of_c_is_a_lock() {
    // SAFETY: the objects live as long as the execution, and the lock guards the count.
    let add = |shared: &Arc<Shared>| unsafe {
        interlace::marker!("lock");
        zero(libc::pthread_mutex_lock(shared.mutex.get()));
        let before = *shared.count.get();
        interlace::marker!("between");
        *shared.count.get() = before + 1;
        zero(libc::pthread_mutex_unlock(shared.mutex.get()));
    };
    on_both_engines(|engine| {
        Explorer::new(Shared::new)
            .engine(engine)
            .thread("a", add)
            .thread("b", add)
            .check(|shared| assert_eq!(shared.count(), 2))
            .explore()
    });
}

/// Such locks know by their owner who may take them again, so libc must tell fibers apart.
#[test]
fn a_recursive_mutex_of_c_is_for_one_thread() {
    type Lock = unsafe extern "C" fn(*mut libc::pthread_mutex_t) -> c_int;
    type Counted = (Arc<Shared>, AtomicU32);
    // SAFETY: the objects live as long as the execution, and the lock guards the count.
    let add = |(shared, entered): &Counted, lock: Lock| unsafe {
        interlace::marker!("lock");
        if lock(shared.mutex.get()) == libc::EBUSY {
            return;
        }
        entered.fetch_add(1, SeqCst);
        let before = *shared.count.get();
        interlace::marker!("between");
        zero(libc::pthread_mutex_lock(shared.mutex.get()));
        *shared.count.get() = before + 1;
        zero(libc::pthread_mutex_unlock(shared.mutex.get()));
        zero(libc::pthread_mutex_unlock(shared.mutex.get()));
    };
    let recursive = || {
        let shared = Shared::new();
        // SAFETY: nobody else knows it yet.
        unsafe { *shared.mutex.get() = libc::PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP };
        (shared, AtomicU32::new(0))
    };
    let explore = |lock: Lock| {
        on_both_engines(|engine| {
            Explorer::new(recursive)
                .engine(engine)
                .thread("a", move |counted| add(counted, lock))
                .thread("b", move |counted| add(counted, lock))
                .check(|(shared, entered)| assert_eq!(shared.count(), entered.load(SeqCst)))
                .explore()
        });
    };
    explore(libc::pthread_mutex_lock);
    explore(libc::pthread_mutex_trylock);
}

#[test]
fn a_condition_of_c_wakes_who_waits() {
    on_both_engines(|engine| {
        Explorer::new(Shared::new)
            .engine(engine)
            // SAFETY: the objects live as long as the execution, and the lock guards the count.
            .thread("a", |shared: &Arc<Shared>| unsafe {
                interlace::marker!("wait");
                zero(libc::pthread_mutex_lock(shared.mutex.get()));
                while *shared.count.get() == 0 {
                    zero(libc::pthread_cond_wait(
                        shared.condition.get(),
                        shared.mutex.get(),
                    ));
                }
                zero(libc::pthread_mutex_unlock(shared.mutex.get()));
            })
            // SAFETY: as above.
            .thread("b", |shared: &Arc<Shared>| unsafe {
                interlace::marker!("set");
                zero(libc::pthread_mutex_lock(shared.mutex.get()));
                *shared.count.get() = 1;
                interlace::marker!("signal");
                zero(libc::pthread_cond_signal(shared.condition.get()));
                zero(libc::pthread_mutex_unlock(shared.mutex.get()));
            })
            .explore()
    });
}

#[test]
fn other_locks_of_c_wait_and_wake() {
    extern "C" fn once() {
        thread::yield_now();
    }
    // SAFETY: the objects live as long as the execution, and the lock guards the count.
    let meet = |shared: &Arc<Shared>| unsafe {
        interlace::marker!("first");
        zero(libc::pthread_once(shared.once.get(), once));
        let first = libc::pthread_barrier_wait(shared.barrier.get());
        zero(libc::pthread_rwlock_wrlock(shared.lock.get()));
        interlace::marker!("inside");
        assert_eq!(
            libc::pthread_rwlock_rdlock(shared.lock.get()),
            libc::EDEADLK
        );
        *shared.count.get() += 1;
        zero(libc::pthread_rwlock_unlock(shared.lock.get()));
        if first == 0 {
            zero(libc::sem_wait(shared.semaphore.get()));
        } else {
            assert_eq!(first, libc::PTHREAD_BARRIER_SERIAL_THREAD);
            interlace::marker!("post");
            zero(libc::sem_post(shared.semaphore.get()));
        }
    };
    on_both_engines(|engine| {
        Explorer::new(Shared::new)
            .engine(engine)
            .thread("a", meet)
            .thread("b", meet)
            .check(|shared| assert_eq!(shared.count(), 2))
            .explore()
    });
}

extern "C" fn started(argument: *mut c_void) -> *mut c_void {
    interlace::marker!("inside");
    argument
}

#[test]
fn threads_started_inside_give_their_values() {
    on_both_engines(|engine| {
        Explorer::new(|| ())
            .engine(engine)
            // SAFETY: the places live longer than the calls.
            .thread("a", |()| unsafe {
                interlace::marker!("start");
                let mut thread = 0;
                let argument = ptr::without_provenance_mut(7);
                zero(libc::pthread_create(
                    &raw mut thread,
                    ptr::null(),
                    started,
                    argument,
                ));
                let other = thread::Builder::new().name("named".to_owned());
                let other = other.spawn(|| thread::current().name().unwrap().to_owned());
                let mut value = ptr::null_mut();
                zero(libc::pthread_join(thread, &raw mut value));
                assert_eq!(value, argument);
                assert_eq!(other.unwrap().join().unwrap(), "named");
            })
            .explore()
    });
}

#[test]
fn time_is_virtual_and_goes_on() {
    let real = Instant::now();
    on_both_engines(|engine| {
        Explorer::new(|| ())
            .engine(engine)
            .thread("a", |()| {
                interlace::marker!("sleep");
                let since = Instant::now();
                thread::sleep(Duration::from_secs(1000));
                assert!(since.elapsed() >= Duration::from_secs(1000));
                thread::park_timeout(Duration::from_secs(1000));
                assert!(since.elapsed() >= Duration::from_secs(2000));
                // SAFETY: it has no conditions.
                zero(unsafe { libc::usleep(5) });
            })
            .allow_trivial()
            .explore()
    });
    assert!(real.elapsed() < Duration::from_secs(60));
}

#[test]
fn pipes_are_waited_for() {
    /// More than the pipe holds.
    const SIZE: usize = 200_000;
    on_both_engines(|engine| {
        Explorer::new(|| pipe().unwrap())
            .engine(engine)
            .thread("a", |(reader, _)| {
                interlace::marker!("read");
                let mut fd = libc::pollfd {
                    fd: reader.as_raw_fd(),
                    events: libc::POLLIN,
                    revents: 0,
                };
                // SAFETY: one entry is there.
                assert_eq!(unsafe { libc::poll(&raw mut fd, 1, -1) }, 1);
                let mut bytes = vec![0; SIZE];
                (&*reader).read_exact(&mut bytes).unwrap();
            })
            .thread("b", |(_, writer)| {
                interlace::marker!("write");
                (&*writer).write_all(&vec![1; SIZE]).unwrap();
            })
            .explore()
    });
}

#[test]
fn sockets_are_waited_for() {
    on_both_engines(|engine| {
        Explorer::new(|| TcpListener::bind("127.0.0.1:0").unwrap())
            .engine(engine)
            .thread("server", |listener| {
                interlace::marker!("accept");
                let (mut stream, _) = listener.accept().unwrap();
                let mut question = [0];
                stream.read_exact(&mut question).unwrap();
                stream.write_all(&question).unwrap();
            })
            .thread("client", |listener| {
                interlace::marker!("connect");
                let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
                stream.write_all(b"?").unwrap();
                // SAFETY: all zeros are an empty set, and the sets live longer than the call.
                unsafe {
                    let mut set = MaybeUninit::zeroed().assume_init();
                    libc::FD_SET(stream.as_raw_fd(), &raw mut set);
                    let (limit, none) = (stream.as_raw_fd() + 1, ptr::null_mut());
                    let count = libc::select(limit, &raw mut set, none, none, ptr::null_mut());
                    assert_eq!(count, 1);
                    assert!(libc::FD_ISSET(stream.as_raw_fd(), &raw const set));
                }
                let mut answer = [0];
                stream.read_exact(&mut answer).unwrap();
                assert_eq!(&answer, b"?");
                stream
                    .set_read_timeout(Some(Duration::from_secs(1000)))
                    .unwrap();
                // The server has closed its end, so this is no time-out.
                assert_eq!(stream.read(&mut answer).unwrap(), 0);
            })
            .explore()
    });
}

#[test]
fn locks_of_files_are_waited_for() {
    /// A file for one execution, since others may run at the same time.
    struct Locked(PathBuf);
    impl Locked {
        fn create() -> Self {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let (process, number) = (std::process::id(), NUMBER.fetch_add(1, SeqCst));
            let name = format!("interlace-{process}-{number}-controlled");
            let path = std::env::temp_dir().join(name);
            File::create(&path).unwrap();
            Locked(path)
        }
    }
    impl Drop for Locked {
        fn drop(&mut self) {
            std::fs::remove_file(&self.0).unwrap();
        }
    }
    let lock = |Locked(path): &Locked| {
        interlace::marker!("open");
        let file = File::options().read(true).write(true).open(path).unwrap();
        // SAFETY: the file is open, and the range lives longer than the call.
        unsafe {
            zero(libc::flock(file.as_raw_fd(), libc::LOCK_EX));
            interlace::marker!("locked");
            zero(libc::flock(file.as_raw_fd(), libc::LOCK_UN));
            let mut range: libc::flock = MaybeUninit::zeroed().assume_init();
            range.l_type = libc::F_WRLCK.try_into().unwrap();
            zero(libc::fcntl(
                file.as_raw_fd(),
                libc::F_OFD_SETLKW,
                &raw const range,
            ));
            interlace::marker!("range");
        }
    };
    on_both_engines(|engine| {
        Explorer::new(Locked::create)
            .engine(engine)
            .thread("a", lock)
            .thread("b", lock)
            .explore()
    });
}

/// What std asks a new thread for its guard page, and what names it in messages.
#[test]
fn a_thread_knows_its_own_stack_and_id() {
    fn has_own_stack() -> bool {
        let local = 0_u8;
        let mut attributes = MaybeUninit::uninit();
        let (mut low, mut size) = (ptr::null_mut(), 0);
        // SAFETY: the attributes are there for both calls, and given back.
        unsafe {
            let own = libc::pthread_self();
            assert_eq!(libc::pthread_getattr_np(own, attributes.as_mut_ptr()), 0);
            libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
        }
        let low = low.addr();
        (low..low + size).contains(&(&raw const local).addr())
    }
    // SAFETY: it has no arguments.
    let id = || unsafe { libc::gettid() };
    for engine in [Engine::Threads, Engine::Fibers] {
        Explorer::model(move || {
            let other = thread::spawn(move || (has_own_stack(), id()));
            let (is_own, other) = other.join().unwrap();
            assert!(is_own && has_own_stack());
            assert_ne!(id(), other);
        })
        .engine(engine)
        .allow_trivial()
        .explore()
        .assert_ok();
    }
}
