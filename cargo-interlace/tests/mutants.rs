//! Changes of single operations, in a crate of which it is known which of its tests notice them.

mod scratch;

use std::sync::OnceLock;

use scratch::Scratch;
use serde_json::Value;

const FILES: [(&str, &str); 2] = [
    (
        "Cargo.toml",
        r#"[package]
name = "slot"
version = "0.1.0"
edition = "2024"

[workspace]

[dev-dependencies]
{interlace}
"#,
    ),
    ("src/lib.rs", include_str!("program/mutants/lib.rs")),
];

/// Tests of two crates of the registry.
const REGISTRY: [(&str, &str); 4] = [
    (
        "Cargo.toml",
        r#"[package]
name = "registry"
version = "0.1.0"
edition = "2024"

[workspace]

[dev-dependencies]
{interlace}
atomic-waker = "=1.1.2"
spin = { version = "=0.9.9", default-features = false, features = ["mutex", "spin_mutex", "once"] }
"#,
    ),
    ("src/lib.rs", ""),
    (
        "tests/atomic_waker.rs",
        include_str!("program/mutants/atomic_waker.rs"),
    ),
    ("tests/spin.rs", include_str!("program/mutants/spin.rs")),
];

/// One for all tests: cargo would put the programs of several into one place.
fn scratch() -> &'static Scratch {
    static SCRATCH: OnceLock<Scratch> = OnceLock::new();
    SCRATCH.get_or_init(|| Scratch::new("mutants", &FILES))
}

/// The test has one that puts and one that takes, so nothing that keeps two of them apart is noticed, nor that
/// there is room again, nor the count. Without the store the message would never come; with weaker orders of it, or
/// of the exchange that has seen it, the message is raced for.
#[test]
fn what_a_test_misses_is_listed() {
    let scratch = scratch();
    let arguments = ["mutants", "--", "a_message", "empty"];
    let (code, list, _) = scratch.output(&arguments, &[]);
    assert_eq!(code, 2, "{list}");
    let reached = "      reached by tests::a_message_arrives\n";
    let missed = |place: &str, change: &str, source: &str| {
        format!("  src/lib.rs:{place}: {change}\n      {source}\n{reached}")
    };
    let exchange_in_put = ".compare_exchange(EMPTY, WRITTEN, Acquire, Relaxed)";
    let exchange_in_take = ".compare_exchange(FULL, READ, Acquire, Relaxed)";
    let count = "self.puts.fetch_add(1, Relaxed);";
    let release = "self.state.store(EMPTY, Release);";
    let all = [
        missed("28:14 put.compare_exchange", "relaxed", exchange_in_put),
        missed(
            "28:14 put.compare_exchange",
            "in two steps",
            exchange_in_put,
        ),
        missed("28:14 put.compare_exchange", "left out", exchange_in_put),
        missed("35:19 put.fetch_add", "in two steps", count),
        missed("35:19 put.fetch_add", "left out", count),
        missed(
            "43:14 take.compare_exchange",
            "in two steps",
            exchange_in_take,
        ),
        missed("43:14 take.compare_exchange", "left out", exchange_in_take),
        missed("49:20 take.store", "relaxed", release),
        missed("49:20 take.store", "left out", release),
    ];
    let expected = format!(
        "slot: 8 atomic operations, of which 5 are reached in searches, by 1 test

  changes  noticed  not noticed  timed out
       12        3            9          0

not noticed by any test:
{}
not changed, since no test reaches it in a search:
  src/lib.rs:55:19 puts.load
  src/lib.rs:60:20 is_empty.load (but outside of one)
  src/lib.rs:71:16 open.store
",
        all.concat()
    );
    assert_eq!(list, expected);
}

/// Two that put and take at once do not come to count at once: who finds it full takes before it puts again.
/// That shows by a place, and goes away with a test in which they do.
#[test]
fn a_gap_in_the_tests_is_closed_by_a_test() {
    let scratch = scratch();
    let arguments = ["mutants", "--json", "--", "--skip", "door"];
    let (code, text, _) = scratch.output(&[&arguments[..], &["--skip", "counted"]].concat(), &[]);
    assert_eq!(code, 2, "{text}");
    let list: Value = serde_json::from_str(&text).unwrap();
    let missed = changes(&list, "not noticed");
    assert_eq!(missed, ["put.fetch_add two-steps"]);
    assert_eq!(changes(&list, "noticed").len(), 11);

    let (code, text, _) = scratch.output(&arguments, &[]);
    assert_eq!(code, 0, "{text}");
    let list: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(changes(&list, "noticed").len(), 12);
    assert!(changes(&list, "not noticed").is_empty());
    // What failed in between is not kept.
    assert!(!scratch.path("interlace-regressions").exists());
}

