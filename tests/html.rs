//! Pages for a browser: each is well-formed, and has what the report has.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::{env, fs, process};

use interlace::{Explorer, Report, Schedule, Strategy, marker};

/// Elements that have no end.
const VOID: [&str; 2] = ["br", "meta"];

/// The names of the elements of a page, in order. Fails if one is not closed, or in the wrong place.
fn elements(page: &str) -> Vec<&str> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a page");
    let (mut all, mut open) = (Vec::new(), Vec::new());
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').expect("a tag has an end");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "before {after:.100}");
            continue;
        }
        let is_closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        let name = tag.split_whitespace().next().expect("a name");
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "<{tag}>");
        all.push(name);
        // What is in these is no markup.
        if ["script", "style"].contains(&name) {
            let (_, after) = rest.split_once(&format!("</{name}>")).expect("an end");
            rest = after;
        } else if !is_closed && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
    all
}

/// Checks the page of a report, and returns it.
fn page(report: &Report) -> String {
    let page = report.to_html();
    let elements = elements(&page);
    let count = |name: &str| elements.iter().filter(|it| **it == name).count();
    assert_eq!(
        [count("html"), count("main"), count("h1"), count("script")],
        [1; 4]
    );
    let steps = report.failure().map_or(0, |it| it.timeline().steps().len());
    let rows = page.matches("<tr id=\"minimal-").count();
    assert_eq!(
        rows + page.matches("<tr class=\"turn\" id=\"minimal-").count(),
        steps
    );
    page
}

fn lost_update() -> Report {
    let increment = |count: &AtomicU32| {
        marker!("read", reads(count));
        let before = count.load(SeqCst);
        marker!("write", writes(count));
        count.store(before + 1, SeqCst);
    };
    Explorer::new(AtomicU32::default)
        .thread("<script>alert(1)</script>", increment)
        .thread("b & \"c\"", increment)
        .outcome(|count| format!("<b>{}</b>", count.load(SeqCst)))
        .check(|count| assert_eq!(count.load(SeqCst), 2, "<i>lost</i>"))
        .keep_going()
        .explore()
}

#[test]
fn conflicts_are_arrows_and_the_users_text_is_no_markup() {
    let page = page(&lost_update());
    for text in ["<script>alert", "<b>", "<i>lost"] {
        assert!(!page.contains(text), "{text}");
    }
    assert!(page.contains("<th scope=\"col\">&lt;script&gt;alert(1)&lt;/script&gt;</th>"));
    // a:read b:read b:write a:write is shortest: b reads in step 2, and writes in 3 what a has read in 1.
    assert_eq!(page.matches("data-from=").count(), 1, "{page}");
    assert!(
        page.contains("data-from=\"minimal-1\" data-to=\"minimal-3\""),
        "{page}"
    );
    assert_eq!(page.matches(">preemption</span>").count(), 1);
    // The lines that the markers mark, in two steps each.
    assert_eq!(
        page.matches(">let before = count.load(SeqCst);</code>")
            .count(),
        2
    );
    assert_eq!(
        page.matches("count.store(before + 1, SeqCst);</code>")
            .count(),
        2
    );
    for outcome in ["&lt;b&gt;1&lt;/b&gt;", "&lt;b&gt;2&lt;/b&gt;"] {
        assert!(page.contains(outcome), "{page}");
    }
}

#[test]
fn the_execution_that_failed_first_is_beside_the_minimal_one() {
    let steps = |count: &AtomicU32| {
        for _ in 0..4 {
            marker!("add");
            count.fetch_add(1, SeqCst);
        }
    };
    let report = Explorer::new(AtomicU32::default)
        .thread("a", steps)
        .thread("b", steps)
        .thread("c", |count| {
            marker!("look");
            assert_ne!(count.load(SeqCst), 3, "three");
        })
        .strategy(Strategy::Random { schedules: 1000 })
        .explore();
    let failure = report.assert_fails();
    let page = page(&report);
    // Three steps of a and then c are enough; a random walk goes to and fro before.
    assert_eq!(failure.schedule().len(), 4);
    assert_eq!(
        failure.found_timeline().steps().len(),
        failure.found_schedule().len()
    );
    let rows = page.matches(" id=\"found-").count();
    assert_eq!(
        (rows, page.matches("<details>").count()),
        (failure.found_schedule().len(), 1)
    );
    assert!(
        page.contains("panics: assertion `left != right` failed: three"),
        "{page}"
    );
}

