//! Wrong declarations, and what is said of them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use interlace::{Engine, ErrorKind, Explorer, Repeats, Report, Strategy, marker};

type Cells = [AtomicUsize; 2];

const FIRST: &str =
    "two steps do not commute, though they have nothing in common by what their markers declare:";
const LAST: &str = "One of them touches more than its marker says. Declare at both what they share, by `reads(…)`, \
                    `writes(…)` or `acquires(…)`, and `releases(…)` only where a lock is released; a marker that \
                    declares nothing may touch anything";

/// What both engines report, which is the same.
fn verified<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let [threads, fibers] = [Engine::Threads, Engine::Fibers].map(|engine| {
        let explorer = explorer().engine(engine).workers(1).keep_going();
        explorer.verify_accesses(true).explore()
    });
    assert_eq!(threads.to_string(), fibers.to_string());
    threads
}

/// Checks what stands between the first and the last line of the error. Places in this file are left out.
#[track_caller]
fn check<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>, expected: [&str; 6]) {
    let report = verified(explorer);
    let error = report.error().unwrap_or_else(|| panic!("{report}"));
    assert_eq!(error.kind(), ErrorKind::WrongDeclaration);
    let text = error.to_string();
    let place = format!(" ({}:", file!());
    let mut parts = text.split(&place);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text += part
            .trim_start_matches(char::is_numeric)
            .trim_start_matches(')');
    }
    let [one, other, way, shows, other_way, other_shows] = expected;
    assert_eq!(
        text,
        format!(
            "{FIRST}\n  {one}\n  {other}\none way:       {way}\n  {shows}\n\
             the other way: {other_way}\n  {other_shows}\n{LAST}"
        )
    );
}

fn update(write: fn(&AtomicUsize)) -> impl Fn() -> Explorer<Cells> {
    move || {
        let update = move |cells: &Cells| {
            marker!("load", reads(cells[0]));
            let value = cells[0].load(SeqCst);
            write(&cells[0]);
            cells[0].store(value + 1, SeqCst);
        };
        Explorer::new(Cells::default)
            .thread("a", update)
            .thread("b", update)
            .outcome(|cells| cells[0].load(SeqCst))
    }
}

#[test]
fn a_write_that_is_called_a_read_or_left_out() {
    let wrong: [fn(&AtomicUsize); 2] = [
        |cell| marker!("store", reads(cell)),
        |_| marker!("store", reads()),
    ];
    for write in wrong {
        check(
            update(write),
            [
                "`a:store`",
                "`b:load`",
                "a:load a:store b:load",
                "the outcome is 2",
                "a:load b:load a:store",
                "the outcome is 1",
            ],
        );
    }
    let right = verified(update(|cell| marker!("store", writes(cell))));
    assert_eq!(right.error(), None);
    // Where one comes after the other, all is ordered. Where both read first, only the reads are not, and so
    // the two classes of that kind have a pair each.
    let text = right.to_string();
    assert!(
        text.contains("\ndeclarations were checked on 2 pairs of steps\n"),
        "{text}"
    );
}

#[test]
fn the_error_says_where_the_steps_are() {
    let line = line!() + 2;
    let set = |cell: &AtomicUsize| {
        marker!("set", reads());
        cell.fetch_add(1, SeqCst);
    };
    let report = verified(|| {
        Explorer::new(AtomicUsize::default)
            .thread("a", set)
            .thread("b", move |cell: &AtomicUsize| {
                marker!("double", reads());
                cell.store(2 * cell.load(SeqCst), SeqCst);
            })
            .outcome(|cell| cell.load(SeqCst))
    });
    let text = report.error().unwrap().to_string();
    let start = format!(
        "{FIRST}\n  `a:set` ({}:{line})\n  `b:double` ({}:",
        file!(),
        file!()
    );
    assert!(text.starts_with(&start), "{text}");
}

