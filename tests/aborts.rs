//! A program built with `panic = "abort"` can search, and says why a failure ends it.

mod scratch;

use scratch::Scratch;

const PROGRAM: &str = r#"
use interlace::{Explorer, marker};

fn main() {
    let argument = std::env::args().nth(1).unwrap();
    let explorer = Explorer::new(|| ()).thread("a", |()| marker!("x"));
    let explorer = match argument.as_str() {
        "holds" => explorer.thread("b", |()| marker!("y")),
        "panics" => explorer.check(|()| panic!("never right")),
        _ => explorer.task("b", async |()| std::future::pending().await),
    };
    let report = explorer.explore();
    println!("{report}");
}
"#;

#[test]
fn a_failure_in_a_program_that_aborts_is_explained() {
    let scratch = Scratch::new("aborts", "");
    scratch.write_example("search", PROGRAM);
    let run = |argument| {
        let built = ["--config", "profile.dev.panic=\"abort\"", "--quiet"];
        let output =
            scratch.cargo(&[&["run"], &built[..], &["--example", "search", argument]].concat());
        let both = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(both).unwrap())
    };

    let (is_success, text) = run("holds");
    assert!(is_success, "{text}");
    assert!(text.contains("no failure in 2 schedules"), "{text}");

    for (argument, parts) in [
        (
            "panics",
            ["interlace: code under test panicked.", "never right"],
        ),
        ("deadlocks", ["interlace: an execution failed", "unwound"]),
    ] {
        let (is_success, text) = run(argument);
        assert!(!is_success, "{text}");
        for part in parts {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        assert!(text.contains("only with `panic = \"unwind\"`"), "{text}");
    }
}
