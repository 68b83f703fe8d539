//! Searches that run one schedule of each class.

mod counts;
mod histories;
mod random;
mod reports;
mod why;
mod wrong_declarations;