#[test]
fn another_cell() {
    let explorer = || {
        Explorer::new(Cells::default)
            .thread("a", |cells: &Cells| {
                marker!("store", writes(cells[1]));
                cells[0].store(1, SeqCst);
            })
            .thread("b", |cells: &Cells| {
                marker!("look", reads(cells[0]));
                if cells[0].load(SeqCst) == 1 {
                    marker!("set", writes(cells[0]));
                }
            })
    };
    check(
        explorer,
        [
            "`a:store`",
            "`b:look`",
            "a:store b:look",
            "b goes on with `b:set`",
            "b:look a:store",
            "b takes no further step",
        ],
    );
}

#[test]
fn a_place_that_depends_on_what_is_not_declared() {
    let explorer = || {
        Explorer::new(Cells::default)
            .thread("a", |cells: &Cells| {
                marker!("store", writes(cells[1]));
                cells[0].store(1, SeqCst);
            })
            .thread("b", |cells: &Cells| {
                marker!("look", reads());
                let at = cells[0].load(SeqCst);
                marker!("read", reads(cells[at]));
            })
            .thread("c", |cells: &Cells| marker!("write", writes(cells[0])))
    };
    // Whether `b` reads the cell of `a` or that of `c` depends on whether `a` has stored.
    check(
        explorer,
        [
            "`a:store`",
            "`b:look`",
            "a:store b:look",
            "`b:read` touches some places",
            "b:look a:store",
            "`b:read` touches others",
        ],
    );
}

