//! Every decoder on arbitrary input: schedules, saved schedules, reports.
//!
//! `DECODER_INPUTS=1000000 cargo test --release --lib decoders` gives each this many inputs.

use std::env;
use std::fmt::Debug;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::Report;
use super::json::tests::reports;
use crate::saved;
use crate::schedule::{Schedule, Step};

/// What a mutation may put in.
const PIECES: [&str; 24] = [
    "\"",
    "\\",
    "\\u{",
    "\\u{d800}",
    "}",
    "{",
    "[",
    "]",
    ":",
    ",",
    " ",
    "\n",
    "#",
    "v1",
    "v2",
    "-1",
    "1e999",
    "18446744073709551616",
    "null",
    "true",
    "é",
    "\u{0}",
    "\\ud800",
    "interlace",
];

/// Arbitrary text: one in four is of random bytes, the others are these with a few changes.
struct Inputs {
    valid: Vec<String>,
    random: fastrand::Rng,
}

impl Inputs {
    fn new(valid: Vec<String>) -> Self {
        let random = fastrand::Rng::with_seed(4);
        Inputs { valid, random }
    }

    fn next(&mut self) -> String {
        let random = &mut self.random;
        let mut bytes = if random.u8(..) < 64 {
            let length = random.usize(..80);
            std::iter::repeat_with(|| random.u8(..))
                .take(length)
                .collect()
        } else {
            self.valid[random.usize(..self.valid.len())]
                .clone()
                .into_bytes()
        };
        for _ in 0..random.usize(..4) {
            let at = random.usize(..=bytes.len());
            let end = (at + random.usize(..20)).min(bytes.len());
            let put: Vec<u8> = match random.u8(..5) {
                0 => Vec::new(),
                1 => vec![random.u8(..)],
                2 => bytes[at..end].repeat(2),
                3 => bytes[end..].iter().take(20).copied().collect(),
                _ => PIECES[random.usize(..PIECES.len())].into(),
            };
            bytes.splice(at..end, put);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Decodes many inputs. A value that is decoded must survive being printed and decoded again.
fn decode<T: PartialEq + Debug, E>(
    valid: Vec<String>,
    parse: impl Fn(&str) -> Result<T, E>,
    print: impl Fn(&T) -> String,
) {
    let inputs = env::var("DECODER_INPUTS").ok();
    let inputs = inputs.map_or(20_000, |inputs| inputs.parse().expect("a number"));
    assert!(valid.iter().all(|text| parse(text).is_ok()));
    let mut texts = Inputs::new(valid);
    let mut values = 0;
    for _ in 0..inputs {
        let text = texts.next();
        if let Ok(value) = parse(&text) {
            values += 1;
            assert_eq!(
                parse(&print(&value)).ok().as_ref(),
                Some(&value),
                "{text:?}"
            );
        }
    }
    // Both branches are taken often.
    assert!(
        values > inputs / 20 && values < inputs - inputs / 20,
        "{values}"
    );
}

fn lines() -> Vec<String> {
    let odd = Schedule::new([Step::new("thread 1", "é\n\"\\"), Step::new("", "\u{1}")]);
    let plain = "thread1:read_value thread2:read_value v1:v-1.2".to_owned();
    vec![
        plain.clone(),
        odd.to_string(),
        format!("v1 {plain}"),
        String::new(),
    ]
}

#[test]
fn a_schedule_is_decoded_or_refused() {
    decode(lines(), str::parse::<Schedule>, Schedule::to_string);
}

#[test]
fn a_file_of_saved_schedules_is_decoded_or_refused() {
    let print = |schedules: &Vec<Schedule>| saved::print(schedules, "the check failed");
    let schedules: Vec<Schedule> = lines().iter().map(|line| line.parse().unwrap()).collect();
    decode(vec![print(&schedules), print(&vec![])], saved::parse, print);
}

#[test]
fn a_report_is_decoded_or_refused() {
    let mut runner = TestRunner::deterministic();
    let reports = (0..20).map(|_| reports().new_tree(&mut runner).unwrap().current());
    let old = include_str!("json/tests/version_1.jsonl").lines();
    let valid = reports.map(|report| report.to_json());
    let valid = valid.chain(old.map(str::to_owned)).collect();
    let parse = |text: &str| {
        let report = Report::from_json(text);
        // Displaying what was read must not fail either.
        report.inspect(|report| drop(report.to_string()))
    };
    decode(valid, parse, Report::to_json);
}
