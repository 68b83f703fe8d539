//! What reports say of classes, and where there are none.
