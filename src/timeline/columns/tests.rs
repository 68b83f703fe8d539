mod widths;

use super::*;
use crate::site::Site;
use crate::timeline::StepCode;

fn step(thread: &str, site: &'static Site, waits: bool) -> TimelineStep {
    TimelineStep {
        thread: thread.into(),
        kind: StepKind::Marker,
        marker: site.id().into(),
        is_forced: false,
        preempts: false,
        waits,
        code: None,
        locks: Vec::new(),
    }
}

fn draw(threads: &[&str], mut steps: Vec<TimelineStep>, forced: usize) -> String {
    for step in &mut steps[..forced] {
        step.is_forced = true;
    }
    let threads = threads.iter().map(|&name| name.into()).collect();
    Timeline(ValueOrText::Value(Columns {
        threads,
        steps,
        ..Columns::default()
    }))
    .to_string()
}

static READ: Site = Site::new("read", "src/a.rs", 3, 9);
static WRITE: Site = Site::new("write", "src/a.rs", 14, 9);

#[test]
fn each_thread_has_a_column_and_forced_steps_have_an_asterisk() {
    let steps = vec![
        step("thread1", &READ, false),
        step("t2", &READ, true),
        step("thread1", &WRITE, false),
    ];
    let expected = "
  step    thread1  t2
     1 *  read                   src/a.rs:3
     2 *           read (waits)  src/a.rs:3
     3    write                  src/a.rs:14";
    assert_eq!(
        format!("\n{}", draw(&["thread1", "t2"], steps, 2)),
        expected
    );
}

#[test]
fn how_a_wait_ends_is_told_beside_the_marker_that_it_began_after() {
    let told_of = |kind, preempts, waits| {
        let step = TimelineStep {
            kind,
            preempts,
            ..step("t", &READ, waits)
        };
        step.cell()
    };
    let told = |kind, waits| told_of(kind, false, waits);
    assert_eq!(told(StepKind::Resume, false), "read (goes on)");
    assert_eq!(told(StepKind::Timeout, false), "read (times out)");
    let early = told_of(StepKind::Timeout, true, false);
    assert_eq!(early, "read (times out early)");
    assert_eq!(
        told(StepKind::Spurious, true),
        "read (wakes by itself, waits)"
    );
    assert_eq!(told(StepKind::Cancel, false), "read (is cancelled)");
}

#[test]
fn a_long_execution_is_drawn_without_its_middle() {
    // No two steps are alike.
    let steps = (1..=1000).map(|line| {
        let mut step = step("t", &READ, false);
        step.marker.line = line;
        step
    });
    let text = draw(&["t"], steps.collect(), 0);
    assert_eq!(text.lines().count(), 1 + MAX_LINES + 1);
    assert!(
        text.contains("\n     …    (900 steps are left out)\n"),
        "{text}"
    );
    assert!(
        text.contains("\n    50    read") && text.contains("\n   951    read"),
        "{text}"
    );
}

#[test]
fn names_of_any_length_are_drawn() {
    let long = "t".repeat(100_000);
    let text = draw(&[&long], vec![step(&long, &READ, true)], 0);
    assert!(text.contains(&long) && text.contains("read (waits)"));
}

