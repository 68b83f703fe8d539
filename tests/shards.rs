//! A search in shards, each in a process of its own as on machines of their own, and merged.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::{env, fs, process};

use interlace::{Engine, ErrorKind, Explorer, Report, StoppedBy, Strategy, marker, schedule};

/// Three increments, of which some are lost: 6! / (2! 2! 2!) = 90 schedules.
fn lost_updates() -> Explorer<AtomicU32> {
    let increment = |value: &AtomicU32| {
        marker!("read");
        let read = value.load(SeqCst);
        marker!("write");
        value.store(read + 1, SeqCst);
    };
    Explorer::new(AtomicU32::default)
        .thread("a", increment)
        .thread("b", increment)
        .thread("c", increment)
        .outcome(|value| value.load(SeqCst))
        .check(|value| assert_eq!(value.load(SeqCst), 3))
        .engine(Engine::Fibers)
}

/// The only call: reports of one search are of one place.
fn explore(explorer: Explorer<AtomicU32>) -> Report {
    let report = explorer.explore();
    // Some are dropped on purpose, for which they must have been looked at.
    let _ = report.failing();
    report
}

fn shards(of: u32) -> Vec<Report> {
    let shards = (1..=of).map(|number| explore(lost_updates().keep_going().shard(number, of)));
    shards.collect()
}

#[test]
fn shards_are_equal_and_in_order() {
    // The first schedule of the second half begins with the second half of b.
    let [first, second] = &shards(2)[..] else {
        panic!("two");
    };
    assert_eq!((first.schedules(), second.schedules()), (45, 45));
    assert_eq!(
        first.to_string().lines().next().unwrap(),
        "interlace: 42 of 45 schedules of shard 1/2 failed; every schedule of the shard was run"
    );
    let sizes: Vec<u64> = shards(7).iter().map(Report::schedules).collect();
    // 90 = 6 · 13 + 12
    assert_eq!(sizes, [13, 13, 13, 13, 13, 13, 12]);
}

#[test]
fn there_may_be_more_shards_than_schedules() {
    let shards = shards(200);
    let sizes: Vec<u64> = shards.iter().map(Report::schedules).collect();
    assert_eq!(sizes.iter().sum::<u64>(), 90);
    assert!(sizes.iter().all(|&size| size <= 1));
    let whole = Report::merge(shards).unwrap();
    let expected = explore(lost_updates().keep_going());
    assert_eq!(whole.to_string(), expected.to_string());
}

#[test]
fn a_failing_shard_stops_only_itself_and_what_comes_after_it_is_not_counted() {
    let shards = (1..=3).map(|number| explore(lost_updates().shard(number, 3)));
    let shards: Vec<Report> = shards.collect();
    for shard in &shards {
        assert_eq!(shard.stopped_by(), &StoppedBy::FirstFailure);
    }
    let whole = Report::merge(shards).unwrap();
    let expected = explore(lost_updates());
    assert_eq!(whole.to_string(), expected.to_string());
    assert_eq!(
        whole.assert_fails().index(),
        expected.assert_fails().index()
    );
}

#[test]
fn a_limit_is_the_shards_own_and_the_whole_is_not_exhaustive() {
    let shards = (1..=2).map(|number| {
        let explorer = lost_updates().keep_going().max_schedules(10);
        explore(explorer.shard(number, 2))
    });
    let whole = Report::merge(shards).unwrap();
    assert_eq!(whole.schedules(), 20);
    assert_eq!(whole.stopped_by(), &StoppedBy::MaxSchedules(10));
    assert!(!whole.is_exhaustive());
}

#[test]
fn a_shard_that_is_not_there_is_refused() {
    for (number, of) in [(0, 3), (4, 3), (1, 0)] {
        let report = explore(lost_updates().shard(number, of));
        let error = report.error().unwrap();
        assert_eq!(error.kind(), ErrorKind::BadSetting);
        let begins = format!("there is no shard {number} of {of}: ");
        assert!(error.to_string().starts_with(&begins), "{error}");
    }
}

