//! What environment variables do. They are the process's, so each case is a process: this test
//! program again, told to run one test.

use std::process::{Command, Output};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use interlace::{
    Engine, ErrorKind, Explorer, Points, Repeats, Report, Schedule, StoppedBy, Strategy, Timeouts,
    marker,
};

/// Two threads with two markers: 4! / (2! 2!) = 6 schedules.
fn explorer() -> Explorer<()> {
    let body = |(): &()| {
        marker!("first");
        marker!("second");
    };
    Explorer::new(|| ()).thread("a", body).thread("b", body)
}

/// Runs the test `name` of this program, which is ignored otherwise, with these variables.
fn run(name: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture"]);
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}");
    assert!(stdout.contains("1 passed"), "{stdout}");
    output
}

#[test]
#[ignore = "run by an_unknown_variable_is_reported"]
fn finds_an_unknown_variable() {
    let report = explorer().explore();
    let error = report.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::BadSetting);
    assert!(
        error
            .to_string()
            .contains("did you mean `INTERLACE_WORKERS`?")
    );
    assert_eq!(report.schedules(), 0);
    assert!(!explorer().replay(&Schedule::default()).is_ok());
}

#[test]
fn an_unknown_variable_is_reported() {
    run("finds_an_unknown_variable", &[("INTERLACE_WORKER", "2")]);
}

#[test]
#[ignore = "run by a_variable_sets_what_the_code_leaves_open"]
fn obeys_max_schedules() {
    let report = explorer().explore();
    assert_eq!(report.stopped_by(), &StoppedBy::MaxSchedules(5));
    let report = explorer().max_schedules(3).explore();
    assert_eq!(report.stopped_by(), &StoppedBy::MaxSchedules(3));
}

#[test]
fn a_variable_sets_what_the_code_leaves_open() {
    run("obeys_max_schedules", &[("INTERLACE_MAX_SCHEDULES", "5")]);
}

#[test]
#[ignore = "run by variables_say_what_is_sampled"]
fn samples() {
    let explorer = || explorer().workers(1);
    let report = explorer().explore();
    assert_eq!(report.stopped_by(), &StoppedBy::Sampled(20));
    let expected = "no failure in 20 sampled schedules (random:20, seed 9)";
    assert!(report.to_string().contains(expected), "{report}");
    // What the code says wins.
    let report = explorer().strategy(Strategy::Exhaustive).explore();
    assert!(report.is_exhaustive());
}

#[test]
fn variables_say_what_is_sampled() {
    run(
        "samples",
        &[("INTERLACE_STRATEGY", "random:20"), ("INTERLACE_SEED", "9")],
    );
}

/// Which thread of the system runs the caller: see proc(5), `thread-self`.
#[cfg(target_os = "linux")]
fn system_thread() -> std::path::PathBuf {
    fs::read_link("/proc/thread-self").unwrap()
}

/// Where fibers have no thread-locals of their own, std knows it.
#[cfg(not(target_os = "linux"))]
fn system_thread() -> thread::ThreadId {
    thread::current().id()
}

#[test]
#[ignore = "run by fresh_threads_win_over_fibers_in_the_environment"]
fn explores_on_fresh_threads() {
    use std::sync::{Arc, Mutex};
    // Fibers take turns on one thread of the system; fresh threads are one for each body and
    // execution.
    let count = |are_fresh| {
        let seen: Arc<Mutex<std::collections::HashSet<_>>> = Arc::default();
        let inside = Arc::clone(&seen);
        let note = move |(): &()| {
            marker!("x");
            inside.lock().unwrap().insert(system_thread());
        };
        let explorer = Explorer::new(|| ())
            .thread("a", note.clone())
            .thread("b", note);
        let explorer = explorer.workers(1).repeats(Repeats::Never);
        let report = explorer.fresh_threads(are_fresh).explore();
        assert_eq!(report.schedules(), 2);
        seen.lock().unwrap().len()
    };
    assert_eq!((count(false), count(true)), (1, 4));
}

#[test]
fn fresh_threads_win_over_fibers_in_the_environment() {
    run(
        "explores_on_fresh_threads",
        &[("INTERLACE_ENGINE", "fibers")],
    );
}

#[test]
#[ignore = "run by every_report_is_added_to_a_file_as_a_line_of_json"]
fn explores_often_and_side_by_side() {
    let explore = || explorer().explore().assert_ok();
    let fails = || explorer().check(|()| panic!("it does")).explore();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..4).for_each(|_| explore()));
        }
    });
    assert_eq!(fails().failing(), 1);
}

