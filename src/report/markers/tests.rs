use super::*;
use crate::failure::MarkerSite;
use crate::timeline::{StepCode, TimelineStep};

/// A step of an access, whose line of the workspace calls what it is named after.
fn access(thread: &str, name: &'static str, line: u32) -> TimelineStep {
    TimelineStep {
        thread: thread.into(),
        kind: StepKind::Marker,
        marker: MarkerSite {
            name: name.into(),
            file: "src/lib.rs".into(),
            line,
        },
        is_forced: false,
        preempts: false,
        waits: false,
        code: Some(Box::new(StepCode {
            is_access: true,
            own_line: Some(at(line, name)),
            ..StepCode::default()
        })),
        locks: Vec::new(),
    }
}

fn at(line: u32, called: &'static str) -> CodeLine {
    CodeLine {
        file: "src/lib.rs".into(),
        line,
        column: 9,
        source: "x.call();".into(),
        function: "run".into(),
        called: called.into(),
    }
}

fn call(thread: &str, kind: StepKind, name: &'static str) -> TimelineStep {
    let mut step = access(thread, name, 0);
    step.kind = kind;
    step.code = Some(Box::default());
    step
}

fn start(thread: &str) -> TimelineStep {
    call(thread, StepKind::Start, "start")
}

fn alone(mut step: TimelineStep) -> TimelineStep {
    step.code.as_mut().unwrap().is_alone = true;
    step
}

/// Each marker as `line: name`, and the schedule; or why there are none.
fn found(steps: Vec<TimelineStep>, forced: usize, pending: [Option<CodeLine>; 2]) -> String {
    let own_line = |step: &TimelineStep| step.code.as_ref().unwrap().own_line.clone();
    let of_steps = steps.iter().map(|it| own_line(it).into_iter().collect());
    let calls = CallLines {
        of_steps: of_steps.collect(),
        pending: pending.map(|it| it.into_iter().collect()).into(),
    };
    found_with(steps, &calls, forced)
}

/// The same, with the lines of packages.
fn found_with(steps: Vec<TimelineStep>, calls: &CallLines, forced: usize) -> String {
    let mut columns = Columns {
        threads: vec!["main".into(), "main/1".into()],
        steps,
        ..Columns::default()
    };
    for step in &mut columns.steps[..forced] {
        step.is_forced = true;
    }
    match markers(&columns, calls) {
        Ok(Marked { lines, schedule }) => {
            let lines = lines.iter().map(|it| match &*it.package {
                "" => format!("{}: {}", it.line, it.name),
                package => format!("{package}:{}: {}", it.line, it.name),
            });
            format!("{}; {schedule}", lines.collect::<Vec<_>>().join(", "))
        }
        Err(obstacle) => obstacle,
    }
}

/// Main has read and is to write: there it is stopped.
#[test]
fn a_marker_is_where_a_thread_is_stopped() {
    let steps = vec![
        access("main", "load", 5),
        start("main/1"),
        access("main/1", "load", 5),
        access("main/1", "store", 6),
        access("main", "store", 6),
    ];
    assert_eq!(
        found(steps.clone(), 2, [None, None]),
        "6: store; main/1:start"
    );
    // A schedule that names more of the steps, where the other passes the marker.
    let text = found(steps, 5, [None, None]);
    assert_eq!(text, "6: store; main/1:start main/1:store main:store");
}

/// A line that takes two steps each time: only the first of them passes its marker. A second marker of one function
/// has another name.
#[test]
fn a_line_passes_its_marker_once() {
    let mut second = access("main", "b", 6);
    second.code.as_mut().unwrap().own_line = Some(at(6, "a"));
    let steps = vec![
        access("main", "c", 5),
        start("main/1"),
        access("main/1", "a", 7),
        access("main", "a", 6),
        second.clone(),
        access("main", "a", 6),
        second,
        access("main/1", "a", 8),
    ];
    let text = found(steps, 8, [None, None]);
    assert_eq!(text, "6: a, 8: a2; main/1:start main:a main:a main/1:a2");
}

/// Within a line no marker stops a thread. But steps that have to do with no other thread may come before it is
/// stopped.
#[test]
fn within_a_line_a_thread_is_stopped_only_where_it_may_go_on_to_the_next() {
    let within = |step: &dyn Fn(TimelineStep) -> TimelineStep| {
        let mut second = access("main", "b", 5);
        second.code.as_mut().unwrap().own_line = Some(at(5, "a"));
        let steps = vec![
            access("main", "a", 5),
            start("main/1"),
            step(second),
            access("main", "store", 6),
        ];
        found(steps, 2, [None, None])
    };
    assert_eq!(within(&alone), "6: store; main/1:start");
    assert_eq!(
        within(&|it| it),
        "`main` is stopped in the middle of src/lib.rs:5, at b (src/lib.rs:5).\nA marker stops a thread before a line"
    );
}

/// The execution fails before the thread goes on.
#[test]
fn a_thread_that_never_goes_on_is_stopped_where_it_stood() {
    let steps = vec![
        access("main", "load", 5),
        start("main/1"),
        access("main/1", "store", 9),
        access("main", "load", 7),
        access("main", "load", 8),
    ];
    let text = found(steps, 4, [None, Some(at(10, "swap"))]);
    assert_eq!(text, "7: load, 10: swap; main/1:start main:load");
}