#[test]
fn a_deadlock_shows_who_holds_what_and_who_waits_for_whom() {
    let both = |first: usize| {
        move |forks: &[Mutex<()>; 2]| {
            let (one, other) = (&forks[first], &forks[1 - first]);
            marker!("first", acquires(one));
            let _one = one.lock().unwrap();
            marker!("second", acquires(other));
            let _other = other.lock().unwrap();
        }
    };
    let report = Explorer::new(|| [Mutex::new(()), Mutex::new(())])
        .thread("left", both(0))
        .thread("right", both(1))
        .explore();
    let page = page(&report);
    let holds = "holds from here what right waits for as <code>other</code>";
    assert_eq!(page.matches(holds).count(), 1, "{page}");
    assert_eq!(
        page.matches("which left was the last to acquire").count(),
        1
    );
    assert_eq!(
        page.matches("which right was the last to acquire").count(),
        1
    );
    // Left holds its lock in both steps, right in the second.
    assert_eq!(page.matches("holding\"").count(), 3, "{page}");
}

/// Both threads come to the lock; b waits at it from its first row on, until a releases it.
#[test]
fn what_is_held_and_awaited_is_shown_step_by_step() {
    let body = |lock: &Mutex<u32>| {
        marker!("enter", acquires(lock));
        let mut guard = lock.lock().unwrap();
        marker!("inside", reads(guard));
        *guard += 1;
        marker!("leave", releases(lock));
        drop(guard);
    };
    let report = Explorer::new(|| Mutex::new(0))
        .thread("a", body)
        .thread("b", body)
        .check(|lock| assert_eq!(*lock.lock().unwrap(), 3))
        .explore();
    let page = page(&report);
    for (tag, count) in [("acquires", 2), ("releases", 2)] {
        let tag = format!("<span class=\"tag lock\">{tag} <code>lock</code></span>");
        assert_eq!(page.matches(&tag).count(), count, "{page}");
    }
    let wait = "<span class=\"waits\">waits for <code>lock</code>, which a holds</span>";
    assert_eq!(page.matches(wait).count(), 1);
    // Each holds it in two steps, and b waits in the first two. Thread a never waits.
    assert_eq!(page.matches("holding\"").count(), 4, "{page}");
    assert_eq!(page.matches("<td class=\"waiting\">").count(), 2, "{page}");
    assert_eq!(
        Report::from_json(&report.to_json()).unwrap().to_html(),
        page
    );
}

#[test]
fn a_search_that_held_has_a_page_too() {
    let report = Explorer::new(|| ())
        .thread("a", |()| marker!("x"))
        .outcome(|()| 1)
        .allow_outcomes([1, 2])
        .explore();
    let page = page(&report);
    assert!(page.contains("<h1>No failure</h1>") && page.contains("allowed, and never seen"));
}

/// Runs an ignored test of this program with pages written to a folder, and returns what it has printed.
fn run(name: &str, folder: &str) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture"]);
    let output = command.env("INTERLACE_HTML", folder).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && stdout.contains("1 passed"),
        "{stdout}"
    );
    stdout
}

#[test]
#[ignore = "run by tests of `INTERLACE_HTML`"]
fn finds_the_same_twice() {
    for _ in 0..2 {
        println!("{}", lost_update());
    }
    let held = Explorer::new(|| ()).thread("a", |()| marker!("x"));
    held.allow_trivial().explore().assert_ok();
}