fn code(
    mut step: TimelineStep,
    source: &'static str,
    own: Option<(&'static str, u32)>,
) -> TimelineStep {
    let own_line = own.map(|(file, line)| CodeLine {
        file: file.into(),
        line,
        column: 5,
        source: "queue.pop().unwrap()".into(),
        function: "take".into(),
        called: "pop".into(),
    });
    step.code = Some(Box::new(StepCode {
        is_access: true,
        source: source.into(),
        own_line,
        ..StepCode::default()
    }));
    step
}

fn alone(mut step: TimelineStep) -> TimelineStep {
    step.code.as_mut().unwrap().is_alone = true;
    step
}

static LOAD: Site = Site::new("push.load", "src/a.rs", 3, 9);
static POP: Site = Site::new("pop.compare_exchange", "queue-1.2.3/src/lib.rs", 363, 9);
static LOCK: Site = Site::new(
    "lock.compare_exchange",
    "library/std/src/sync/mutex.rs",
    492,
    9,
);

/// The code of each step: its own line; of another package, from where it was called, once; of std, only that.
/// Steps that have to do with no other thread are in one line, unless there is only one.
#[test]
fn the_code_of_steps_is_told_with_them() {
    let load = |thread| {
        code(
            step(thread, &LOAD, false),
            "let a = self.a.load(SeqCst);",
            Some(("src/a.rs", 3)),
        )
    };
    let pop = || {
        code(
            step("t2", &POP, false),
            "self.head.compare_exchange(a, b)",
            Some(("src/a.rs", 31)),
        )
    };
    let lock = code(step("t2", &LOCK, false), "", Some(("src/a.rs", 40)));
    let mut halted = load("main");
    halted.code.as_mut().unwrap().why = "t2 stops here: why".into();
    let mut steps = vec![alone(load("main")), alone(load("main")), load("main")];
    steps.extend([pop(), pop(), lock, halted, alone(load("main"))]);
    let expected = "
  step    main       t2
   1-2 *  (2 steps that touch nothing shared)
     3    push.load                         src/a.rs:3                  let a = self.a.load(SeqCst);
     4               pop.compare_exchange   queue-1.2.3/src/lib.rs:363  self.head.compare_exchange(a, b)
                                            called from src/a.rs:31     queue.pop().unwrap()
     5               pop.compare_exchange   queue-1.2.3/src/lib.rs:363  self.head.compare_exchange(a, b)
     6               lock.compare_exchange  src/a.rs:40                 queue.pop().unwrap()
          t2 stops here: why
     7    push.load                         src/a.rs:3                  let a = self.a.load(SeqCst);
     8    push.load                         src/a.rs:3                  let a = self.a.load(SeqCst);";
    assert_eq!(format!("\n{}", draw(&["main", "t2"], steps, 2)), expected);
}

/// Four threads: columns begin to the right of each other, and lines of code are cut at 120 columns.
#[test]
fn the_columns_of_many_threads_overlap_where_steps_have_code() {
    let threads = ["main", "main/1", "main/2", "main/3"];
    let long = "let head = self.head.compare_exchange_weak(head, head + 1, Ordering::SeqCst, Ordering::Relaxed);";
    let steps = threads.map(|thread| code(step(thread, &POP, false), long, None));
    let text = draw(&threads, steps.into(), 0);
    let expected = "
  step    main  main/1  main/2  main/3
     1    pop.compare_exchange                        queue-1.2.3/src/lib.rs:363  let head = self.head.compare_exchange…
     2          pop.compare_exchange                  queue-1.2.3/src/lib.rs:363  let head = self.head.compare_exchange…
     3                  pop.compare_exchange          queue-1.2.3/src/lib.rs:363  let head = self.head.compare_exchange…
     4                          pop.compare_exchange  queue-1.2.3/src/lib.rs:363  let head = self.head.compare_exchange…";
    assert_eq!(format!("\n{text}"), expected);
    assert!(text.lines().all(|line| width(line) <= Look::PLAIN.width));
}

/// An access in code without debug information; one after which the thread waits, and the join for which it does;
/// a call to the system, which has no place where std is not told of.
#[test]
fn what_is_not_known_of_a_step_is_told_of_accesses() {
    static UNKNOWN: Site = Site::new("unlock.swap", "", 0, 0);
    static JOIN: Site = Site::new("join", "", 0, 0);
    let mut join = code(step("t", &JOIN, false), "", None);
    join.kind = StepKind::Join;
    join.code.as_mut().unwrap().is_access = false;
    let steps = vec![
        code(step("t", &UNKNOWN, false), "", None),
        code(step("t", &LOAD, true), "self.a.load(SeqCst);", None),
        join,
    ];
    let expected = "
  step    t
     1    unlock.swap             (no debug information)
     2    push.load (then waits)  src/a.rs:3              self.a.load(SeqCst);
     3    join";
    assert_eq!(format!("\n{}", draw(&["t"], steps, 0)), expected);
}

#[test]
fn a_file_that_was_changed_is_named_once() {
    let timeline = Timeline(ValueOrText::Value(Columns {
        threads: vec!["t".into()],
        steps: vec![code(step("t", &LOAD, false), "", None)],
        changed: vec!["src/a.rs".to_owned()],
    }));
    let expected = "
  step    t
     1    push.load  src/a.rs:3
  (src/a.rs was changed after the program was built: its lines are not shown)";
    assert_eq!(format!("\n{timeline}"), expected);
}
