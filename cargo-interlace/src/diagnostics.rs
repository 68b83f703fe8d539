//! What the compiler says, and what is to be added to that.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Command, ExitStatus, Stdio};

/// What to do about two global allocators.
const ALLOCATORS: &str = "\
help: in an instrumented build, Interlace defines the global allocator: it keeps addresses the same in all executions
      of one schedule. Leave out your own there:

          #[cfg(not(interlace))]
          #[global_allocator]
          static ALLOCATOR: …
";

/// Runs the compiler, and explains errors of which it cannot know the reason.
pub(crate) fn run_explaining(rustc: &mut Command) -> io::Result<ExitStatus> {
    let mut running = rustc.stderr(Stdio::piped()).spawn()?;
    let mut has_two_allocators = false;
    if let Some(said) = running.stderr.take() {
        let mut said = BufReader::new(said);
        let mut line = Vec::new();
        while said.read_until(b'\n', &mut line)? > 0 {
            has_two_allocators |= tells_of_allocators(&String::from_utf8_lossy(&line));
            io::stderr().write_all(&line)?;
            line.clear();
        }
    }
    let status = running.wait()?;
    if has_two_allocators {
        eprint!("{ALLOCATORS}");
    }
    Ok(status)
}

/// Whether this says that Interlace and another crate define the global allocator.
fn tells_of_allocators(line: &str) -> bool {
    line.contains("conflicts with global allocator in") && line.contains("interlace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_allocators_are_told_whoever_comes_first() {
        for (line, tells) in [
            (
                "the `#[global_allocator]` in interlace conflicts with global allocator in: own",
                true,
            ),
            (
                "the `#[global_allocator]` in this crate conflicts with global allocator in: interlace",
                true,
            ),
            (
                "the `#[global_allocator]` in own conflicts with global allocator in: other",
                false,
            ),
            ("cannot find `interlace`", false),
        ] {
            assert_eq!(tells_of_allocators(line), tells, "{line}");
        }
    }
}