#[test]
fn every_report_is_added_to_a_file_as_a_line_of_json() {
    let name = format!("interlace-reports-{}", process::id());
    let folder = env::temp_dir().join(name);
    let _ = fs::remove_dir_all(&folder);
    let path = folder.join("made/reports.jsonl");
    let variables = [("INTERLACE_REPORT", path.to_str().unwrap())];
    run("explores_often_and_side_by_side", &variables);

    let text = fs::read_to_string(&path).unwrap();
    let reports: Vec<Report> = text
        .lines()
        .map(|line| Report::from_json(line).unwrap())
        .collect();
    assert_eq!(reports.len(), 33);
    let (last, others) = reports.split_last().unwrap();
    for report in others {
        report.assert_ok();
        assert_eq!((report.schedules(), report.is_exhaustive()), (6, true));
    }
    let failure = last.assert_fails();
    assert_eq!((failure.index(), failure.schedule().len()), (1, 0));
    assert!(
        last.to_string().contains("the check failed: it does"),
        "{last}"
    );
}

#[test]
#[ignore = "run by a_report_that_cannot_be_written_is_an_error_before_the_search"]
fn cannot_report() {
    let report = explorer().explore();
    assert_eq!(report.error().unwrap().kind(), ErrorKind::BadReport);
    assert_eq!(report.schedules(), 0);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_before_the_search() {
    // A folder is no file to write to.
    let folder = env::temp_dir();
    run(
        "cannot_report",
        &[("INTERLACE_REPORT", folder.to_str().unwrap())],
    );
}

#[test]
#[ignore = "run by workers_that_a_search_cannot_use_are_not_started_and_that_is_told"]
fn explores_with_too_many_workers() {
    let processors = thread::available_parallelism().unwrap().get();
    let most = 8 * processors;
    let line = format!(
        "\nworkers: {most} of the 3000 asked for, since a search uses at most 8 for each of \
         {processors} processors"
    );
    let began = Instant::now();
    let report = explorer().explore();
    assert_eq!(report.schedules(), 6);
    assert!(report.to_string().contains(&line), "{report}");
    // To start 3000 took 44 seconds.
    assert!(began.elapsed() < Duration::from_secs(10));

    // What the code says wins, and is cut in the same way; as many as can be used are not cut.
    let text = |workers| explorer().workers(workers).explore().to_string();
    assert!(text(most + 1).contains(&format!("\nworkers: {most} of the {} ", most + 1)));
    assert!(!text(most).contains("workers"));
    // With a number of schedules there is one worker in any case.
    let report = explorer().max_schedules(6).explore();
    assert!(!report.to_string().contains("workers"), "{report}");
}

#[test]
fn workers_that_a_search_cannot_use_are_not_started_and_that_is_told() {
    run(
        "explores_with_too_many_workers",
        &[("INTERLACE_WORKERS", "3000")],
    );
}

/// Three threads with ten markers each: 30! / (10!)^3 = 5 550 996 791 340 schedules.
fn long_search() {
    let body = |(): &()| (0..10).for_each(|_| marker!("step"));
    let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    let explorer = explorer.thread("c", body).engine(Engine::Fibers);
    let report = explorer.time_limit(Duration::from_millis(1500)).explore();
    assert!(!report.is_exhaustive());
}

#[test]
#[ignore = "run by a_long_search_tells_its_size_where_it_is_asked_to"]
fn searches_long() {
    long_search();
}

#[test]
fn a_long_search_tells_its_size_where_it_is_asked_to() {
    for workers in ["1", "2"] {
        let output = run(
            "searches_long",
            &[("INTERLACE_PROGRESS", "1"), ("INTERLACE_WORKERS", workers)],
        );
        let stderr = String::from_utf8(output.stderr).unwrap();
        let size =
            "interlace: searches_long: 5.6·10^12 schedules (exact), `time_limit` 1.5s: about 2 s";
        assert!(stderr.contains(size), "{stderr}");
    }
}

#[test]
fn a_short_test_is_silent_unless_asked() {
    let output = run("searches_long", &[]);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
#[ignore = "run by a_report_names_the_rules_for_waits"]
fn explores_with_rules_for_waits() {
    let report = explorer().spurious_wakeups(1).explore();
    assert_eq!(
        report.to_string(),
        "interlace: no failure in 6 schedules; every schedule was run\nwaits: time-outs only where \
         nobody else could go on, at most 1 spurious wake-up in an execution"
    );
    let report = explorer().timeouts(Timeouts::Early).explore();
    assert!(!report.to_string().contains("time-outs"), "{report}");
}

#[test]
fn a_report_names_the_rules_for_waits() {
    run(
        "explores_with_rules_for_waits",
        &[
            ("INTERLACE_TIMEOUTS", "late"),
            ("INTERLACE_SPURIOUS_WAKEUPS", "3"),
        ],
    );
}

/// There is nothing to be found but what calls and markers show: a report does not hide that.
#[test]
fn a_model_says_which_points_it_has() {
    let body = || std::thread::spawn(|| ()).join().unwrap();
    let explorer = || Explorer::model(body).allow_trivial();
    let report = explorer().explore();
    report.assert_ok();
    let points = "\npoints: markers, and calls to the system; `cargo interlace test` adds each atomic \
                  access to memory";
    assert!(report.to_string().ends_with(points), "{report}");
    let report = explorer().points(Points::Accesses).explore();
    assert_eq!(
        report.to_string(),
        "interlace: accesses are points only in a program that is instrumented. Run it by `cargo \
         interlace test`, or let the points be `calls`"
    );
}
