//! No scheduling point: no run controls any thread.

use super::races::Sharing;

/// What an update changes: here, nobody tells counts from other values.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Changes {
    Value,
}

impl Changes {
    pub(super) fn sharing(self) -> Option<Sharing> {
        None
    }

    pub(super) fn tell<T>(self, _place: *mut T, _found: u64) {}
}

/// What lies at a place: here, nobody asks.
pub(super) struct Seen;

impl Seen {
    #[inline]
    pub(super) fn at<T>(_place: *mut T) -> Self {
        Seen
    }

    #[inline]
    pub(super) fn tell<T>(self, _place: *mut T) {}
}

/// What an access does that is about to be made.
pub(super) struct Operation;

/// What it is done with.
type Operands = (u64, u64);

impl Operation {
    pub(super) const fn read(_name: &'static str) -> Self {
        Operation
    }

    pub(super) const fn write(_name: &'static str) -> Self {
        Operation
    }

    #[inline]
    pub(super) fn point<T>(&self, _place: *mut T, _caller: usize, _operands: Operands) {}

    #[inline]
    pub(super) fn point_of_load<T>(&self, _place: *mut T, _caller: usize) {}

    #[inline]
    pub(super) fn point_of_exchange<T>(
        &self,
        _place: *mut T,
        _caller: usize,
        _operands: Operands,
    ) -> Option<Sharing> {
        None
    }

    #[inline]
    pub(super) fn point_of_update<T>(
        &self,
        _place: *mut T,
        _caller: usize,
        _operand: u64,
    ) -> Changes {
        Changes::Value
    }

    #[inline]
    pub(super) fn failed<T>(&self, _place: *mut T, _caller: usize) {}
}

/// The calling thread is about to write: nobody puts that back.
#[inline]
pub(super) fn written(_place: usize, _size: usize) {}
