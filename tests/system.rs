//! Threads that no run controls are served by the system, although calls to libc go through us.
#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#![allow(unsafe_code)]
#![allow(
    clashing_extern_declarations,
    reason = "only addresses, or with unwinding"
)]

use std::collections::HashMap;
use std::ffi::CStr;
use std::fs::File;
use std::io::{Read as _, Write as _, pipe};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::ptr;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use libc::{c_int, c_void, timespec};

/// The object in which a symbol lies that this program calls.
fn object(function: *const c_void) -> String {
    let mut information = MaybeUninit::zeroed();
    // SAFETY: the call fills it in, and the name lives as long as the object.
    unsafe {
        assert_ne!(libc::dladdr(function, information.as_mut_ptr()), 0);
        let name = information.assume_init().dli_fname;
        CStr::from_ptr(name).to_string_lossy().into_owned()
    }
}

macro_rules! functions {
    ($($name:ident)*) => {{
        unsafe extern "C" { $(fn $name();)* }
        [$((stringify!($name), $name as *const c_void)),*]
    }};
}

/// Links the library: without one name of it, it is not.
fn link() {
    interlace::marker!("linked");
}

#[test]
fn each_call_goes_through_the_library() {
    link();
    let own = object(link as *const c_void);
    let functions = functions! {
        syscall getrandom getentropy
        clock_gettime gettimeofday time
        nanosleep clock_nanosleep usleep sleep sched_yield
        pthread_create pthread_join pthread_detach pthread_exit pthread_setname_np _exit
        pthread_mutex_lock pthread_mutex_trylock pthread_mutex_timedlock pthread_mutex_clocklock
        pthread_mutex_unlock
        pthread_cond_init pthread_cond_destroy pthread_cond_wait pthread_cond_timedwait
        pthread_cond_clockwait pthread_cond_signal pthread_cond_broadcast
        pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_rwlock_timedrdlock
        pthread_rwlock_timedwrlock pthread_rwlock_clockrdlock pthread_rwlock_clockwrlock
        pthread_rwlock_unlock
        pthread_barrier_init pthread_barrier_destroy pthread_barrier_wait pthread_once
        sem_wait sem_timedwait sem_clockwait sem_post
        read __read_chk readv recv __recv_chk recvfrom recvmsg accept accept4
        write writev send sendto sendmsg connect
        poll __poll_chk ppoll epoll_wait epoll_pwait select pselect
        flock fcntl fcntl64
    };
    for (name, function) in functions {
        assert_eq!(object(function), own, "{name}");
    }
    // What we do not define is found elsewhere.
    assert_ne!(object(libc::getpid as *const c_void), own);
}

#[test]
fn locks_of_the_standard_library_wait_and_wake() {
    link();
    let (lock, changed) = (Mutex::new(0), Condvar::new());
    let (shared, barrier) = (RwLock::new(0), Barrier::new(4));
    let once = Once::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                barrier.wait();
                once.call_once(|| thread::sleep(Duration::from_millis(5)));
                for _ in 0..1000 {
                    *lock.lock().unwrap() += 1;
                    *shared.write().unwrap() += 1;
                    changed.notify_all();
                }
            });
        }
        let count = changed.wait_while(lock.lock().unwrap(), |count| *count < 4000);
        assert_eq!(*count.unwrap(), 4000);
    });
    assert_eq!(*shared.read().unwrap(), 4000);
}

#[test]
fn waits_with_a_time_out_end() {
    link();
    let since = Instant::now();
    let length = Duration::from_millis(10);
    let lock = Mutex::new(());
    let guard = lock.lock().unwrap();
    assert!(
        Condvar::new()
            .wait_timeout(guard, length)
            .unwrap()
            .1
            .timed_out()
    );
    let (sender, receiver) = channel::<()>();
    assert_eq!(
        receiver.recv_timeout(length),
        Err(RecvTimeoutError::Timeout)
    );
    drop(sender);
    thread::park_timeout(length);
    thread::sleep(length);
    assert!(since.elapsed() >= 4 * length);
}

#[test]
fn threads_start_park_and_give_their_values() {
    link();
    let (sender, receiver) = channel();
    let parked = thread::Builder::new().name("a name of more than 15 bytes".to_owned());
    let parked = parked.spawn(move || {
        thread::park();
        sender
            .send(thread::current().name().map(str::to_owned))
            .unwrap();
        7
    });
    let parked = parked.unwrap();
    parked.thread().unpark();
    assert_eq!(parked.join().unwrap(), 7);
    let name = receiver.recv().unwrap();
    assert_eq!(name.as_deref(), Some("a name of more than 15 bytes"));
    let failed = thread::spawn(|| std::panic::resume_unwind(Box::new("why"))).join();
    assert_eq!(failed.unwrap_err().downcast_ref(), Some(&"why"));
}

#[test]
fn the_standard_library_gets_random_numbers() {
    link();
    let map: HashMap<u32, u32> = (0..100).map(|key| (key, key)).collect();
    assert_eq!(map.values().sum::<u32>(), 4950);
    let mut two = [[0_u8; 32]; 2];
    for bytes in &mut two {
        // SAFETY: it writes that many bytes.
        let count = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), 32, 0) };
        assert_eq!(count, 32);
    }
    assert_ne!(two[0], two[1]);
    // SAFETY: it writes that many bytes.
    let result = unsafe { libc::getentropy(two[0].as_mut_ptr().cast(), 32) };
    assert_eq!(result, 0);
}

