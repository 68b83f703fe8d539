//! What is told of the end of a process, as text.

use std::fmt::{self, Write};

use super::note::CrashNote;
use crate::engine::ending::Phase;
use crate::engine::flight_recorder::FlightRecorder;
use crate::engine::known_crashes::{FIRST, LAST};
use crate::saved;
use crate::schedule::{StepKind, write_step};

/// So many steps are shown, the last ones; and a schedule that is no longer than this.
const SHOWN: usize = 40;
const PRINTED: usize = 2000;

/// What ends the process.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause {
    Signal {
        name: &'static str,
        /// What the program has accessed, if that is why.
        address: Option<usize>,
    },
    Exit {
        call: &'static str,
        status: Option<i32>,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Cause::Signal { name, address } => {
                f.write_str(name)?;
                address.map_or(Ok(()), |address| write!(f, " at address {address:#x}"))
            }
            Cause::Exit { call, status } => {
                write!(f, "`{call}`")?;
                status.map_or(Ok(()), |status| write!(f, " with status {status}"))
            }
        }
    }
}

/// Where the program was, in the execution of a recorder.
pub(super) struct Place(pub(super) &'static FlightRecorder);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place(recorder) = self;
        let taken = recorder.taken();
        match recorder.phase() {
            Some(Phase::Threads) => {}
            Some(Phase::Unwinding) => {
                return write!(f, "a thread that unwinds, after step {taken}");
            }
            phase => {
                return match phase.and_then(Phase::hook) {
                    Some(hook) => write!(f, "{hook}, after step {taken}"),
                    None => f.write_str("no execution"),
                };
            }
        }
        let Some(thread) = recorder.running() else {
            return f.write_str("no thread, before the first step");
        };
        if taken == 0 {
            return write!(f, "thread `{thread}`, before the first step");
        }
        write!(f, "thread `{thread}`, in step {taken}: ")?;
        write_steps(f, recorder, taken - 1, taken)
    }
}

/// The schedule that leads to where a recorder stands, with its version.
struct Line(&'static FlightRecorder, usize);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line(recorder, forced) = *self;
        f.write_str("v2")?;
        if forced > 0 {
            f.write_char(' ')?;
            write_steps(f, recorder, 0, forced)?;
        }
        Ok(())
    }
}

fn write_steps(
    f: &mut impl Write,
    recorder: &'static FlightRecorder,
    begin: usize,
    end: usize,
) -> fmt::Result {
    for (index, (thread, pending)) in recorder.steps(begin..end).enumerate() {
        if index > 0 {
            f.write_char(' ')?;
        }
        let operation = pending.operation;
        let marker = operation.known_name().unwrap_or("?");
        write_step(f, thread, operation.step_kind(), marker)?;
    }
    Ok(())
}

/// How many steps the schedule has, if all its steps are known by name.
fn length(recorder: &FlightRecorder) -> Option<usize> {
    let forced = recorder.forced()?;
    let mut steps = recorder.steps(0..forced);
    steps
        .all(|(_, pending)| pending.operation.known_name().is_some())
        .then_some(forced)
}

/// Writes the file for the next run; whether there is a schedule to write.
pub(super) fn write_journal(
    out: &mut impl Write,
    cause: Cause,
    recorder: &'static FlightRecorder,
) -> Result<bool, fmt::Error> {
    let Some(forced) = length(recorder) else {
        return Ok(false);
    };
    let (why, schedule) = (
        format_args!("{cause} in {}", Place(recorder)),
        Line(recorder, forced),
    );
    saved::write_journal(out, why, schedule).map(|()| true)
}

/// Writes the file for the process that has isolated the search; whether all is known by name.
pub(super) fn write_known_crash(
    out: &mut impl Write,
    cause: Cause,
    recorder: &'static FlightRecorder,
) -> Result<bool, fmt::Error> {
    let taken = recorder.taken();
    let phase = recorder.phase().map_or(Phase::RESTING, |it| it as u8);
    let thread = recorder.running().unwrap_or("?");
    if length(recorder).is_none() {
        return Ok(false);
    }
    let (by, address) = match cause {
        Cause::Signal { name, address } => (
            Cause::Signal {
                name,
                address: None,
            },
            address,
        ),
        cause @ Cause::Exit { .. } => (cause, None),
    };
    write!(out, "{FIRST}\nby {by}\n")?;
    if let Some(address) = address {
        writeln!(out, "address {address}")?;
    }
    write!(out, "phase {phase}\nat ")?;
    write_step(out, thread, StepKind::Start, "start")?;
    write!(out, "\nsteps {}\n{LAST}\n", Line(recorder, taken))?;
    Ok(true)
}

/// Writes what is told of the execution of one recorder; `is_left` says whether its schedule was left in
/// the journal.
pub(super) fn write_execution(
    out: &mut impl Write,
    recorder: &'static FlightRecorder,
    is_left: bool,
) -> fmt::Result {
    let taken = recorder.taken();
    let note = CrashNote::of_number(recorder.note());
    writeln!(out, "  in        {}", Place(recorder))?;
    let begin = taken.saturating_sub(SHOWN);
    if taken > 0 {
        out.write_str("  steps     ")?;
        if begin > 0 {
            write!(out, "({begin} others) ")?;
        }
        write_steps(out, recorder, begin, taken)?;
        out.write_char('\n')?;
    }
    let Some(forced) = length(recorder) else {
        return writeln!(
            out,
            "  schedule  not known: there are too many steps, or the names of places could not be looked up"
        );
    };
    let line = Line(recorder, forced);
    if forced <= PRINTED {
        writeln!(out, "  schedule  {line}")?;
    }
    let Some(note) = note else { return Ok(()) };
    match &note.journal {
        Some(journal) if is_left && note.is_saved => writeln!(
            out,
            "  saved     by an earlier run, and tried first in this one; again in {}",
            journal.place
        )?,
        Some(journal) if is_left => writeln!(
            out,
            "  saved     in {}: the next run of this test tries it first",
            journal.place
        )?,
        Some(journal) => writeln!(out, "  NOT SAVED {} cannot be written", journal.place)?,
        None => {}
    }
    if is_left {
        writeln!(out, "  shrunk    INTERLACE_ISOLATE=1 {}", note.command)?;
    }
    if forced <= PRINTED {
        out.write_str("  again     INTERLACE_REPLAY='")?;
        write!(Quoted(out), "{line}")?;
        writeln!(out, "' {}", note.command)?;
    }
    Ok(())
}

/// Text within single quotes of a shell.
struct Quoted<'a, W>(&'a mut W);

impl<W: Write> Write for Quoted<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (index, part) in text.split('\'').enumerate() {
            if index > 0 {
                self.0.write_str(r"'\''")?;
            }
            self.0.write_str(part)?;
        }
        Ok(())
    }
}