/// Where a thread waits in a call to the system, it waits in plain builds too.
#[test]
fn a_wait_needs_no_marker() {
    let mut joins = access("main", "load", 5);
    joins.waits = true;
    let steps = vec![
        joins,
        start("main/1"),
        access("main/1", "store", 9),
        call("main", StepKind::Resume, "load"),
    ];
    assert_eq!(
        found(steps, 4, [None, None]),
        "; main/1:start main:resume(start)"
    );
}

/// Of several declared threads each runs up to its first marker, before any step.
#[test]
fn declared_threads_are_stopped_before_their_first_access() {
    let steps = vec![
        access("main/1", "load", 25),
        access("main", "load", 12),
        access("main", "store", 13),
        access("main/1", "load", 25),
    ];
    let text = found(steps, 2, [None, None]);
    assert_eq!(text, "12: load, 25: load2; main/1:load2 main:load");
}

/// A line of a package.
fn within(package: &str, line: u32, called: &'static str) -> CodeLine {
    CodeLine {
        file: format!("{package}/src/lib.rs").into(),
        ..at(line, called)
    }
}

/// Main is in the middle of its line, and of the line of a package; but it begins a line of another one.
#[test]
fn in_the_middle_of_a_line_a_package_can_be_marked() {
    let steps = || {
        vec![
            access("main", "load", 5),
            start("main/1"),
            access("main", "swap", 5),
            access("main/1", "swap", 5),
        ]
    };
    let calls = |inner: &str| {
        let lines = |line| {
            let inner = within(inner, line, "swap");
            vec![at(5, "pop"), within("one-1.2.3", 40, "pop"), inner]
        };
        CallLines {
            of_steps: vec![lines(7), Vec::new(), lines(8), lines(8)],
            pending: vec![Vec::new(), Vec::new()],
        }
    };
    let text = found_with(steps(), &calls("two-0.1.0"), 2);
    assert_eq!(text, "two-0.1.0:8: swap; main/1:start");
    // What Interlace depends on cannot depend on Interlace.
    let text = found_with(steps(), &calls("parking_lot-0.12.5"), 2);
    assert!(
        text.contains("in the middle of src/lib.rs:5, at swap"),
        "{text}"
    );
}

/// What main has done of its line has to do with no other thread: it does that later. What it did before that, and
/// what it does elsewhere, stays where it is.
#[test]
fn a_thread_is_stopped_before_steps_that_have_to_do_with_no_other_thread() {
    let mut second = access("main", "store", 6);
    second.code.as_mut().unwrap().own_line = Some(at(6, "load"));
    let steps = vec![
        access("main", "load", 5),
        alone(access("main", "load", 6)),
        start("main/1"),
        second,
        access("main/1", "load", 9),
    ];
    let text = found(steps.clone(), 3, [None, None]);
    assert_eq!(text, "6: load; main/1:start");
    // With more of the steps, main/1 is stopped too.
    let text = found(steps, 5, [None, None]);
    assert_eq!(
        text,
        "6: load, 9: load2; main/1:start main:load main/1:load2"
    );
}

/// A comment at the end of such a line would gate the statement that the line is a part of, or nothing.
#[test]
fn a_line_within_a_statement_is_not_marked() {
    let mut store = access("main", "store", 6);
    let line = &mut store.code.as_mut().unwrap().own_line;
    line.as_mut().unwrap().source = ".store(5);".into();
    let steps = vec![access("main", "load", 5), start("main/1"), store];
    let text = found(steps, 2, [None, None]);
    assert!(
        text.contains("in the middle of src/lib.rs:6, at store"),
        "{text}"
    );
}

/// One line calls two functions that both make the same access: the second is still in the middle of that line.
#[test]
fn the_same_access_in_another_function_does_not_begin_a_line_again() {
    let steps = || {
        vec![
            access("main", "lock", 5),
            start("main/1"),
            access("main", "lock", 5),
        ]
    };
    let calls = |second: u32| {
        let lines = |line| vec![at(5, "get"), within("pool-1.2.3", line, "lock")];
        CallLines {
            of_steps: vec![lines(7), Vec::new(), lines(second)],
            pending: vec![Vec::new(), Vec::new()],
        }
    };
    let text = found_with(steps(), &calls(8), 2);
    assert_eq!(text, "pool-1.2.3:8: lock; main/1:start");
    // The same in the same functions: the line is run once more, and so its marker is passed before, too.
    let text = found_with(steps(), &calls(7), 2);
    assert_eq!(text, "5: get; main:get main/1:start");
}

/// In a plain build a thread that waits for a futex does so at the end of a step.
#[test]
fn no_thread_is_stopped_before_a_call_of_a_futex() {
    let mut waits = access("main/1", "futex_wait", 9);
    waits.marker.file = "".into();
    waits.code.as_mut().unwrap().is_access = false;
    waits.waits = true;
    let steps = vec![
        access("main", "load", 5),
        start("main/1"),
        waits,
        access("main", "store", 6),
    ];
    assert_eq!(found(steps, 3, [None, None]), "6: store; main/1:start");
}