#[test]
#[ignore = "run by a_replay_that_fails_writes_a_page"]
fn replays() {
    let fails = || {
        Explorer::new(|| ()).thread("a", |()| {
            marker!("x");
            panic!("out of luck");
        })
    };
    println!("{}", fails().replay(&Schedule::default()));
    let held = Explorer::new(|| ()).thread("a", |()| marker!("x"));
    held.replay(&Schedule::default()).assert_ok();
}

#[test]
fn a_replay_that_fails_writes_a_page() {
    let folder = env::temp_dir().join(format!("interlace-html-replay-{}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    let text = run("replays", folder.to_str().unwrap());
    let told = text
        .lines()
        .filter_map(|it| it.strip_prefix("to look at in a browser: "));
    let told: Vec<&str> = told.collect();
    assert_eq!(
        (told.len(), fs::read_dir(&folder).unwrap().count()),
        (1, 1),
        "{text}"
    );
    let page = fs::read_to_string(told[0]).unwrap();
    elements(&page);
    assert!(page.contains("thread `a` panicked: out of luck"), "{page}");
    let again = "<pre>.replay(&amp;interlace::schedule![])</pre>";
    assert!(page.contains(again), "{page}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn each_search_that_finds_a_failure_writes_a_page_and_says_where() {
    let folder = env::temp_dir().join(format!("interlace-html-{}/made", process::id()));
    let _ = fs::remove_dir_all(&folder);
    let text = run("finds_the_same_twice", folder.to_str().unwrap());
    let told = text
        .lines()
        .filter_map(|it| it.strip_prefix("to look at in a browser: "));
    let told: Vec<&str> = told.collect();
    assert_eq!(told.len(), 2, "{text}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    for path in &told {
        assert!(path.contains("finds_the_same_twice-html-"), "{path}");
        elements(&fs::read_to_string(path).unwrap());
    }
    assert!(told[1].ends_with("-round2.html"), "{}", told[1]);
    fs::remove_dir_all(folder.parent().unwrap()).unwrap();
}

#[test]
fn a_folder_that_cannot_be_written_to_costs_the_page_only() {
    let file = env::current_exe().unwrap();
    let text = run("finds_the_same_twice", file.to_str().unwrap());
    assert_eq!(text.matches("NO PAGE WRITTEN: `").count(), 2, "{text}");
    assert_eq!(text.matches("the check failed: ").count(), 2, "{text}");
}

/// Presses keys one after the other, and notes after each what has the focus, and whether the keys are shown.
const PRESSES: &str = r#"<script>
const notes = ["j", "?", "j", "?", "j", "ArrowUp", "l"].map((key) => {
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  return dialog.open ? "keys" : document.activeElement.id;
});
const arrows = document.querySelectorAll(".arrows > path").length;
document.body.append(`[${notes.join(" ")}; ${arrows} arrow]`);
</script></body>"#;

/// Where there is Chromium: elsewhere nothing is seen, and the test says so.
#[test]
fn in_a_browser_keys_move_and_arrows_are_drawn() {
    let folder = env::temp_dir().join(format!("interlace-html-browser-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("page.html");
    let page = lost_update().to_html().replace("</body>", PRESSES);
    fs::write(&path, page).unwrap();
    let mut command = Command::new("timeout");
    command.args([
        "60",
        "chromium",
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--dump-dom",
    ]);
    command.arg(format!("--user-data-dir={}", folder.display()));
    let output = command.arg(format!("file://{}", path.display())).output();
    fs::remove_dir_all(&folder).unwrap();
    let Some(output) = output.ok().filter(|it| it.status.success()) else {
        eprintln!("not seen in a browser: there is no `chromium` that runs");
        return;
    };
    let shown = String::from_utf8_lossy(&output.stdout);
    // While the keys are shown, others do nothing; then the focus comes back. There is no other schedule for `l`.
    let moved = "[minimal-1 keys keys minimal-1 minimal-2 minimal-1 minimal-1; 1 arrow]";
    assert!(shown.contains(moved), "{shown}");
}
