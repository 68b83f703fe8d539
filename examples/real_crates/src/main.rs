//! Bugs of published crates, and of those who use them, found with nothing marked: the crates are as they were
//! published, and every atomic access in them is a scheduling point.
//!
//! Each file has the program that shows the bug, with the version that has it, and with one that has not. Run it by
//! `cargo interlace run -p real_crates`: it prints the reports, then a table of what each search took. With the name
//! of a crate behind `--`, it shows only that one.

mod arc_swap;
mod async_channel;
mod bb8;
mod crossbeam_queue;
mod dashmap;
mod flume;
mod quick_cache;
#[cfg(test)]
mod verdict;

use interlace::Explorer;

/// A crate, with the programs that fail and that hold.
struct Bug {
    name: &'static str,
    wrong: fn() -> Explorer<()>,
    right: fn() -> Explorer<()>,
}

const BUGS: [Bug; 8] = [
    Bug {
        name: "crossbeam-queue",
        wrong: crossbeam_queue::wrong,
        right: crossbeam_queue::right,
    },
    Bug {
        name: "flume",
        wrong: flume::wrong,
        right: flume::right,
    },
    Bug {
        name: "async-channel",
        wrong: async_channel::wrong,
        right: async_channel::right,
    },
    Bug {
        name: "quick_cache",
        wrong: quick_cache::wrong,
        right: quick_cache::right,
    },
    Bug {
        name: "bb8",
        wrong: bb8::wrong,
        right: bb8::right,
    },
    Bug {
        name: "bb8",
        wrong: bb8::wrong_if_given_up,
        right: bb8::right_if_given_up,
    },
    Bug {
        name: "arc-swap",
        wrong: arc_swap::wrong,
        right: arc_swap::right,
    },
    Bug {
        name: "dashmap",
        wrong: dashmap::wrong,
        right: dashmap::right,
    },
];

impl Bug {
    /// Prints the reports. Returns what the searches took, as a row of a table.
    fn show(&self) -> String {
        println!("{}, with the bug:\n", self.name);
        let wrong = (self.wrong)().explore();
        println!("{wrong}\n");
        println!("{}, without it:\n", self.name);
        let right = (self.right)().explore();
        println!("{right}\n");
        let failure = wrong.assert_fails();
        right.assert_ok();
        let held = right.to_string();
        format!(
            "| {} | {} | {:.2} | {} | {} | {} | {:.2} |",
            self.name,
            wrong.schedules(),
            wrong.elapsed().as_secs_f64(),
            failure.schedule().len(),
            failure.preemptions(),
            held.lines().next().unwrap_or_default(),
            right.elapsed().as_secs_f64(),
        )
    }
}

fn main() {
    if !cfg!(interlace) {
        println!("Nothing is marked here, so run it as `cargo interlace run -p real_crates`.");
        return;
    }
    let only = std::env::args().nth(1);
    let shown = BUGS.iter();
    let shown = shown.filter(|bug| only.as_ref().is_none_or(|it| it == bug.name));
    let rows: Vec<String> = shown.map(Bug::show).collect();
    println!("| crate | found in | seconds | forced steps | preemptions | without it | seconds |");
    println!("|---|--:|--:|--:|--:|---|--:|");
    for row in rows {
        println!("{row}");
    }
}
