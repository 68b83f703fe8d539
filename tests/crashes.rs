//! Programs under test that end the process: each in a process of its own.

#![cfg(target_os = "linux")]
#![allow(unsafe_code, reason = "it crashes on purpose")]

use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Engine, Explorer, marker};

/// How the program ends its process, if it is not fixed.
const KIND: &str = "CRASH_BY";

/// Whether it goes on after a failure.
const KEEPS_GOING: &str = "CRASH_KEEPS_GOING";

/// Ends the process.
fn crash(kind: &str) {
    match kind {
        // SAFETY: there is nothing at this address, which is what this is about.
        "SIGSEGV" => unsafe { std::ptr::write_volatile(std::ptr::without_provenance_mut(16), 1) },
        "SIGBUS" => beyond_the_end_of_a_file(),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: it is meant to be no instruction.
        "SIGILL" => unsafe { std::arch::asm!("ud2") },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: it divides by zero, as is meant.
        "SIGFPE" => unsafe {
            std::arch::asm!("xor ecx, ecx", "div ecx", out("eax") _, out("ecx") _, out("edx") _);
        },
        "SIGABRT" => std::process::abort(),
        "unwinding" => {
            let _guard = PanicsWhenDropped;
            panic!("the first panic");
        }
        "exit" => std::process::exit(3),
        // SAFETY: it ends the process.
        "_exit" => unsafe { libc::_exit(3) },
        // SAFETY: as above.
        "raise" => unsafe {
            libc::raise(libc::SIGSEGV);
        },
        "outside" => {
            let outside = std::thread::spawn(|| std::process::abort());
            let _: Result<(), _> = outside.join();
        }
        "overflow" => {
            dive(1);
        }
        "fixed" => {}
        other => unreachable!("{other}"),
    }
}

/// Goes so deep that no stack is large enough.
fn dive(depth: u64) -> u64 {
    if depth == 0 {
        return 0;
    }
    let ballast = std::hint::black_box([depth; 128]);
    dive(depth + 1) + ballast[7]
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("the second panic");
    }
}

fn beyond_the_end_of_a_file() {
    let path = env::temp_dir().join(format!("interlace-empty-{}", std::process::id()));
    let file = fs::File::create_new(&path).unwrap();
    fs::remove_file(path).unwrap();
    let file = std::os::fd::AsRawFd::as_raw_fd(&file);
    // SAFETY: nothing is where the page is to be; but there is no file behind it.
    unsafe {
        let page = libc::mmap(
            std::ptr::null_mut(),
            4096,
            libc::PROT_READ,
            libc::MAP_PRIVATE,
            file,
            0,
        );
        std::ptr::read_volatile(page.cast::<u8>());
    }
}

/// Two increments. If one is about to be lost, the process ends.
#[test]
fn the_program_that_crashes() {
    let Ok(kind) = env::var(KIND) else {
        return;
    };
    let body = move |value: &AtomicU32| {
        marker!("read");
        let seen = value.load(SeqCst);
        marker!("write");
        if value.load(SeqCst) != seen {
            crash(&kind);
        }
        if kind == "fixed" {
            value.fetch_add(1, SeqCst);
        } else {
            value.store(seen + 1, SeqCst);
        }
    };
    let explorer = Explorer::new(AtomicU32::default)
        .thread("it's a", body.clone())
        .thread("b", body)
        .check(|value| assert_eq!(value.load(SeqCst), 2));
    let explorer = if env::var_os(KEEPS_GOING).is_some() {
        explorer.keep_going()
    } else {
        explorer
    };
    let report = explorer.explore();
    println!("{report}");
    report.assert_ok();
}

/// In which engine, by how many workers.
const WAYS: [(Engine, &str); 4] = [
    (Engine::Threads, "1"),
    (Engine::Threads, "2"),
    (Engine::Fibers, "1"),
    (Engine::Fibers, "2"),
];

struct Run {
    folder: PathBuf,
    engine: Engine,
    workers: &'static str,
}

impl Run {
    fn new(name: &str, (engine, workers): (Engine, &'static str)) -> Self {
        let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = temporary.join(format!("crash_{name}_{engine}_{workers}"));
        // What an earlier run has left is not this one's.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Run {
            folder,
            engine,
            workers,
        }
    }

