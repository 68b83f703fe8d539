use super::*;
use crate::failure::MarkerSite;
use crate::timeline::StepCode;

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
    let mut columns = Columns {
        threads: vec!["main".into(), "main/1".into()],
        steps,
        pending: pending.into(),
        ..Columns::default()
    };
    for step in &mut columns.steps[..forced] {
        step.is_forced = true;
    }
    match markers(&columns) {
        Ok(Marked { lines, schedule }) => {
            let lines = lines.iter().map(|it| format!("{}: {}", it.line, it.name));
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
