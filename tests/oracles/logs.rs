//! Nothing fails here: the orders themselves are what is looked at.

use std::sync::Mutex;

use interlace::Explorer;

type Log = Mutex<String>;

#[interlace::trace]
fn write_twice(log: &Log, entry: char) {
    log.lock().unwrap().push(entry); // interlace: first
    log.lock().unwrap().push(entry); // interlace: second
}

#[test]
fn a_shared_log_shows_each_of_six_orders_once() {
    let report = Explorer::new(Log::default)
        .thread("t1", |log| write_twice(log, 'a'))
        .thread("t2", |log| write_twice(log, 'b'))
        .outcome(|log| log.lock().unwrap().clone())
        .explore();
    report.assert_ok();
    // Outcomes are sorted by text, which here is exploration order, too.
    let logs = ["aabb", "abab", "abba", "baab", "baba", "bbaa"];
    let expected = logs.map(|log| (format!("{log:?}"), 1));
    let outcomes = report
        .outcomes()
        .map(|(log, count)| (log.to_owned(), count));
    assert_eq!(outcomes.collect::<Vec<_>>(), expected);
    assert_eq!(report.schedules(), 6);
}

#[test]
fn independent_logs_are_the_same_in_all_six_orders() {
    let report = Explorer::new(<(Log, Log)>::default)
        .thread("t1", |logs| write_twice(&logs.0, 'a'))
        .thread("t2", |logs| write_twice(&logs.1, 'b'))
        .outcome(|logs| {
            (
                logs.0.lock().unwrap().clone(),
                logs.1.lock().unwrap().clone(),
            )
        })
        .explore();
    report.assert_ok();
    let outcomes: Vec<_> = report.outcomes().collect();
    assert_eq!(outcomes, [(r#"("aa", "bb")"#, 6)]);
}
