//! Who tells of the end of the process: one thread, once.

#![allow(unsafe_code)]

use std::fmt::Write as _;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize};

use super::message::{Cause, write_execution, write_journal, write_known_crash};
use super::note::CrashNote;
use super::output::{Output, make_folder, remove, rename, sleep};
use super::stack;
use crate::engine::fiber::{Control, come_back, explain_overflow, leave_run};
use crate::engine::flight_recorder::{self, FlightRecorder};

/// The process in which searches are run. One that was forked from it has nothing to tell.
static PROCESS: AtomicI32 = AtomicI32::new(0);
/// The thread that tells of the end, or has; 0 if none has begun.
static TELLER: AtomicUsize = AtomicUsize::new(0);
static HAS_TOLD: AtomicBool = AtomicBool::new(false);

/// How many executions under way are told of, if a thread ends the process that belongs to none.
const TOLD: usize = 4;

pub(super) fn know_process() {
    // SAFETY: it only returns a number.
    PROCESS.store(unsafe { libc::getpid() }, Relaxed);
}

/// Tells of the end of the process, if an execution is under way. If another thread is telling already, waits
/// until it has.
pub(super) fn tell(cause: Cause) {
    // SAFETY: both only return a number.
    let (process, thread) = unsafe { (libc::getpid(), libc::pthread_self()) };
    if PROCESS.load(Relaxed) != process {
        return;
    }
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_possible_truncation,
        reason = "an address, or a small number, and a pointer on some systems"
    )]
    let thread = thread as usize;
    match TELLER.compare_exchange(0, thread, AcqRel, Acquire) {
        Ok(_) => {
            // What this asks of the system is no call of the program's.
            let control = Control::current();
            leave_run();
            // SAFETY: only this thread comes here, and once.
            unsafe { stack::on_reserved(|| tell_of_executions(cause)) };
            HAS_TOLD.store(true, Release);
            come_back(control);
        }
        Err(other) if other != thread => {
            let is_telling = || !HAS_TOLD.load(Acquire);
            (0..1000).take_while(|_| is_telling()).for_each(|_| sleep());
        }
        Err(_) => {}
    }
}

fn tell_of_executions(cause: Cause) {
    if let Cause::Signal {
        address: Some(address),
        ..
    } = cause
    {
        explain_overflow(address, |message| {
            let mut out = Output::standard_error();
            let _ = out.write_str(message);
            out.end();
        });
    }
    let is_under_way = |it: &&FlightRecorder| it.phase().is_some();
    if let Some(own) = flight_recorder::own().filter(is_under_way) {
        let mut out = Output::standard_error();
        let _ = writeln!(out, "\ninterlace: {cause} ends the process");
        tell_of(out, cause, own);
        return;
    }
    if matches!(cause, Cause::Exit { .. }) {
        // As at the end of every process.
        return;
    }
    for (index, recorder) in FlightRecorder::in_use().take(TOLD).enumerate() {
        let mut out = Output::standard_error();
        if index == 0 {
            let _ = writeln!(
                out,
                "\ninterlace: {cause} ends the process, in a thread that no run controls, while an \
                 execution was under way"
            );
        }
        tell_of(out, cause, recorder);
    }
}

fn tell_of(mut out: Output, cause: Cause, recorder: &'static FlightRecorder) {
    recorder.tell();
    #[cfg(interlace)]
    super::names::want(recorder);
    let note = CrashNote::of_number(recorder.note());
    let is_left = note.is_some_and(|note| leave(note, cause, recorder));
    let _ = write_execution(&mut out, recorder, is_left);
    let _ = out.write_char('\n');
    out.end();
}

/// The process goes on, and the execution has come to its end: that was no crash.
#[cold]
pub(super) fn take_back(recorder: &FlightRecorder) {
    if let Some(CrashNote {
        journal: Some(journal),
        ..
    }) = CrashNote::of_number(recorder.note())
    {
        remove(&journal.path);
    }
    eprintln!(
        "interlace: the process did not end: another handler of the signal has had it go on, so nothing was saved"
    );
    HAS_TOLD.store(false, Relaxed);
    TELLER.store(0, Release);
}

/// Leaves the schedule for the next run; whether that could be done.
fn leave(note: &CrashNote, cause: Cause, recorder: &'static FlightRecorder) -> bool {
    let Some(journal) = &note.journal else {
        return false;
    };
    for folder in &journal.folders {
        make_folder(folder);
    }
    let Some(mut file) = Output::create(&journal.temporary) else {
        return false;
    };
    let is_written = if note.is_isolated {
        write_known_crash(&mut file, cause, recorder)
    } else {
        write_journal(&mut file, cause, recorder)
    };
    let is_written = is_written == Ok(true);
    file.end() && is_written && rename(&journal.temporary, &journal.path)
}
