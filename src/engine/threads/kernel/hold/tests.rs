use std::io::{self, Read as _, Write as _, pipe};
use std::os::fd::AsRawFd as _;
use std::sync::{Arc, Mutex};
use std::thread;

use super::super::memory::word;
use super::super::sight::{Sight, Window};
use super::*;

/// Waits until the thread of `hold` is seen in a call that is known.
fn wait_for_call(hold: &Hold) -> Call {
    loop {
        if let Some(window) = hold.kernel_id().and_then(Window::on)
            && let Some(Sight::Call(call)) = window.look()
            && call.is_lasting()
        {
            return call;
        }
        thread::yield_now();
    }
}

/// Waits until the thread of `hold` is seen in a futex wait.
fn wait_for(hold: &Hold) -> FutexWait {
    loop {
        if let Some(window) = hold.kernel_id().and_then(Window::on)
            && let Some(Sight::Futex(wait)) = window.look()
            && word(wait.address) == Some(wait.expected)
        {
            return wait;
        }
        thread::yield_now();
    }
}

#[test]
fn a_held_thread_stays_where_it_is_until_it_is_released() {
    let lock = Arc::new(Mutex::new(0));
    for round in 0..100 {
        let guard = lock.lock().unwrap();
        let hold = Arc::new(Hold::default());
        let thread = thread::spawn({
            let (lock, hold) = (Arc::clone(&lock), Arc::clone(&hold));
            move || {
                let _here = hold.admit();
                *lock.lock().unwrap() += 1;
            }
        });
        let wait = wait_for(&hold);
        assert_eq!(hold.seize(wait.call(), 1), Some(true), "{round}");
        drop(guard);
        // The lock is free, and the one who waited for it does not take it.
        assert_ne!(word(wait.address), Some(wait.expected));
        assert_eq!(*lock.lock().unwrap(), round);
        assert!(hold.is_held());
        hold.release();
        thread.join().unwrap();
    }
    assert_eq!(*lock.lock().unwrap(), 100);
}

#[test]
fn a_thread_that_waits_elsewhere_is_not_held() {
    let lock = Arc::new(Mutex::new(()));
    let guard = lock.lock().unwrap();
    let hold = Arc::new(Hold::default());
    let thread = thread::spawn({
        let (lock, hold) = (Arc::clone(&lock), Arc::clone(&hold));
        move || {
            let _here = hold.admit();
            drop(lock.lock());
        }
    });
    let wait = wait_for(&hold);
    let other = FutexWait {
        address: wait.address + 64,
        ..wait
    };
    assert_eq!(hold.seize(other.call(), 1), Some(false));
    drop(guard);
    thread.join().unwrap();
    assert!(!hold.is_held());
}

/// Waits for input, and returns what the call does.
fn poll(file: c_int) -> io::Result<c_int> {
    let mut entry = libc::pollfd {
        fd: file,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: the entry lives longer than the call.
    let count = unsafe { libc::poll(&raw mut entry, 1, -1) };
    if count < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(count)
    }
}

fn poll_without_signals(file: c_int) -> io::Result<c_int> {
    let mut entry = libc::pollfd {
        fd: file,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: the entry lives longer than the call, and nothing else is passed.
    let count = unsafe { libc::ppoll(&raw mut entry, 1, ptr::null(), ptr::null()) };
    if count < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(count)
    }
}

fn wait_for_event(file: c_int) -> io::Result<c_int> {
    let mut event = libc::epoll_event {
        events: libc::EPOLLIN.cast_unsigned(),
        u64: 0,
    };
    // SAFETY: the event lives longer than the calls, and the epoll is closed by its maker.
    let (count, epoll) = unsafe {
        let epoll = libc::epoll_create1(libc::EPOLL_CLOEXEC);
        libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, file, &raw mut event);
        (libc::epoll_wait(epoll, &raw mut event, 1, -1), epoll)
    };
    let result = if count < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(count)
    };
    // SAFETY: as above.
    unsafe { libc::close(epoll) };
    result
}

fn read_one(file: c_int) -> io::Result<c_int> {
    let mut byte = 0_u8;
    // SAFETY: there is room for one byte.
    let count = unsafe { libc::read(file, (&raw mut byte).cast(), 1) };
    if count < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(1)
    }
}

#[test]
fn a_call_begins_anew_when_its_thread_is_released_and_ends_when_it_is_to_fail() {
    // Twice: the one is held again after the first release, which changes nothing.
    for call in [poll, poll_without_signals, wait_for_event, read_one] {
        for fails in [false, true] {
            let (mut reader, mut writer) = pipe().unwrap();
            let (hold, file) = (Arc::new(Hold::default()), reader.as_raw_fd());
            let thread = thread::spawn({
                let hold = Arc::clone(&hold);
                move || {
                    let _here = hold.admit();
                    call(file)
                }
            });
            for _ in 0..2 {
                let seen = wait_for_call(&hold);
                assert!(!seen.is_ready());
                assert_eq!(hold.seize(seen, Call::ARGUMENTS), Some(true));
                assert!(hold.is_held());
                hold.release();
            }
            let seen = wait_for_call(&hold);
            assert_eq!(hold.seize(seen, Call::ARGUMENTS), Some(true));
            if fails {
                hold.fail();
                let error = thread.join().unwrap().unwrap_err();
                assert_eq!(error.raw_os_error(), Some(libc::ECANCELED));
            } else {
                writer.write_all(b"x").unwrap();
                assert!(hold.is_held() && seen.is_ready());
                hold.release();
                assert_eq!(thread.join().unwrap().unwrap(), 1);
            }
            drop(writer);
            let _ = reader.read_to_end(&mut Vec::new());
        }
    }
}

#[test]
fn a_thread_in_another_call_is_not_held() {
    let (reader, writer) = pipe().unwrap();
    let (hold, file) = (Arc::new(Hold::default()), reader.as_raw_fd());
    let thread = thread::spawn({
        let hold = Arc::clone(&hold);
        move || {
            let _here = hold.admit();
            read_one(file)
        }
    });
    let seen = wait_for_call(&hold);
    let mut other = seen;
    other.arguments[2] += 1;
    assert_eq!(hold.seize(other, Call::ARGUMENTS), Some(false));
    // It reads on as if nothing had been.
    drop(writer);
    assert_eq!(thread.join().unwrap().unwrap(), 1);
    assert!(!hold.is_held());
}

#[test]
fn a_sleep_lasts_whole_seconds_too() {
    let since = Instant::now();
    sleep_while(&AtomicU32::new(0), 0, Some(Duration::from_millis(1001)));
    assert!(since.elapsed() >= Duration::from_secs(1));
}
