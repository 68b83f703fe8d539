//! How often each sampler hits the failure of a program.
//!
//! `HITS_TABLE=20000 cargo test --release --test oracles hits -- --nocapture` prints a row for each
//! program: the share of that many executions that fail, with each sampler; and the number of executions
//! up to the first failure in a portfolio, the (upper) median of 25 seeds,
//! since each shrinks what it finds.

use interlace::{Explorer, Strategy};

use crate::programs::{
    aba, bluetooth, broken_mutex, doors, fibonacci, lost_update, philosophers, reorder,
    string_buffer, two_stages, work_stealing,
};
use crate::sampled::{explore, median};

const SEEDS: u64 = 25;

fn samplers(schedules: u64) -> [Strategy; 6] {
    [
        Strategy::Random { schedules },
        Strategy::Uniform { schedules },
        Strategy::Pct {
            depth: 3,
            schedules,
        },
        Strategy::Pos { schedules },
        Strategy::Surw { schedules },
        Strategy::Feedback { schedules },
    ]
}

/// A portfolio finds it; and prints the row.
#[track_caller]
fn assert_hit<S: Send + Sync + 'static>(name: &str, explorer: impl Fn() -> Explorer<S>) {
    let portfolio = Strategy::Portfolio { schedules: 5000 };
    explore(&explorer, portfolio.clone(), 0).assert_fails();
    let Some(schedules) = std::env::var_os("HITS_TABLE") else {
        return;
    };
    let schedules: u32 = schedules.to_str().unwrap().parse().unwrap();
    let share = |strategy: Strategy| {
        let report = explore(&|| explorer().keep_going(), strategy, 1);
        let failing = u32::try_from(report.failing()).unwrap();
        format!("{:.4}", f64::from(failing) / f64::from(schedules))
    };
    let shares = samplers(schedules.into()).map(share).join(" | ");
    println!(
        "\n| {name} | {shares} | {} |",
        median(&explorer, &portfolio, SEEDS)
    );
}

#[test]
fn samplers_hit_the_failures_of_known_programs() {
    assert_hit("lost update", lost_update);
    for threads in [3, 5, 20] {
        assert_hit(&format!("reorder, {threads} threads"), || reorder(threads));
    }
    for setters in [1, 9] {
        assert_hit(&format!("two stages, {setters} + 1"), || {
            two_stages(setters)
        });
    }
    assert_hit("Bluetooth driver", bluetooth);
    assert_hit("string buffer", string_buffer);
    for count in [3, 6] {
        assert_hit(&format!("{count} philosophers"), || philosophers(count));
    }
    assert_hit("Treiber stack, ABA", aba);
    assert_hit("work stealing", work_stealing);
    assert_hit("Fibonacci, 3", fibonacci);
    assert_hit("broken mutex", broken_mutex);
    assert_hit("four doors", doors);
}
