//! What a report says about sampled schedules.

use super::plural;
use crate::strategy::Strategy;

/// How schedules were drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sampled {
    pub(crate) strategy: Strategy,
    pub(crate) seed: u64,
    /// How many executions were drawn with all schedules equally likely.
    pub(crate) uniform: u64,
}

impl Sampled {
    /// Says how many schedules were drawn, and how to draw the same again.
    pub(super) fn describe(&self, schedules: u64) -> String {
        let Sampled { strategy, seed, .. } = self;
        let drawn = plural(schedules, "sampled schedule");
        format!("{drawn} ({strategy}, seed {seed})")
    }

    /// Says how large a share of all schedules may fail, given that none of these `schedules` did;
    /// nothing unless all schedules were equally likely.
    ///
    /// If a share p of all fails, the probability that n drawn independently all pass is (1-p)^n,
    /// which is below 5 % unless p < 1 - 0.05^(1/n).
    pub(super) fn bound(&self, schedules: u64) -> String {
        // The first execution is run to learn how many steps there are.
        if self.uniform == 0 || self.uniform + 1 != schedules {
            return String::new();
        }
        #[allow(clippy::cast_precision_loss, reason = "shown with two digits")]
        let share = 1.0 - 0.05_f64.powf(1.0 / self.uniform as f64);
        format!(
            "\n{} of them were drawn with all schedules equally likely: less than {:.2} % of all \
             schedules fail (95 % confidence)",
            self.uniform,
            100.0 * share
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(uniform: u64) -> Sampled {
        Sampled {
            strategy: Strategy::Uniform { schedules: 1000 },
            seed: 7,
            uniform,
        }
    }

    #[test]
    fn a_sample_says_how_it_was_drawn() {
        let text = sampled(0).describe(1000);
        assert_eq!(text, "1000 sampled schedules (uniform:1000, seed 7)");
    }

    #[test]
    fn only_a_uniform_sample_bounds_the_share_that_fails() {
        // 1 - 0.05^(1/999) = 1 - e^(-2.9957/999) = 0.29942 %.
        let text = sampled(999).bound(1000);
        assert!(text.contains("less than 0.30 % of all"), "{text}");
        // 1 - 0.05^(1/99) = 2.9807 %.
        let text = sampled(99).bound(100);
        assert!(text.contains("less than 2.98 % of all"), "{text}");
        assert_eq!(
            sampled(998).bound(1000),
            "",
            "one of them did not take the same steps"
        );
        assert_eq!(sampled(0).bound(1), "");
    }
}
