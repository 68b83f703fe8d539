//! A lost update of a configuration in an `ArcSwap`, by its user.
//!
//! Whoever changes one setting loads the configuration, and stores a changed copy. Between the two, another one may
//! store its own, which is lost then. It is found in reviews now and then, as in
//! <https://github.com/NLnetLabs/cascade/pull/369>. `rcu` tries again if somebody was faster.

use std::sync::Arc;
use std::thread;

use arc_swap::ArcSwap;
use interlace::saved::Nowhere;
use interlace::{Explorer, Strategy};

#[derive(Clone, Debug, Default, PartialEq)]
struct Settings {
    color: u32,
    size: u32,
}

/// Two threads that change a setting each, as `change` does.
fn two_changes(change: fn(&ArcSwap<Settings>, fn(&mut Settings))) -> Explorer<()> {
    Explorer::model(move || {
        let settings = Arc::new(ArcSwap::<Settings>::default());
        let its = Arc::clone(&settings);
        let other = thread::spawn(move || change(&its, |settings| settings.color = 1));
        change(&settings, |settings| settings.size = 2);
        other.join().unwrap();
        assert_eq!(**settings.load(), Settings { color: 1, size: 2 });
    })
}

fn load_and_store(shared: &ArcSwap<Settings>, change: fn(&mut Settings)) {
    let mut settings = Settings::clone(&shared.load());
    change(&mut settings);
    shared.store(Arc::new(settings));
}

fn rcu(shared: &ArcSwap<Settings>, change: fn(&mut Settings)) {
    shared.rcu(|before| {
        let mut settings = Settings::clone(before);
        change(&mut settings);
        settings
    });
}

pub(crate) fn wrong() -> Explorer<()> {
    two_changes(load_and_store).saved(Nowhere)
}

pub(crate) fn right() -> Explorer<()> {
    two_changes(rcu).strategy(Strategy::Preemptions(2))
}

#[cfg(test)]
mod tests {
    use crate::verdict;

    use super::*;

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn a_change_is_lost() {
        verdict::fails(
            wrong(),
            "panic: assertion `left == right` failed\n  left: Settings { color: 0, size: 2 }\n right: Settings { color: 1, size: 2 }",
            1,
            200,
        );
    }

    #[test]
    #[cfg_attr(not(interlace), ignore = "run it by `cargo interlace`")]
    fn no_change_is_lost_by_rcu() {
        verdict::holds_with_preemptions(right(), 2);
    }
}
