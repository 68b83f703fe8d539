//! Faults, each in its own process: they end it, or change how it handles them.

use std::env;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use super::*;
use crate::engine::Phase;
use crate::engine::crash::stack;
use crate::engine::flight_recorder::{self, Recording};

const PART: &str = "FAULTS_IN_THIS_PROCESS";

/// Runs the test of this name again, in its own process.
fn start(test: &str) -> Child {
    let test = format!("engine::crash::signals::tests::{test}");
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
fn a_fault_of_which_nothing_is_known_ends_the_process() {
    if is_own_process() {
        // As a thread that faults while another installs the handlers for the first time.
        install_for(libc::SIGSEGV);
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
        install();
        let known = &BEFORE.get().unwrap()[0];
        assert_eq!((known.0, known.1.sa_sigaction), (libc::SIGSEGV, before));
        let own = on_signal as *const () as usize;
        assert_eq!(look_up(libc::SIGSEGV).1.sa_sigaction, own);
        put_back(libc::SIGSEGV);
        assert_eq!(look_up(libc::SIGSEGV).1.sa_sigaction, before);
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
        stack::prepare();
        teller::know_process();
        let recording = Recording::begin(&["a"], 0);
        recording.enter(Phase::Threads);
        flight_recorder::set_own(Some(recording.recorder()));
        let errno = errno().unwrap();
        // SAFETY: all zeroes is a value of this structure; nothing else reads this process's standard error;
        // and `errno` is this thread's.
        let after = unsafe {
            let mut fault: libc::siginfo_t = std::mem::zeroed();
            fault.si_code = 1;
            // So what is told cannot be written.
            libc::close(libc::STDERR_FILENO);
            *errno = libc::EINTR;
            on_signal(libc::SIGSEGV, &raw mut fault, ptr::null_mut());
            *errno
        };
        // The end of this process is not told once more.
        std::process::exit(i32::from(after != libc::EINTR));
    }
    let status = end(start("a_fault_leaves_errno_as_it_was"));
    assert_eq!(status.unwrap().code(), Some(0));
}
