//! Verdicts of histories.

mod brute_force;
mod known;
mod random;
mod specs;