/// The changes in a list that ended so.
fn changes(list: &Value, outcome: &str) -> Vec<String> {
    let operations = list["operations"].as_array().unwrap().iter();
    let changes = operations.flat_map(|operation| {
        let name = operation["name"].as_str().unwrap();
        let all = operation["changes"].as_array().unwrap().iter();
        let meant = all.filter(|it| it["outcome"] == outcome);
        meant.map(move |it| format!("{name} {}", it["change"].as_str().unwrap()))
    });
    changes.collect()
}

/// What is told in `docs/mutants.md`, where the reasons are.
#[test]
fn gaps_in_tests_of_other_crates_are_closed() {
    let scratch = Scratch::new("registry", &REGISTRY);
    let run = |name: &str, file: &str, skipped: &[&str]| {
        let arguments = ["mutants", "--json", "--crates", name, "--test", file, "--"];
        let skipped = skipped.iter().flat_map(|it| ["--skip", it]);
        let arguments: Vec<_> = arguments.into_iter().chain(skipped).collect();
        let (_, text, said) = scratch.output(&arguments, &[]);
        serde_json::from_str::<Value>(&text).unwrap_or_else(|_| panic!("{text}{said}"))
    };
    let counts =
        |list: &Value| ["noticed", "not noticed", "timed out"].map(|it| changes(list, it).len());
    let first = ["it_can_be_used_again", "who_registers", "two_wake"];
    let list = run("atomic-waker", "atomic_waker", &first);
    assert_eq!(counts(&list), [9, 6, 0]);
    let list = run("atomic-waker", "atomic_waker", &[]);
    assert_eq!(counts(&list), [12, 3, 0]);
    let left = [
        "register.compare_exchange2 two-steps",
        "register.swap two-steps",
        "take.fetch_and two-steps",
    ];
    assert_eq!(changes(&list, "not noticed"), left);

    let list = run("spin", "spin", &["who_has_tried", "are_ordered"]);
    assert_eq!(counts(&list), [10, 5, 0]);
    let list = run("spin", "spin", &["are_ordered"]);
    assert_eq!(counts(&list), [12, 3, 0]);
    let left = [
        "lock.compare_exchange relaxed",
        "try_lock.compare_exchange relaxed",
        "drop.store relaxed",
    ];
    assert_eq!(changes(&list, "not noticed"), left);
    let list = run("spin", "spin", &[]);
    assert_eq!(counts(&list), [15, 0, 0]);
}

/// The test outside of a search waits for ever if the door is not opened. Nothing is behind it, so nobody notices
/// in which order it is.
#[test]
fn a_test_that_does_not_end_is_ended() {
    let arguments = ["mutants", "--timeout=1", "--", "door"];
    let (code, list, _) = scratch().output(&arguments, &[]);
    assert_eq!(code, 2, "{list}");
    let open = "  src/lib.rs:71:16 open.store";
    let rest = "      self.0.store(true, Release);\n      reached by tests::a_door_can_be_opened\n";
    let expected = format!(
        "
  changes  noticed  not noticed  timed out
        2        0            1          1

not noticed by any test:
{open}: relaxed
{rest}
timed out: a test hangs, or has much more to search (`--timeout <seconds>`):
{open}: left out
{rest}"
    );
    assert!(list.contains(&expected), "{list}");
}

#[test]
fn where_nothing_can_be_told_that_is_an_error() {
    let scratch = scratch();
    for (arguments, error) in [
        (
            &["--", "--ignored"][..],
            "error: the test `tests::there_is_a_message_at_first` of slot fails as it is, so it cannot show what \
             it notices:\n\n",
        ),
        (
            &["--", "at_first"],
            "error: no test reaches one of the 8 atomic operations of slot in a search: explore what uses them \
             by `interlace::model`\n",
        ),
        (
            &["--", "nothing_is_called_so"],
            "error: there is no test to run: is the filter after `--` right?\n",
        ),
        (
            &["--crates", "slit"],
            "error: the tests are built without a package that is called `slit`: `cargo tree` lists those that \
             there are\n",
        ),
        (
            &["--crates", "libc"],
            "error: the code of libc makes no atomic operation of its own in these tests: what locks of std and \
             other packages do is not counted. `--crates <package>` names others, whose operations are changed\n",
        ),
    ] {
        let arguments = [&["mutants", "--quiet"], arguments].concat();
        let (code, list, said) = scratch.output(&arguments, &[]);
        assert_eq!((code, &*list), (1, ""));
        assert!(said.contains(error), "{said}");
    }
}

#[test]
fn a_filter_in_the_wrong_place_is_refused() {
    let (succeeds, text) = scratch().cargo_interlace(&["mutants", "--lib", "put"], &[]);
    let error = "error: what chooses tests by their names comes after `--`: `cargo interlace mutants -- put`\n";
    assert!(!succeeds);
    assert_eq!(text, error);
}
