//! Stacks that overflow.

use std::env;
use std::hint::black_box;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output};

use interlace::{Engine, Explorer, marker};

const DEPTH: &str = "DIVE_DEPTH";
const STACK: &str = "DIVE_STACK";

/// Uses a kilobyte of stack and more for each level.
fn dive(depth: u64) -> u64 {
    let ballast = black_box([depth; 128]);
    if depth == 0 {
        return 0;
    }
    dive(depth - 1) + 1 + ballast[7] - black_box(ballast)[9]
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

/// Does nothing unless the tests below start it in a process of its own.
#[test]
fn the_process_that_dives() {
    let (Some(depth), Some(stack)) = (number(DEPTH), number(STACK)) else {
        return;
    };
    let report = Explorer::new(|| ())
        .thread("shallow", |()| marker!("stay"))
        .thread("deep", move |()| {
            marker!("dive");
            assert_eq!(dive(depth), depth);
        })
        .stack_size(usize::try_from(stack).unwrap())
        .engine(Engine::Fibers)
        .explore();
    report.assert_ok();
}

fn dive_in_a_process(depth: u64, stack: u64) -> (Output, String) {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "overflows::the_process_that_dives",
            "--nocapture",
        ])
        .env(DEPTH, depth.to_string())
        .env(STACK, stack.to_string())
        .env("INTERLACE_SAVED", "0")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, stderr)
}

#[test]
fn an_overflow_ends_the_process_and_says_whose_stack_it_was_and_how_to_enlarge_it() {
    let (output, stderr) = dive_in_a_process(u64::MAX, 1 << 20);
    assert!(output.status.signal().is_some(), "{output:?}");
    for part in [
        "`deep`",
        "overflow",
        "1048576 bytes",
        "Explorer::stack_size",
    ] {
        assert!(stderr.contains(part), "`{part}` is not in {stderr}");
    }
    assert!(!stderr.contains("`shallow`"), "{stderr}");
}

#[test]
fn a_larger_stack_holds_what_overflows_a_smaller_one() {
    let (output, stderr) = dive_in_a_process(2000, 256 << 10);
    assert!(output.status.signal().is_some(), "{output:?}");
    assert!(stderr.contains("`deep`"), "{stderr}");
    let (output, stderr) = dive_in_a_process(2000, 64 << 20);
    assert!(output.status.success(), "{stderr}");
}
