use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::strategy::Strategy;

fn read(variables: &[(&str, &str)]) -> Result<Settings, Error> {
    let variables = variables.iter();
    Settings::read(variables.map(|(name, value)| (name.into(), value.into())))
}

#[test]
fn each_variable_sets_one_thing() {
    let settings = read(&[
        ("INTERLACE_ENGINE", "fibers"),
        ("INTERLACE_HTML", "target/pages"),
        ("INTERLACE_ISOLATE", "1"),
        ("INTERLACE_CHILD", "told by interlace"),
        ("INTERLACE_MAX_SCHEDULES", "1000"),
        ("INTERLACE_POINTS", "accesses"),
        ("INTERLACE_PROGRESS", "0"),
        ("INTERLACE_REAL_TIME", "1"),
        ("INTERLACE_REPEATS", "each"),
        ("INTERLACE_REPLAY", "a:x b:y"),
        ("INTERLACE_REPORT", "target/report.jsonl"),
        ("INTERLACE_SAVED", "0"),
        ("INTERLACE_SHARD", "2/3"),
        ("INTERLACE_SEED", "18446744073709551615"),
        ("INTERLACE_SPURIOUS_WAKEUPS", "2"),
        ("INTERLACE_STRATEGY", "pct:4"),
        ("INTERLACE_TIMEOUTS", "late"),
        ("INTERLACE_TIME_LIMIT", "1.5"),
        ("INTERLACE_VERIFY_ACCESSES", "1"),
        ("INTERLACE_WORKERS", "3"),
        ("PATH", "/bin"),
    ]);
    let expected = Settings {
        engine: Some(Engine::Fibers),
        html: Some(PathBuf::from("target/pages")),
        isolate: Some(true),
        max_schedules: Some(1000),
        points: Some(Points::Accesses),
        progress: Some(false),
        real_time: Some(true),
        repeats: Some(Repeats::Each),
        replay: Some("a:x b:y".to_owned()),
        report: Some(PathBuf::from("target/report.jsonl")),
        saved: Some(false),
        shard: Some((2, 3)),
        seed: Some(u64::MAX),
        spurious_wakeups: Some(2),
        strategy: Some(Strategy::Pct {
            depth: 4,
            schedules: 1000,
        }),
        time_limit: Some(Duration::from_millis(1500)),
        timeouts: Some(Timeouts::Late),
        verify_accesses: Some(true),
        workers: Some(3),
    };
    assert_eq!(settings, Ok(expected));
    assert_eq!(read(&[("HOME", "/")]), Ok(Settings::default()));
}

#[test]
fn a_bad_value_is_an_error_that_says_what_is_wanted() {
    for (name, value) in [
        ("INTERLACE_ENGINE", "Threads"),
        ("INTERLACE_HTML", ""),
        ("INTERLACE_ISOLATE", "yes"),
        ("INTERLACE_MAX_SCHEDULES", "1e6"),
        ("INTERLACE_POINTS", "markers"),
        ("INTERLACE_PROGRESS", "yes"),
        ("INTERLACE_REAL_TIME", "true"),
        ("INTERLACE_REPEATS", "-1"),
        ("INTERLACE_REPORT", ""),
        ("INTERLACE_SAVED", "off"),
        ("INTERLACE_SHARD", "0/3"),
        ("INTERLACE_SHARD", "3"),
        ("INTERLACE_SEED", "-1"),
        ("INTERLACE_SPURIOUS_WAKEUPS", "-1"),
        ("INTERLACE_STRATEGY", "best"),
        ("INTERLACE_STRATEGY", "replay:nonsense"),
        ("INTERLACE_TIMEOUTS", "never"),
        ("INTERLACE_TIME_LIMIT", "-1"),
        ("INTERLACE_TIME_LIMIT", "inf"),
        ("INTERLACE_VERIFY_ACCESSES", "all"),
        ("INTERLACE_WORKERS", "0"),
        ("INTERLACE_WORKERS", ""),
    ] {
        let error = read(&[(name, value)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadSetting);
        let start = format!("the environment variable `{name}` is `{value}`: it must be ");
        assert!(error.to_string().starts_with(&start), "{error}");
    }
}

#[test]
fn an_unknown_variable_is_an_error_that_lists_the_known() {
    let error = read(&[("INTERLACE_WORKER", "2")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment variable `INTERLACE_WORKER` means nothing to interlace; did you mean \
         `INTERLACE_WORKERS`?\nthere are `INTERLACE_ENGINE`, `INTERLACE_HTML`, `INTERLACE_ISOLATE`, `INTERLACE_MAX_SCHEDULES`, \
         `INTERLACE_POINTS`, `INTERLACE_PROGRESS`, `INTERLACE_REAL_TIME`, `INTERLACE_REPEATS`, \
         `INTERLACE_REPLAY`, `INTERLACE_REPORT`, `INTERLACE_SAVED`, `INTERLACE_SEED`, `INTERLACE_SHARD`, `INTERLACE_SPURIOUS_WAKEUPS`, \
         `INTERLACE_STRATEGY`, `INTERLACE_TIMEOUTS`, `INTERLACE_TIME_LIMIT`, \
         `INTERLACE_VERIFY_ACCESSES`, `INTERLACE_WORKERS`"
    );
    let error = read(&[("INTERLACE_COLOUR_OF_THE_BAR", "red")]).unwrap_err();
    assert!(!error.to_string().contains("did you mean"), "{error}");
}

#[test]
fn what_code_sets_wins() {
    let code = Settings {
        workers: Some(1),
        ..Settings::default()
    };
    let environment = read(&[("INTERLACE_WORKERS", "3"), ("INTERLACE_PROGRESS", "1")]).unwrap();
    let both = code.or(environment);
    assert_eq!((both.workers, both.progress), (Some(1), Some(true)));
}

#[test]
fn the_page_of_settings_has_the_same_table() {
    let page = include_str!("../../docs/settings.md");
    let named = page
        .split('`')
        .filter(|word| word.starts_with("INTERLACE_"));
    let named: Vec<_> = named.sorted().dedup().collect();
    assert_eq!(named, VARIABLES.each_ref().map(|variable| variable.name));
}

proptest! {
    #[test]
    fn no_value_panics(which in 0..VARIABLES.len(), value in vec(any::<char>(), 0..20)) {
        let value: String = value.into_iter().collect();
        let _ = read(&[(VARIABLES[which].name, &value)]);
    }
}
