//! Numbers and times in words, and the sentences made of them.

use std::fmt::Write as _;

use super::snapshot::Snapshot;

/// If an unbounded search takes longer than this, in seconds, bounds are suggested.
const TOO_LONG: f64 = 600.0;

/// The announcement of a long search: its size, and how long it takes.
pub(super) fn size(snapshot: &Snapshot) -> String {
    let goal = snapshot.goal;
    let mut text = match snapshot.size {
        None => "many schedules".to_owned(),
        Some(size) => {
            let how = if size.is_exact { "exact" } else { "estimated" };
            let schedules = number(size.schedules, size.is_exact);
            format!("{schedules} schedules ({how})")
        }
    };
    #[allow(clippy::cast_precision_loss, reason = "shown with a few digits")]
    if let Some(max) = goal.max_schedules {
        let _ = write!(text, ", `max_schedules` {}", number(max as f64, true));
    }
    if let Some(limit) = goal.time_limit {
        let _ = write!(text, ", `time_limit` {limit:?}");
    }
    if let Some(seconds) = snapshot.seconds() {
        let _ = write!(text, ": about {} at this rate", time(seconds));
        if seconds > TOO_LONG && goal.max_schedules.is_none() && goal.time_limit.is_none() {
            text += "; consider `max_schedules`, `time_limit` or fewer markers";
        }
    }
    text
}

/// The state of the search, in a line short enough to stand beside a bar.
pub(super) fn state(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let is_exact = snapshot.size.is_none_or(|size| size.is_exact);
    if let Some(share) = snapshot.share() {
        let about = if is_exact { "" } else { "~" };
        let _ = write!(text, "{about}{}  ", percent(share));
    }
    if let Some(seconds) = snapshot.seconds_left() {
        let _ = write!(text, "{} left  ", time(seconds));
    }
    #[allow(clippy::cast_precision_loss, reason = "shown with a few digits")]
    let executions = snapshot.executions as f64;
    let _ = write!(text, "ran {}", number(executions, true));
    if let Some(all) = snapshot.executions_to_run() {
        let _ = write!(text, " of {}", number(all, is_exact));
    }
    let _ = write!(text, "  {}/s", number(snapshot.rate(), false));
    text
}

/// A number with its thousands separated, or in powers of ten if it is large. If it is not exact,
/// it has two significant digits.
fn number(number: f64, is_exact: bool) -> String {
    if number >= 1e9 {
        return power_of_ten(number);
    }
    let unit = if is_exact || number < 100.0 {
        1.0
    } else {
        10_f64.powf(number.log10().floor() - 1.0)
    };
    let digits = format!("{:.0}", (number / unit).round() * unit);
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn power_of_ten(number: f64) -> String {
    let text = format!("{number:.1e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{digits}·10^{power}")
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        // 100 % is shown only when the search is over, not for what rounds to it.
        99.95.. if share < 1.0 => "99.9 %".to_owned(),
        0.1.. => format!("{percent:.1} %"),
        0.0001.. => format!("{percent:.4} %"),
        _ => "0 %".to_owned(),
    }
}

/// A time in the largest unit of which it has at least two, rounded.
fn time(seconds: f64) -> String {
    const UNITS: [(&str, f64); 4] = [
        ("years", 365.25 * 86_400.0),
        ("days", 86_400.0),
        ("hours", 3600.0),
        ("min", 60.0),
    ];
    let fits = |unit: &&(&str, f64)| seconds >= 2.0 * unit.1;
    let &(name, length) = UNITS.iter().find(fits).unwrap_or(&("s", 1.0));
    format!("{} {name}", number((seconds / length).round(), false))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::snapshot::{Goal, Size};
    use super::*;

    fn snapshot(schedules: f64, is_exact: bool, goal: Goal) -> Snapshot {
        Snapshot {
            executions: 712_345,
            elapsed: Duration::from_secs(1),
            size: Some(Size {
                schedules,
                is_exact,
            }),
            goal,
        }
    }

    #[test]
    fn the_size_of_a_hopeless_search_comes_with_advice() {
        // 30! / (10!)^3 = 5 550 996 791 340; / 712 345 = 7.8 million seconds.
        assert_eq!(
            size(&snapshot(5_550_996_791_340.0, true, Goal::default())),
            "5.6·10^12 schedules (exact): about 90 days at this rate; consider \
             `max_schedules`, `time_limit` or fewer markers"
        );
    }

    #[test]
    fn bounds_are_told_with_the_size() {
        let goal = Goal {
            max_schedules: Some(5_000_000),
            time_limit: Some(Duration::from_secs(60)),
        };
        assert_eq!(
            size(&snapshot(123_456_789.0, false, goal)),
            "120 000 000 schedules (estimated), `max_schedules` 5 000 000, \
             `time_limit` 60s: about 7 s at this rate"
        );
    }

    #[test]
    fn the_state_is_a_line() {
        assert_eq!(
            state(&snapshot(11_732_745.0, true, Goal::default())),
            "6.1 %  15 s left  ran 712 345 of 11 732 745  710 000/s"
        );
        assert_eq!(
            state(&snapshot(1.234e15, false, Goal::default())),
            "~0 %  55 years left  ran 712 345 of 1.2·10^15  710 000/s"
        );
        let unknown = Snapshot {
            size: None,
            ..snapshot(0.0, true, Goal::default())
        };
        assert_eq!(state(&unknown), "ran 712 345  710 000/s");
    }

    #[test]
    fn times_are_told_in_their_largest_unit() {
        let told = [0.2, 119.0, 120.0, 7199.0, 86_400.0, 3e6, 1e9, 1e20].map(time);
        let expected = [
            "0 s",
            "120 s",
            "2 min",
            "120 min",
            "24 hours",
            "35 days",
            "32 years",
            "3.2·10^12 years",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_hundred_per_cent_is_said_only_of_what_is_over() {
        let told = [0.0, 0.000_002, 0.034_56, 0.999_99, 1.0].map(percent);
        assert_eq!(told, ["0 %", "0.0002 %", "3.5 %", "99.9 %", "100.0 %"]);
    }
}