#[test]
fn reports_that_are_not_the_parts_of_one_search_are_refused_by_name() {
    let error = |reports: Vec<Report>| {
        let error = Report::merge(reports).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotOfOneSearch);
        error.to_string()
    };
    let three = || shards(3);
    let without = |at: usize| {
        let mut shards = three();
        drop(shards.remove(at));
        shards
    };
    let with = |report: Report| {
        let mut shards = without(1);
        shards.push(report);
        shards
    };
    assert_eq!(error(vec![]), "there is no report to merge");
    let search = "`reports_that_are_not_the_parts_of_one_search_are_refused_by_name` at tests/sha";
    for at in 0..3 {
        let text = error(without(at));
        let begins = format!("shard {}/3 is missing of {search}", at + 1);
        assert!(text.starts_with(&begins), "{text}");
    }
    let twice = || three().into_iter().chain(three().pop());
    let text = error(twice().collect());
    assert!(text.starts_with("shard 3/3 is there twice of"), "{text}");
    let text = error(vec![explore(lost_updates().keep_going())]);
    assert!(text.starts_with("a report is of no shard: "), "{text}");

    let foreign = |report, difference| {
        let text = error(with(report));
        let begins = format!(
            "two reports are not of one search, they have different {difference}:\n  shard "
        );
        assert!(text.starts_with(&begins), "{text}");
    };
    let second = |explorer: Explorer<AtomicU32>| explorer.keep_going().shard(2, 3);
    foreign(
        explore(second(lost_updates().thread("d", |_| ()))),
        "threads",
    );
    let elsewhere = second(lost_updates()).explore();
    foreign(elsewhere, "tests or places in the source");
    foreign(explore(lost_updates().shard(2, 3)), "uses of `keep_going`");
    foreign(
        explore(second(lost_updates().engine(Engine::Threads))),
        "engines",
    );
    foreign(shards(4).remove(1), "numbers of shards");
    let sample = Strategy::Pos { schedules: 9 };
    foreign(
        explore(second(lost_updates().strategy(sample))),
        "strategies",
    );
    // The same names, and another program.
    let one = |value: &AtomicU32| {
        marker!("add");
        value.fetch_add(1, SeqCst);
    };
    let atomic = Explorer::new(AtomicU32::default).engine(Engine::Fibers);
    let atomic = atomic.thread("a", one).thread("b", one).thread("c", one);
    foreign(
        explore(second(atomic)),
        "numbers of steps in the first execution",
    );
}

#[test]
fn shards_of_a_sample_are_ranges_of_its_numbers() {
    // 3 is fewer than what the first executions teach.
    for schedules in [0, 3, 100] {
        for strategy in [
            Strategy::Random { schedules },
            Strategy::Uniform { schedules },
            Strategy::Pct {
                depth: 2,
                schedules,
            },
            Strategy::Pos { schedules },
            Strategy::Surw { schedules },
        ] {
            for (of, keeps_going) in [(2, true), (3, false), (7, true)] {
                let explorer = || {
                    let explorer = lost_updates().strategy(strategy.clone()).seed(5);
                    if keeps_going {
                        explorer.keep_going()
                    } else {
                        explorer
                    }
                };
                let whole = explore(explorer());
                let shard = |number| explore(explorer().workers(2).shard(number, of));
                let shards: Vec<Report> = (1..=of).map(shard).collect();
                if keeps_going {
                    let sizes = || shards.iter().map(Report::schedules);
                    assert_eq!(sizes().sum::<u64>(), schedules);
                    assert!(sizes().max().unwrap() - sizes().min().unwrap() <= 1);
                }
                let merged = Report::merge(shards).unwrap();
                assert_eq!(merged.to_string(), whole.to_string(), "{strategy}");
                assert_eq!(merged.stopped_by(), whole.stopped_by(), "{strategy}");
            }
        }
    }
}

#[test]
fn what_does_not_divide_into_ranges_has_no_shards_and_says_so() {
    for strategy in [
        Strategy::Preemptions(2),
        Strategy::Feedback { schedules: 10 },
        Strategy::Portfolio { schedules: 10 },
    ] {
        let report = explore(lost_updates().strategy(strategy).shard(1, 2));
        let error = report.error().unwrap();
        assert_eq!(error.kind(), ErrorKind::BadSetting);
        assert!(error.to_string().contains("and has no shards"), "{error}");
    }
}

