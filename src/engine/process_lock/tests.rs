//! Runs of several programs, which take the lock one after the other.

use std::thread;

use super::*;

/// The part of a run that has none of its own yet.
fn part(is_noticed: &Arc<AtomicBool>) -> ProcessLock {
    ProcessLock::new(false, Arc::clone(is_noticed))
}

#[test]
fn once_an_execution_has_needed_it_all_of_the_program_begin_with_it() {
    let is_noticed = Arc::default();
    let [first, second] = [(); 2].map(|()| part(&is_noticed));
    second.begin_execution();
    assert_eq!(second.state.load(Relaxed), UNUSED);
    second.end_execution();

    assert!(first.need() && !first.need());
    first.end_execution();
    first.begin_execution();
    assert_eq!(first.state.load(Relaxed), HELD);
    first.end();
    second.begin_execution();
    assert_eq!(second.state.load(Relaxed), HELD);
    assert!(!second.need());
    second.end();
}

#[test]
fn who_comes_in_the_middle_of_an_execution_goes_before_a_thread_waits() {
    let [holder, begins, interrupted] = [false, true, false].map(|is_noticed| {
        let is_noticed = AtomicBool::new(is_noticed);
        part(&Arc::new(is_noticed))
    });
    holder.need();
    let log = Mutex::new(Vec::new());
    let note = |what| log.lock().push(what);
    thread::scope(|scope| {
        scope.spawn(|| {
            begins.begin_execution();
            note("begins");
            begins.end();
        });
        while !begins.is_awaited() {
            thread::yield_now();
        }
        // So long that it is promised to who waits.
        thread::sleep(2 * SLICE);
        scope.spawn(|| {
            interrupted.need();
            note("interrupted");
            interrupted.end();
        });
        // Other tests of this process may be let go first, too.
        while log.lock().is_empty() {
            holder.let_interrupted_go();
            thread::yield_now();
        }
        note("displaced");
        holder.end();
    });
    let log = log.into_inner();
    assert_eq!(log, ["interrupted", "displaced", "begins"]);
}
