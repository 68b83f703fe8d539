//! Atomic accesses. Each call makes the access, after a point if a run controls the calling thread.
//!
//! There are none of 16 bytes: std has no such atomics yet, and code of C that uses them does not link.

use core::ffi::c_int;
use core::sync::atomic::Ordering;

use super::mutant::{Mutation, of_load_part, of_store_part};
use super::point::{Changes, Operation, Seen};
use super::races;

/// The order of a load, by its number in C11: on a thread that no run controls it is what the program says.
fn of_load(order: c_int) -> Ordering {
    match order {
        0 => Ordering::Relaxed,
        1 | 2 => Ordering::Acquire,
        _ => Ordering::SeqCst,
    }
}

/// The order of a store. What both reads and writes costs the same or nearly so in every order.
fn of_store(order: c_int) -> Ordering {
    match order {
        0 => Ordering::Relaxed,
        3 => Ordering::Release,
        _ => Ordering::SeqCst,
    }
}

/// Defines the symbols for atomics of one size. The sixth argument of each function is the address to which
/// the call returns; where the compiler passes fewer than five, those between are not looked at.
macro_rules! atomics {
    ($module:ident, $bits:literal, $integer:ty, $atomic:ident) => {
        mod $module {
            use core::ffi::c_int;
            use core::sync::atomic::{$atomic, Ordering};

            use super::{Changes, Mutation, Operation, Seen, races};
            use super::{of_load, of_load_part, of_store, of_store_part};

            type Integer = $integer;
            type Unused = usize;

            unsafe extern "C" fn load(
                place: *mut Integer,
                order: c_int,
                _: Unused,
                _: Unused,
                _: Unused,
                caller: usize,
            ) -> Integer {
                let order = Mutation::at(caller, [order, 0]).order(order);
                const { &Operation::read("load") }.point_of_load(place, caller);
                let seen = Seen::at(place);
                // SAFETY: the program makes this access.
                let value = unsafe { $atomic::from_ptr(place) }.load(of_load(order));
                seen.tell(place);
                races::loaded(place, order, value.into(), caller);
                value
            }

            unsafe extern "C" fn store(
                place: *mut Integer,
                value: Integer,
                order: c_int,
                _: Unused,
                _: Unused,
                caller: usize,
            ) {
                let mutation = Mutation::at(caller, [order, 0]);
                if mutation == Mutation::LeftOut {
                    return;
                }
                let order = mutation.order(order);
                let operation = const { &Operation::write("store") };
                operation.point(place, caller, (value.into(), 0));
                let seen = Seen::at(place);
                // SAFETY: as above.
                unsafe { $atomic::from_ptr(place) }.store(value, of_store(order));
                seen.tell(place);
                races::stored(place, order, value.into(), caller);
            }

            /// Returns what was there, whether it is replaced or not.
            unsafe extern "C" fn compare_exchange(
                place: *mut Integer,
                expected: Integer,
                value: Integer,
                order: c_int,
                order_of_failure: c_int,
                caller: usize,
            ) -> Integer {
                let mutation = Mutation::at(caller, [order, order_of_failure]);
                if mutation.is_load() {
                    // SAFETY: as above.
                    let before = unsafe { load(place, of_load_part(order), 0, 0, 0, caller) };
                    if before == expected && mutation == Mutation::TwoSteps {
                        // SAFETY: as above.
                        unsafe { store(place, value, of_store_part(order), 0, 0, caller) };
                    }
                    return before;
                }
                let [order, order_of_failure] =
                    [order, order_of_failure].map(|it| mutation.order(it));
                let operation = const { &Operation::write("compare_exchange") };
                let operands = (expected.into(), value.into());
                let sharing = operation.point_of_exchange(place, caller, operands);
                let seen = Seen::at(place);
                // SAFETY: as above.
                let atomic = unsafe { $atomic::from_ptr(place) };
                let strongest = Ordering::SeqCst;
                let result = atomic.compare_exchange(expected, value, strongest, strongest);
                seen.tell(place);
                match result {
                    Ok(before) => {
                        races::updated(place, order, before.into(), caller, sharing);
                        before
                    }
                    Err(before) => {
                        races::loaded(place, order_of_failure, before.into(), caller);
                        if expected == 0 {
                            operation.failed(place, caller);
                        }
                        before
                    }
                }
            }

            /// As compilers of C call it: what was there is stored at `expected`, if it was something else.
            /// Returns whether it was not.
            unsafe extern "C" fn compare_exchange_in_place(
                place: *mut Integer,
                expected: *mut Integer,
                value: Integer,
                order: c_int,
                order_of_failure: c_int,
                caller: usize,
            ) -> c_int {
                // SAFETY: the program has a value there.
                let wanted = unsafe { expected.read() };
                let before =
                    // SAFETY: as above.
                    unsafe { compare_exchange(place, wanted, value, order, order_of_failure, caller) };
                if before == wanted {
                    return 1;
                }
                // SAFETY: as above.
                unsafe { expected.write(before) };
                0
            }

            symbol!(concat!("__tsan_atomic", $bits, "_load"), load);
            symbol!(concat!("__tsan_atomic", $bits, "_store"), store);
            symbol!(
                concat!("__tsan_atomic", $bits, "_compare_exchange_val"),
                compare_exchange
            );
            symbol!(
                concat!("__tsan_atomic", $bits, "_compare_exchange_strong"),
                compare_exchange_in_place
            );
            symbol!(
                concat!("__tsan_atomic", $bits, "_compare_exchange_weak"),
                compare_exchange_in_place
            );
            updates!($bits, $atomic, {
                "exchange" => swap,
                "fetch_add" => fetch_add,
                "fetch_sub" => fetch_sub,
                "fetch_and" => fetch_and,
                "fetch_or" => fetch_or,
                "fetch_xor" => fetch_xor,
                "fetch_nand" => fetch_nand,
            });
        }
    };
}