#[test]
fn a_saved_failure_is_that_of_the_whole() {
    let memory = || interlace::saved::Memory::new([schedule![a: read, b: read]]);
    let shards = (1..=3).map(|number| explore(lost_updates().saved(memory()).shard(number, 3)));
    let whole = Report::merge(shards).unwrap();
    assert_eq!(whole.stopped_by(), &StoppedBy::SavedFailure);
    assert_eq!((whole.schedules(), whole.retried()), (0, 1));
    assert_eq!(whole.assert_fails().index(), 0);
}

/// Several searches in one process: of two places, and twice of one.
#[test]
#[ignore = "run by the tests below, in processes of their own"]
fn searches() {
    for goal in [1, 3] {
        let explorer = lost_updates().keep_going();
        let _ = explore(explorer.check(move |value| assert!(value.load(SeqCst) >= goal)));
    }
    let _ = explore(lost_updates());
}

/// What `searches` says in a process with these variables, by the file of its reports.
fn reports(command: &mut Command, folder: &Path) -> Vec<Report> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let lines = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        let reports = text.lines().map(|line| Report::from_json(line).unwrap());
        reports.collect::<Vec<_>>()
    });
    lines.collect()
}

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

fn fresh(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("shards-{}-{name}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What each process runs: this program, told to run `searches` alone.
fn program() -> String {
    let program = env::current_exe().unwrap();
    format!("'{}' --exact searches --ignored", program.display())
}

/// Runs the shell line `script` for four shards, and compares with one process.
fn assert_recipe(name: &str, script: &str) {
    let alone = fresh(&format!("{name}-alone"));
    let mut whole = Command::new("sh");
    whole.args(["-c", &program()]);
    whole.env("INTERLACE_REPORT", alone.join("whole.jsonl"));
    let whole = reports(&mut whole, &alone);
    assert_eq!(whole.len(), 3);

    let folder = fresh(name);
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(&folder);
    let shards = reports(&mut command, &folder);
    assert_eq!(shards.len(), 4 * 3);
    let merged = Report::merge_all(shards).unwrap();
    assert_eq!(merged.len(), 3);
    for (merged, whole) in merged.iter().zip(&whole) {
        assert_eq!(merged.to_string(), whole.to_string());
        assert_eq!(merged.describe_search(), whole.describe_search());
    }

    // A shard that did not come back is named.
    fs::remove_file(folder.join("reports-3.jsonl")).unwrap();
    let left = reports(&mut Command::new("true"), &folder);
    let error = Report::merge_all(left).unwrap_err().to_string();
    assert!(
        error.starts_with("shard 3/4 is missing of `searches` at "),
        "{error}"
    );
}

/// A line of `docs/shards.md`, with this program in the place of its `cargo test`.
fn recipe(command: &str) -> String {
    let docs = include_str!("../docs/shards.md");
    let (_, after) = docs.split_once(&format!("\n{command}")).unwrap();
    let (lines, _) = after.split_once("\ncargo run").unwrap();
    let script = format!("{command}{lines}");
    assert!(script.contains("cargo test --test searches'"), "{script}");
    // In single quotes already.
    let program = program().replace('\'', "");
    script.replace("cargo test --test searches", &program)
}

#[test]
fn the_recipe_for_gnu_parallel_gives_the_report_of_one_machine() {
    let version = Command::new("parallel").arg("--version").output();
    if !version.is_ok_and(|output| text(&output).contains("GNU parallel")) {
        eprintln!("SKIPPED: there is no GNU parallel here; its recipe was not run");
        return;
    }
    assert_recipe("parallel", &recipe("parallel --halt never"));
}

#[test]
fn shards_in_processes_side_by_side_give_the_report_of_one_machine() {
    let program = program();
    let script = format!(
        "for i in 1 2 3 4; do INTERLACE_SHARD=$i/4 INTERLACE_REPORT=$PWD/reports-$i.jsonl \
         {program} & done; wait"
    );
    assert_recipe("processes", &script);
}
