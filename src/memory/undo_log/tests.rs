//! Writes to ordinary memory, and what is there when they are undone.

use super::*;

/// Memory that stands for the statics of a program.
struct Statics(Box<[u8]>);

impl Statics {
    fn new(count: usize) -> Self {
        Statics((0..count).map(|it| it.to_le_bytes()[0]).collect())
    }

    fn start(&mut self) -> usize {
        self.0.as_mut_ptr().expose_provenance()
    }

    fn log(&mut self) -> UndoLog {
        let start = self.start();
        UndoLog::new(std::slice::from_ref(&(start..start + self.0.len())))
    }

    fn write(&mut self, log: &mut UndoLog, at: usize, size: usize) {
        let place = self.start() + at;
        // SAFETY: the bytes are those of the box.
        assert!(unsafe { log.note(place, size) });
        let place: *mut u8 = ptr::with_exposed_provenance_mut(place);
        // SAFETY: as above.
        unsafe { place.write_bytes(0xee, size) };
    }
}

#[test]
fn the_first_content_of_each_byte_comes_back() {
    let mut statics = Statics::new(400);
    let before = statics.0.clone();
    let mut log = statics.log();
    for (at, size) in [(3, 1), (0, 8), (60, 10), (3, 4), (100, 300), (399, 1)] {
        statics.write(&mut log, at, size);
    }
    assert_ne!(statics.0, before);
    // SAFETY: nobody else uses them.
    unsafe { log.put_back() };
    assert_eq!(statics.0, before);
}

#[test]
fn bytes_beside_those_that_were_written_stay_as_they_are() {
    let mut statics = Statics::new(64);
    let mut log = statics.log();
    statics.write(&mut log, 8, 2);
    let place: *mut u8 = ptr::with_exposed_provenance_mut(statics.start());
    // SAFETY: they are bytes of the box. No log has been told of this.
    unsafe {
        place.add(7).write(1);
        place.add(10).write(2);
        log.put_back();
    }
    assert_eq!(statics.0[6..12], [6, 1, 8, 9, 2, 11]);
}

#[test]
fn each_execution_begins_anew() {
    let mut statics = Statics::new(64);
    let mut log = statics.log();
    statics.write(&mut log, 5, 1);
    // SAFETY: nobody else uses them.
    unsafe { log.put_back() };
    statics.0[5] = 77;
    statics.write(&mut log, 5, 1);
    // SAFETY: as above.
    unsafe { log.put_back() };
    assert_eq!(statics.0[5], 77);
    // SAFETY: as above. Nothing is to be put back any more.
    unsafe { log.put_back() };
    assert!(log.lines.is_empty());
}

#[test]
fn what_lies_elsewhere_is_not_noted() {
    let mut statics = Statics::new(64);
    let mut log = statics.log();
    let elsewhere = 7_u8;
    // SAFETY: it is a variable.
    assert!(!unsafe { log.note((&raw const elsewhere).expose_provenance(), 1) });
    assert!(log.lines.is_empty());
}

#[test]
fn a_line_forgets_what_was_freed() {
    let mut statics = Statics::new(256);
    let before = statics.0.clone();
    let place = statics.start().next_multiple_of(LINE);
    let first = place - statics.start();
    let mut line = Line::new(place);
    // SAFETY: they are bytes of the box.
    unsafe { line.keep(place + 10..place + 30) };
    statics.0.fill(0xee);
    line.forget(&(place + 12..place + 1000));
    assert!(!line.is_empty());
    // SAFETY: as above.
    unsafe { line.put_back() };
    assert_eq!(
        statics.0[first + 10..first + 12],
        before[first + 10..first + 12]
    );
    assert!(statics.0[first + 12..].iter().all(|it| *it == 0xee));
    line.forget(&(place..place + 12));
    assert!(line.is_empty());
}