    /// Runs the program in a process of its own.
    fn run(&self, kind: &str, variables: &[(&str, &str)]) -> (ExitStatus, String) {
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", "the_program_that_crashes", "--nocapture"])
            .env(KIND, kind)
            .env("CARGO_MANIFEST_DIR", &self.folder)
            .env("INTERLACE_ENGINE", self.engine.to_string())
            .env("INTERLACE_WORKERS", self.workers)
            .envs(variables.iter().copied())
            .current_dir(&self.folder)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status, String::from_utf8_lossy(&text).into_owned())
    }

    fn saved(&self) -> PathBuf {
        self.folder
            .join("interlace-regressions/tests/crashes/the_program_that_crashes.txt")
    }
}

/// How a process ends by a crash of a kind, and what is told of that.
fn end(kind: &str) -> (Option<i32>, Option<i32>, &'static str) {
    match kind {
        "SIGSEGV" => (Some(libc::SIGSEGV), None, "SIGSEGV at address 0x10"),
        "SIGBUS" => (Some(libc::SIGBUS), None, "SIGBUS at address 0x"),
        "SIGILL" => (Some(libc::SIGILL), None, "SIGILL at address 0x"),
        "SIGFPE" => (Some(libc::SIGFPE), None, "SIGFPE at address 0x"),
        "SIGABRT" | "unwinding" => (Some(libc::SIGABRT), None, "SIGABRT"),
        "exit" => (None, Some(3), "`exit` with status 3"),
        "_exit" => (None, Some(3), "`_exit` with status 3"),
        other => unreachable!("{other}"),
    }
}

/// The schedule that leads to the crash, to the step before it.
const SCHEDULE: &str = r#""it's a":read b:read "it's a":write"#;

