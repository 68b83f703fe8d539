//! Searches that run one schedule of each class.

mod counts;
mod random;
mod reports;
mod wrong_declarations;