/// Defines the symbols for operations that replace a value by one that depends on an operand.
macro_rules! updates {
    ($bits:literal, $atomic:ident, { $($name:literal => $method:ident,)* }) => {
        $(
            unsafe extern "C" fn $method(
                place: *mut Integer,
                operand: Integer,
                order: c_int,
                _: Unused,
                _: Unused,
                caller: usize,
            ) -> Integer {
                let mutation = Mutation::at(caller, [order, 0]);
                if mutation.is_load() {
                    // SAFETY: as above.
                    let before = unsafe { load(place, of_load_part(order), 0, 0, 0, caller) };
                    if mutation == Mutation::TwoSteps {
                        let value = $atomic::new(before);
                        value.$method(operand, Ordering::Relaxed);
                        // SAFETY: as above.
                        unsafe {
                            store(place, value.into_inner(), of_store_part(order), 0, 0, caller);
                        }
                    }
                    return before;
                }
                let order = mutation.order(order);
                let operation = const { &Operation::write(stringify!($method)) };
                let changes = operation.point_of_update(place, caller, operand.into());
                let seen = Seen::at(place);
                // SAFETY: as above.
                let found = unsafe { $atomic::from_ptr(place) }.$method(operand, Ordering::SeqCst);
                seen.tell(place);
                let sharing = changes.sharing();
                races::updated(place, order, found.into(), caller, sharing);
                if changes != Changes::Value {
                    changes.tell(place, u64::from(found));
                }
                found
            }

            symbol!(concat!("__tsan_atomic", $bits, "_", $name), $method);
        )*
    };
}

atomics!(bits_8, "8", u8, AtomicU8);
atomics!(bits_16, "16", u16, AtomicU16);
atomics!(bits_32, "32", u32, AtomicU32);
atomics!(bits_64, "64", u64, AtomicU64);
