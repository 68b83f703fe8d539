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
        "fixed" => {}
        other => unreachable!("{other}"),
    }
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
        value.store(seen + 1, SeqCst);
    };
    let report = Explorer::new(AtomicU32::default)
        .thread("it's a", body.clone())
        .thread("b", body)
        .explore();
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

#[test]
fn look() {
    for way in WAYS {
        for kind in ["SIGSEGV", "unwinding", "exit", "_exit", "outside"] {
            let run = Run::new("look", way);
            println!("===== {kind} {way:?}");
            for _ in 0..2 {
                let (status, text) = run.run(kind, &[]);
                println!("{status:?}\n{text}");
            }
            let _ = Command::new("find")
                .arg(&run.folder)
                .arg("-type")
                .arg("f")
                .arg("-print")
                .arg("-exec")
                .arg("cat")
                .arg("{}")
                .arg(";")
                .status();
        }
    }
}
