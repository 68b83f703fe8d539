//! Faults, each in its own process: they end it, or change how it handles them.

use std::env;
use std::os::unix::process::ExitStatusExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use super::*;

const PART: &str = "FAULTS_IN_THIS_PROCESS";

fn guard() -> Guard {
    Guard::new("a", 1 << 16, (1 << 20, (1 << 20) + (1 << 16)))
}

/// Runs the test of this name again, in its own process.
fn start(test: &str) -> Child {
    let test = format!("engine::fiber::overflow::tests::{test}");
    Command::new(env::current_exe().unwrap())
        .args([&*test, "--exact", "--nocapture"])
        .env(PART, "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for a process that should end at once; `None` if it does not.
fn end(mut process: Child) -> Option<ExitStatus> {
    for _ in 0..1000 {
        if let Some(status) = process.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(10));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    None
}

fn is_own_process() -> bool {
    env::var_os(PART).is_some()
}

#[test]
fn a_panic_leaves_the_guards_as_they_were() {
    let here = || GUARDS.get();
    explaining(|| {
        let outer = here();
        let panics = AssertUnwindSafe(|| explaining(|| panic!("at once")));
        catch_unwind(panics).unwrap_err();
        assert_eq!(here(), outer);
    });
    assert!(here().is_null());
}

#[test]
fn a_stack_has_one_guard_which_says_whose_it_is_now() {
    let of = |name| Guard::new(name, 1 << 16, (1 << 20, (1 << 20) + (1 << 16)));
    explaining(|| {
        super::guard(of("a"));
        super::guard(of("b"));
        with_guards(|guards| {
            let guards = guards.borrow();
            assert_eq!(guards.len(), 1);
            assert!(guards[0].message.contains("`b`"));
        });
    });
}

#[test]
fn a_fault_of_which_nothing_is_known_ends_the_process() {
    if is_own_process() {
        // As a thread that faults while another installs the handlers for the first time.
        install(libc::SIGSEGV);
        // SAFETY: there is nothing at this address, which is what this is about.
        unsafe { ptr::read_volatile(ptr::without_provenance::<u8>(1 << 12)) };
        unreachable!("it cannot be read");
    }
    let status = end(start("a_fault_of_which_nothing_is_known_ends_the_process"));
    let status = status.expect("it faults again and again");
    assert_eq!(status.signal(), Some(libc::SIGSEGV));
}

#[test]
fn what_was_there_is_known_before_the_handler_is_in_place() {
    if is_own_process() {
        let before = look_up(libc::SIGSEGV).1.sa_sigaction;
        explaining(|| {
            let [known, _] = BEFORE.get().unwrap();
            assert_eq!((known.0, known.1.sa_sigaction), (libc::SIGSEGV, before));
            let own = on_fault as *const () as usize;
            assert_eq!(look_up(libc::SIGSEGV).1.sa_sigaction, own);
            put_back(libc::SIGSEGV);
            assert_eq!(look_up(libc::SIGSEGV).1.sa_sigaction, before);
        });
        return;
    }
    let status = end(start(
        "what_was_there_is_known_before_the_handler_is_in_place",
    ));
    assert!(status.unwrap().success());
}

#[test]
fn a_fault_leaves_errno_as_it_was() {
    if is_own_process() {
        explaining(|| {
            super::guard(guard());
            let errno = errno().unwrap();
            // SAFETY: all zeroes is a value of this structure, which has room for the address
            // where the kernel puts it; nothing else reads this process's standard error; and
            // `errno` is this thread's.
            let after = unsafe {
                let mut fault: libc::siginfo_t = std::mem::zeroed();
                let address = ptr::from_mut(&mut fault).byte_add(16).cast::<usize>();
                address.write(guard().low);
                assert_eq!(fault.si_addr().addr(), guard().low);
                // So what is said of the overflow cannot be written.
                libc::close(libc::STDERR_FILENO);
                *errno = libc::EINTR;
                on_fault(libc::SIGSEGV, &raw mut fault, ptr::null_mut());
                *errno
            };
            std::process::exit(i32::from(after != libc::EINTR));
        });
    }
    let status = end(start("a_fault_leaves_errno_as_it_was"));
    assert_eq!(status.unwrap().code(), Some(0));
}
