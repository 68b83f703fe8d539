//! Whether the compiler instruments as it is expected to.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::flags::INSTRUMENTING;
use crate::toolchain::Toolchain;

/// It has an atomic access and a plain one.
const SOURCE: &str = "#![no_std]
pub fn probe(atomic: &core::sync::atomic::AtomicU64, plain: &mut u64) -> u64 {
    *plain = 1;
    atomic.fetch_add(1, core::sync::atomic::Ordering::SeqCst)
}
";
const CALLS: [&str; 2] = ["__tsan_atomic64_fetch_add", "__tsan_write8"];

/// Compiles a few lines, and looks for the calls in what comes out.
///
/// # Errors
///
/// If they are not there. Then a program would run without points, and nobody would see it.
pub(crate) fn probe(toolchain: &Toolchain, target: &str) -> Result<(), String> {
    let assembly = compile(toolchain, target);
    let missing = match &assembly {
        Ok(assembly) => CALLS.into_iter().find(|call| !assembly.contains(call)),
        Err(_) => None,
    };
    let why = match (assembly, missing) {
        (Ok(_), None) => return Ok(()),
        (Ok(_), Some(call)) => format!("what it compiles does not call `{call}`"),
        (Err(why), _) => why,
    };
    let compiler = toolchain.version.lines().next().unwrap_or_default();
    Err(format!(
        "this compiler is not one that `cargo interlace` knows how to instrument with: {compiler}, for \
         {target}. With {INSTRUMENTING:?}, {}.\nTry another version of Rust, or of this program",
        why.trim_end()
    ))
}

fn compile(toolchain: &Toolchain, target: &str) -> Result<String, String> {
    let mut rustc = Command::new(&toolchain.rustc);
    rustc.args([
        "-",
        "--crate-name",
        "probe",
        "--crate-type",
        "lib",
        "-C",
        "opt-level=1",
    ]);
    rustc
        .args(["--emit", "asm", "-o", "-", "--target", target])
        .args(INSTRUMENTING);
    rustc
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut rustc = rustc
        .spawn()
        .map_err(|error| format!("it does not run: {error}"))?;
    if let Some(mut input) = rustc.stdin.take() {
        // If it has ended before it has read this, it says why.
        let _ = input.write_all(SOURCE.as_bytes());
    }
    let output = rustc.wait_with_output();
    let output = output.map_err(|error| format!("it does not end: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let why = String::from_utf8_lossy(&output.stderr);
        Err(format!("it says:\n{why}"))
    }
}