/// Crashes twice, is replayed, is fixed.
fn crashes(kind: &str, way: (Engine, &'static str)) {
    let run = Run::new(kind, way);
    let (signal, code, cause) = end(kind);
    let place = "interlace-regressions/tests/crashes/the_program_that_crashes.txt";
    let told = |(status, text): &(ExitStatus, String), saved: &str| {
        assert_eq!((status.signal(), status.code()), (signal, code), "{text}");
        for part in [
            &format!("\ninterlace: {cause}"),
            " ends the process\n  in        thread `b`, in step 4: b:write\n",
            &format!("\n  steps     {SCHEDULE} b:write\n"),
            &format!("\n  schedule  v2 {SCHEDULE}\n"),
            saved,
            "\n  again     INTERLACE_REPLAY='v2 \"it'\\''s a\":read b:read \"it'\\''s a\":write' \
             cargo test the_program_that_crashes\n",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        assert_eq!(text.matches(" ends the process\n").count(), 1, "{text}");
    };

    // Two workers come to the two schedules that crash at the same time: which is told is not known.
    let (first, is_first) = match way {
        (_, "1") => (run.run(kind, &[]), true),
        _ => (run.run(kind, &[("INTERLACE_REPLAY", SCHEDULE)]), false),
    };
    let saved =
        format!("\n  saved     in {place}.crash: the next run of this test tries it first\n");
    told(&first, if is_first { &saved } else { "" });
    if !is_first {
        let (status, text) = run.run(kind, &[]);
        assert_eq!((status.signal(), status.code()), (signal, code), "{text}");
        assert!(text.contains(&saved), "{text}");
    }
    let journal = run.folder.join(format!("{place}.crash"));
    assert!(journal.exists() && !run.saved().exists());

    // The next run takes it, and comes to it first.
    let (status, text) = run.run(kind, &[("INTERLACE_MAX_SCHEDULES", "1")]);
    assert_eq!((status.signal(), status.code()), (signal, code), "{text}");
    let again = format!(
        "\n  saved     by an earlier run, and tried first in this one; again in {place}.crash\n"
    );
    assert!(text.contains(&again), "{text}");
    let file = fs::read_to_string(run.saved()).unwrap();
    let why = format!("\n# ended by {cause}");
    assert!(file.contains(&why), "{file}");
    if is_first {
        let line = format!(" in thread `b`, in step 4: b:write\nv2 {SCHEDULE}\n");
        assert!(file.ends_with(&line), "{file}");
    }

    // It can be run alone, and that saves nothing.
    fs::remove_file(&journal).unwrap();
    told(&run.run(kind, &[("INTERLACE_REPLAY", SCHEDULE)]), "");
    assert!(!journal.exists());

    // Fixed, it holds, and the search goes on.
    let (status, text) = run.run("fixed", &[]);
    assert!(status.success(), "{text}");
    let held = format!(
        "no failure in 6 schedules; every schedule was run\ndid not fail any more: 1 saved schedule; to be \
         tried no longer, delete from {place}\n"
    );
    assert!(text.contains(&held), "{text}");
}

/// std's handler of SIGSEGV puts back the default and returns, where no stack has overflowed: an access would be
/// made once more. So the first signal that was sent does nothing, and the second ends the process.
#[test]
fn a_signal_that_another_handler_takes_is_no_crash() {
    for way in WAYS {
        let run = Run::new("raise", way);
        let (status, text) = run.run("raise", &[("INTERLACE_REPLAY", SCHEDULE)]);
        // The failure that the first led to is run once more.
        assert_eq!(status.signal(), Some(libc::SIGSEGV), "{text}");
        let told = text.find("\ninterlace: SIGSEGV ends the process\n");
        let taken_back =
            text.find("\ninterlace: the process did not end: another handler of the signal");
        assert!(told.is_some() && told < taken_back, "{text}");
        let (_, text) = run.run("raise", &[("INTERLACE_SAVED", "1")]);
        assert!(text.contains("so nothing was saved"), "{text}");
        let journal = run.saved().with_extension("txt.crash");
        assert!(!journal.exists(), "{text}");
    }
}

/// In processes of its own, a crash is a failure like others.
#[test]
fn isolated() {
    for (way, kind) in WAYS
        .into_iter()
        .zip(["SIGSEGV", "unwinding", "exit", "_exit"])
    {
        let run = Run::new("isolated", way);
        let (_, _, cause) = end(kind);
        let (status, text) = run.run(kind, &[("INTERLACE_ISOLATE", "1"), (KEEPS_GOING, "1")]);
        assert_eq!(status.code(), Some(101), "{text}");
        for part in [
            // In four, both read before either writes.
            "4 of 6 schedules failed; every schedule was run",
            &format!("\nthread `it's a` crashed the process: {cause}\n"),
            "proved minimal in 9 executions\n",
            "\nschedule: \"it's a\":read b:read\n",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        // It is saved as others are, and found again without a search.
        let (status, text) = run.run(kind, &[("INTERLACE_ISOLATE", "1")]);
        assert_eq!(status.code(), Some(101), "{text}");
        assert!(
            text.contains(" fails again; nothing else was run\n"),
            "{text}"
        );
        let (status, text) = run.run("fixed", &[("INTERLACE_ISOLATE", "1")]);
        assert!(
            status.success() && text.contains("no failure in 6 schedules"),
            "{text}"
        );
    }
}

/// The handler runs on a stack of its own. First whose stack it was is told on fibers, afterwards by std on
/// threads, which aborts then.
#[test]
fn an_overflow() {
    for way in WAYS {
        let run = Run::new("overflow", way);
        let (status, text) = run.run("overflow", &[]);
        let (signal, first, second) = match way.0 {
            Engine::Fibers => (
                libc::SIGSEGV,
                "interlace: the stack of thread `",
                "interlace: SIGSEGV",
            ),
            _ => (
                libc::SIGABRT,
                "interlace: SIGSEGV",
                "has overflowed its stack",
            ),
        };
        assert_eq!(status.signal(), Some(signal), "{text}");
        let [first, second] = [first, second].map(|part| text.find(part));
        assert!(first.is_some() && first < second, "{text}");
        assert!(text.contains("\n  steps     "), "{text}");
        assert!(run.saved().with_extension("txt.crash").exists(), "{text}");
    }
}

macro_rules! kinds {
    ($($name:ident = $kind:literal;)*) => { $(
        #[test]
        fn $name() {
            for way in WAYS {
                crashes($kind, way);
            }
        }
    )* };
}

kinds! {
    an_access_to_no_memory = "SIGSEGV";
    an_access_behind_a_file = "SIGBUS";
    an_abort = "SIGABRT";
    a_panic_while_unwinding = "unwinding";
    an_exit = "exit";
    an_exit_at_once = "_exit";
}

#[cfg(target_arch = "x86_64")]
kinds! {
    no_instruction = "SIGILL";
    a_division_by_zero = "SIGFPE";
}