#[test]
fn files_pipes_and_sockets_work() {
    link();
    let mut text = String::new();
    File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.contains("interlace-tests"));

    let (mut reader, mut writer) = pipe().unwrap();
    // More than the pipe holds.
    let sent = vec![7_u8; 1 << 18];
    let receiver = thread::spawn(move || {
        let mut received = Vec::new();
        reader.read_to_end(&mut received).unwrap();
        received
    });
    writer.write_all(&sent).unwrap();
    drop(writer);
    assert_eq!(receiver.join().unwrap(), sent);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = thread::spawn(move || {
        let mut answer = [0];
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"a").unwrap();
        stream.read_exact(&mut answer).unwrap();
        answer
    });
    let (mut stream, _) = listener.accept().unwrap();
    let mut question = [0];
    stream.read_exact(&mut question).unwrap();
    stream.write_all(b"b").unwrap();
    assert_eq!((&question, &client.join().unwrap()), (b"a", b"b"));

    let (one, other) = UnixStream::pair().unwrap();
    let mut entry = libc::pollfd {
        fd: one.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one entry is there.
    assert_eq!(unsafe { libc::poll(&raw mut entry, 1, 1) }, 0);
    (&other).write_all(b"x").unwrap();
    // SAFETY: as above.
    assert_eq!(unsafe { libc::poll(&raw mut entry, 1, -1) }, 1);
    let missing = File::open("no such file").unwrap_err();
    assert_eq!(missing.raw_os_error(), Some(libc::ENOENT));
    // SAFETY: it fails.
    assert_eq!(unsafe { libc::fcntl(-1, libc::F_GETFL) }, -1);
    assert_eq!(
        std::io::Error::last_os_error().raw_os_error(),
        Some(libc::EBADF)
    );
}

/// What two threads of C code share.
struct Shared {
    mutex: libc::pthread_mutex_t,
    condition: libc::pthread_cond_t,
    lock: libc::pthread_rwlock_t,
    barrier: libc::pthread_barrier_t,
    semaphore: libc::sem_t,
    once: libc::pthread_once_t,
    count: u32,
}

extern "C" fn once() {}

/// Meets the other thread in each way.
extern "C-unwind" fn meet(shared: *mut c_void) -> *mut c_void {
    let shared: *mut Shared = shared.cast();
    // SAFETY: what is shared lives until both threads are joined, and the lock guards the count.
    unsafe {
        libc::pthread_barrier_wait(&raw mut (*shared).barrier);
        assert_eq!(libc::pthread_once(&raw mut (*shared).once, once), 0);
        for _ in 0..1000 {
            assert_eq!(libc::pthread_mutex_lock(&raw mut (*shared).mutex), 0);
            assert_eq!(libc::pthread_rwlock_wrlock(&raw mut (*shared).lock), 0);
            (*shared).count += 1;
            assert_eq!(libc::pthread_rwlock_unlock(&raw mut (*shared).lock), 0);
            assert_eq!(libc::pthread_mutex_unlock(&raw mut (*shared).mutex), 0);
        }
        libc::pthread_cond_broadcast(&raw mut (*shared).condition);
        libc::sem_post(&raw mut (*shared).semaphore);
        pthread_exit(shared.cast());
    }
}

unsafe extern "C-unwind" {
    fn pthread_exit(value: *mut c_void) -> !;
    fn pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        start: extern "C-unwind" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
}

#[test]
fn threads_of_c_meet_at_all_that_pthreads_have() {
    link();
    // SAFETY: all zeros are what the initialisers of C give, other than for barrier and semaphore.
    let mut shared: Shared = unsafe { MaybeUninit::zeroed().assume_init() };
    let shared = &raw mut shared;
    // SAFETY: it lives until both threads are joined.
    unsafe {
        libc::pthread_barrier_init(&raw mut (*shared).barrier, ptr::null(), 3);
        libc::sem_init(&raw mut (*shared).semaphore, 0, 0);
        let mut threads = [0; 2];
        for thread in &mut threads {
            assert_eq!(pthread_create(thread, ptr::null(), meet, shared.cast()), 0);
        }
        libc::pthread_barrier_wait(&raw mut (*shared).barrier);
        assert_eq!(libc::pthread_mutex_lock(&raw mut (*shared).mutex), 0);
        while (*shared).count < 2000 {
            let (condition, mutex) = (&raw mut (*shared).condition, &raw mut (*shared).mutex);
            assert_eq!(libc::pthread_cond_wait(condition, mutex), 0);
        }
        let mut past = timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let (condition, mutex) = (&raw mut (*shared).condition, &raw mut (*shared).mutex);
        let result = libc::pthread_cond_timedwait(condition, mutex, &raw mut past);
        assert_eq!(result, libc::ETIMEDOUT);
        assert_eq!(libc::pthread_mutex_unlock(mutex), 0);
        for thread in threads {
            assert_eq!(libc::sem_wait(&raw mut (*shared).semaphore), 0);
            let mut value = ptr::null_mut();
            assert_eq!(libc::pthread_join(thread, &raw mut value), 0);
            assert_eq!(value, shared.cast());
        }
        assert_eq!(
            libc::sem_timedwait(&raw mut (*shared).semaphore, &raw const past),
            -1
        );
        assert_eq!(libc::pthread_barrier_destroy(&raw mut (*shared).barrier), 0);
    }
}
