//! Timelines in lines of given widths.

use super::*;

/// The timeline in lines of this width, all of which are as narrow.
fn drawn(threads: &[&str], steps: &[TimelineStep], width: usize) -> String {
    let look = Look {
        width,
        wraps: true,
        ..Look::PLAIN
    };
    let timeline = Timeline(ValueOrText::Value(Columns {
        threads: threads.iter().map(|&name| name.into()).collect(),
        steps: steps.to_vec(),
        ..Columns::default()
    }));
    let text = Drawn(&timeline, look).to_string();
    for line in text.lines() {
        // A name in the legend is a word.
        let is_word = line.trim_start().starts_with('…');
        assert!(super::width(line) <= width || is_word, "{line}\n{text}");
    }
    let coloured = Drawn(
        &timeline,
        Look {
            has_colours: true,
            ..look
        },
    )
    .to_string();
    assert_ne!(coloured, text);
    assert_eq!(console::strip_ansi_codes(&coloured), text);
    format!("\n{text}")
}

static RESERVE: Site = Site::new("reserve_the_seat", "src/booking/seats.rs", 114, 9);
static PAY: Site = Site::new("pay", "src/booking/payment.rs", 9, 9);

fn booking() -> Vec<TimelineStep> {
    vec![
        step("customer-with-card", &RESERVE, false),
        step("customer-with-cash", &RESERVE, true),
        step("customer-with-card", &PAY, false),
    ]
}

const CUSTOMERS: [&str; 2] = ["customer-with-card", "customer-with-cash"];

#[test]
fn at_120_columns_nothing_is_shortened() {
    let expected = "
  step    customer-with-card  customer-with-cash
     1    reserve_the_seat                              src/booking/seats.rs:114
     2                        reserve_the_seat (waits)  src/booking/seats.rs:114
     3    pay                                           src/booking/payment.rs:9";
    assert_eq!(drawn(&CUSTOMERS, &booking(), 120), expected);
}

/// 72 columns, of which 12 are taken by numbers and gaps, and 24 by the places. In the 36 that are left, the widest cell
/// fits only if its column begins behind 11 characters of the name of the other.
#[test]
fn at_72_columns_each_column_begins_a_little_to_the_right() {
    println!("{}", drawn(&CUSTOMERS, &booking(), 72));
}

#[test]
fn at_40_columns_each_cell_names_its_thread() {
    let expected = "
  step    thread: marker
     1    custo…1: rese…3  …seats.rs:114
     2    custo…2: reser…  …seats.rs:114
     3    custo…1: pay     …payment.rs:9
  …1  customer-with-card
  …2  customer-with-cash
  …3  reserve_the_seat";
    assert_eq!(drawn(&CUSTOMERS, &booking(), 40), expected);
}

/// 預金 takes four columns, a woman with a computer two, é one.
#[test]
fn wide_characters_are_aligned() {
    static READ: Site = Site::new("読む", "src/a.rs", 3, 9);
    let engineer = "👩\u{200d}💻 e\u{301}";
    let steps = [
        step("預金", &READ, false),
        step(engineer, &READ, true),
        step("t", &PAY, false),
    ];
    let expected = format!(
        "
  step    預金  {engineer}          t
     1    読む                     src/a.rs:3
     2          読む (waits)       src/a.rs:3
     3                        pay  src/booking/payment.rs:9"
    );
    assert_eq!(drawn(&["預金", engineer, "t"], &steps, 80), expected);
}

#[test]
fn what_repeats_is_counted() {
    let steps = |count| vec![[step("a", &READ, false), step("b", &WRITE, false)]; count].concat();
    let mut steps = [steps(50), vec![step("a", &PAY, false)]].concat();
    steps.extend(vec![step("b", &READ, false); 7]);
    let expected = "
  step    a     b
     1    read         src/a.rs:3
     2          write  src/a.rs:14
     …    (49 more times these 2 lines, up to step 100)
   101    pay          src/booking/payment.rs:9
   102          read   src/a.rs:3
     …    (6 more like this, up to step 108)";
    assert_eq!(drawn(&["a", "b"], &steps, 60), expected);
    // Six lines are drawn: what repeats is five of them.
    assert!(!drawn(&["b"], &steps[101..107], 60).contains('…'));
}

#[test]
fn forty_threads_have_no_columns() {
    let names: Vec<String> = (0..40).map(|number| format!("worker-{number}")).collect();
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let steps: Vec<_> = names
        .iter()
        .map(|name| step(name, &RESERVE, true))
        .collect();
    let expected = "
  step    thread: marker
     1    worker-0: reserve_the_seat (waits)   src/booking/seats.rs:114
     2    worker-1: reserve_the_seat (waits)   src/booking/seats.rs:114";
    let text = drawn(&names, &steps, 80);
    assert!(text.starts_with(expected), "{text}");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    /// No line of any timeline is too wide, and its colours are all that its colours add.
    #[test]
    fn every_timeline_fits(
        names in proptest::collection::vec("[a-z預é\u{301}👩 -]{1,16}", 1..7),
        steps in proptest::collection::vec((0..6_usize, "[a-z_読む]{1,16}", 0..4_u32), 1..20),
        width in 40..130_usize,
    ) {
        let steps = steps.into_iter().map(|(thread, name, line)| {
            let mut step = step(&names[thread % names.len()], &PAY, line > 2);
            step.marker.name = name.into();
            step.marker.line = line;
            step
        });
        let steps: Vec<_> = steps.collect();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        drawn(&names, &steps, width);
    }
}