#[test]
fn a_panic_and_a_view() {
    let explorer = || {
        Explorer::new(Cells::default)
            .thread("a", |cells: &Cells| {
                marker!("store", writes(cells[1]));
                cells[0].store(1, SeqCst);
            })
            .thread("b", |cells: &Cells| {
                marker!("look", reads(cells[0]));
                if cells[0].load(SeqCst) == 1 {
                    std::panic::panic_any("too late");
                }
            })
    };
    let report = verified(explorer);
    let text = report.error().unwrap().to_string();
    let end = "\nthe other way: a:store b:look\n  thread `b` panicked: too late\n  at ";
    assert!(text.contains(end), "{text}");
    let explorer = || {
        let set = |value| {
            move |cells: &Cells| {
                marker!("store", reads());
                cells[0].store(value, SeqCst);
            }
        };
        Explorer::new(Cells::default)
            .thread("a", set(1))
            .thread("b", set(2))
            .serializable(|cells| cells[0].load(SeqCst))
    };
    check(
        explorer,
        [
            "`a:store`",
            "`b:store`",
            "a:store b:store",
            "the view is 2",
            "b:store a:store",
            "the view is 1",
        ],
    );
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_lock_that_is_left_out_shows_where_a_thread_waits_for_it() {
    let explorer = || {
        let section = |lock: &Mutex<Vec<&str>>, name| {
            marker!("lock", reads());
            let mut log = lock.lock().unwrap();
            marker!("push", reads());
            log.push(name);
        };
        Explorer::new(Mutex::<Vec<&str>>::default)
            .thread("a", move |lock| section(lock, "a"))
            .thread("b", move |lock| section(lock, "b"))
    };
    check(
        explorer,
        [
            "`a:push`",
            "`b:lock`",
            "a:lock a:push b:lock",
            "every step can be taken",
            "a:lock b:lock a:push",
            "then `b:push` cannot be taken: b was blocked at lock or condition 1 and can go on, after passing \
             lock",
        ],
    );
}

#[test]
fn a_section_whose_lock_is_left_out_shows_in_the_outcome() {
    let explorer = || {
        let section = |lock: &Mutex<Vec<&'static str>>, name| {
            marker!("push", reads());
            lock.lock().unwrap().push(name);
        };
        Explorer::new(Mutex::<Vec<&'static str>>::default)
            .thread("a", move |lock| section(lock, "a"))
            .thread("b", move |lock| section(lock, "b"))
            .outcome(|log| log.lock().unwrap().clone())
    };
    check(
        explorer,
        [
            "`a:push`",
            "`b:push`",
            "a:push b:push",
            r#"the outcome is ["a", "b"]"#,
            "b:push a:push",
            r#"the outcome is ["b", "a"]"#,
        ],
    );
}

#[test]
fn a_lock_that_is_said_to_be_released_too_early() {
    let explorer = || {
        Explorer::new(Mutex::<u32>::default)
            .thread("a", |lock| {
                marker!("lock", acquires(lock), releases(lock));
                let mut value = lock.lock().unwrap();
                marker!("add", reads());
                *value += 1;
            })
            .thread("b", |lock| {
                marker!("double", acquires(lock));
                *lock.lock().unwrap() *= 2;
            })
    };
    check(
        explorer,
        [
            "`a:add`",
            "`b:double`",
            "a:lock a:add b:double",
            "every step can be taken",
            "a:lock",
            "then `b:double` cannot be taken: b is paused at double, and what it acquires there is not free",
        ],
    );
}

#[test]
fn a_wrong_declaration_is_told_before_what_it_has_led_to() {
    let explorer = || {
        Explorer::new(Cells::default)
            .thread("a", |cells: &Cells| {
                marker!("store", writes(cells[1]));
                cells[0].store(1, SeqCst);
            })
            .thread("b", |cells: &Cells| {
                marker!("look", reads());
                if cells[0].load(SeqCst) == 1 {
                    marker!("set", writes(cells[1]));
                }
            })
    };
    // It is planned that `b` sets the cell before `a` stores, and then it does not.
    let unverified = explorer().explore();
    assert_eq!(
        unverified.error().unwrap().kind(),
        ErrorKind::NonDeterministic
    );
    check(
        explorer,
        [
            "`a:store`",
            "`b:look`",
            "a:store b:look",
            "b goes on with `b:set`",
            "b:look a:store",
            "b takes no further step",
        ],
    );
}

#[test]
fn what_differs_without_an_exchange_is_no_wrong_declaration() {
    static EXECUTIONS: AtomicUsize = AtomicUsize::new(0);
    let report = verified(|| {
        EXECUTIONS.store(0, SeqCst);
        let step = |(): &()| marker!("step", reads());
        let explorer = Explorer::new(|| ()).thread("a", step).thread("b", step);
        let explorer = explorer.repeats(Repeats::Never);
        explorer.outcome(|()| EXECUTIONS.fetch_add(1, SeqCst))
    });
    assert_eq!(
        report.to_string(),
        "interlace: no failure in 1 class of schedules; one schedule of each was run\n\
         declarations were checked on 0 pairs of steps\n\
         outcomes:\n  1 × 0  (with no step forced)"
    );
}

#[test]
fn a_long_program_is_checked_on_some_pairs() {
    let explorer = |threads: usize| {
        move || {
            let body = |(): &()| (0..20).for_each(|_| marker!("step", reads()));
            let explorer = Explorer::new(|| ()).allow_trivial();
            (0..threads).fold(explorer, |explorer, number| {
                explorer.thread(format!("t{number}"), body)
            })
        }
    };
    for (threads, text) in [
        (1, "declarations were checked on 0 pairs of steps"),
        (2, "declarations were checked on 400 pairs of steps"),
        // Of 3 · 400.
        (3, "declarations were checked on 1024 pairs of steps"),
    ] {
        let report = verified(explorer(threads));
        assert_eq!(
            report.to_string(),
            format!(
                "interlace: no failure in 1 class of schedules; one schedule of each was run\n{text}"
            )
        );
    }
}

#[test]
fn where_no_classes_are_run_there_is_nothing_to_verify() {
    let step = |(): &()| marker!("step");
    let explorer = || Explorer::new(|| ()).thread("a", step).thread("b", step);
    let nothing =
        "\nthere was nothing to verify: no schedule was left out because of what markers declare";
    assert_eq!(
        verified(explorer).to_string(),
        format!("interlace: no failure in 2 schedules; every schedule was run{nothing}")
    );
    let declared = |(): &()| marker!("step", reads());
    let sampled = verified(|| {
        let explorer = explorer().thread("c", declared);
        explorer.strategy(Strategy::Random { schedules: 3 })
    });
    assert!(sampled.to_string().ends_with(nothing), "{sampled}");
}
