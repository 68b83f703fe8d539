//! What a call of `futex` asks for. See futex(2), "Futex operations".

use libc::{c_int, c_long, clockid_t};

/// What the call asks for, of what the model knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    Wait(Wait),
    Wake {
        word: usize,
        count: usize,
        mask: u32,
    },
    Requeue {
        word: usize,
        to: usize,
        wake: usize,
        moved: usize,
        /// What the word must hold, if that is compared.
        expected: Option<u32>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) word: usize,
    pub(super) expected: u32,
    pub(super) mask: u32,
    /// The address of the time when it ends, or 0.
    pub(super) time: usize,
    /// The clock of that time; `None` if it is a length.
    pub(super) clock: Option<clockid_t>,
}

impl Wait {
    /// As std waits for as long as it takes.
    #[cfg(interlace)]
    pub(super) fn of_std(word: usize, expected: u32) -> Self {
        Wait {
            word,
            expected,
            mask: u32::MAX,
            time: 0,
            clock: Some(libc::CLOCK_MONOTONIC),
        }
    }

    /// Whether the standard library waits: of those that are known, it alone waits until an
    /// absolute time with a full mask.
    pub(super) fn is_std(&self) -> bool {
        self.clock.is_some() && self.mask == u32::MAX
    }

    /// Whether it may be a wait for the lock of a row of `parking_lot`'s table, which is at a word in
    /// the frame of the waiter. Such a lock is held for a moment, never while its thread waits, and by
    /// threads of all runs and engines.
    pub(super) fn is_for_row(&self) -> bool {
        self.clock.is_none() && self.time == 0 && self.expected == 1
    }
}

impl Request {
    /// `None` for operations that the model does not know, and other system calls.
    pub(super) fn new(number: c_long, arguments: [usize; 6]) -> Option<Self> {
        if number != libc::SYS_futex {
            return None;
        }
        let [word, operation, value, time, second, third] = arguments;
        let is_real = int(operation).cast_signed() & libc::FUTEX_CLOCK_REALTIME != 0;
        let clock = if is_real {
            libc::CLOCK_REALTIME
        } else {
            libc::CLOCK_MONOTONIC
        };
        let wait = |mask, clock| {
            let expected = int(value);
            Request::Wait(Wait {
                word,
                expected,
                mask,
                time,
                clock,
            })
        };
        let wake = |mask| Request::Wake {
            word,
            count: count(value).max(1),
            mask,
        };
        let requeue = |expected| Request::Requeue {
            word,
            to: second,
            wake: count(value),
            // In place of a time.
            moved: count(time),
            expected,
        };
        match self::operation(operation) {
            libc::FUTEX_WAIT => Some(wait(u32::MAX, None)),
            libc::FUTEX_WAIT_BITSET => Some(wait(int(third), Some(clock))),
            libc::FUTEX_WAKE => Some(wake(u32::MAX)),
            libc::FUTEX_WAKE_BITSET => Some(wake(int(third))),
            libc::FUTEX_REQUEUE => Some(requeue(None)),
            libc::FUTEX_CMP_REQUEUE => Some(requeue(Some(int(third)))),
            _ => None,
        }
    }
}

/// What a futex is to do, without the flags.
pub(super) fn operation(argument: usize) -> c_int {
    let flags = libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME;
    int(argument).cast_signed() & !flags
}

/// An argument of which the kernel takes 32 bits.
#[allow(clippy::cast_possible_truncation, reason = "as the kernel does")]
pub(super) fn int(argument: usize) -> u32 {
    argument as u32
}

/// A number of threads, which is signed.
pub(super) fn count(argument: usize) -> usize {
    let count: c_int = int(argument).cast_signed();
    usize::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(operation: c_int, rest: [usize; 4]) -> Option<Request> {
        let [value, time, second, third] = rest;
        // Callers with arguments of 32 bits leave anything in the upper half.
        let operation = usize::try_from(operation).unwrap() | 0xdead << 32;
        Request::new(
            libc::SYS_futex,
            [0x1000, operation, value, time, second, third],
        )
    }

    #[test]
    fn a_wait_has_a_length_and_one_with_a_mask_an_end() {
        let wait = |mask, clock| {
            let (word, expected, time) = (0x1000, 5, 0x2000);
            Some(Request::Wait(Wait {
                word,
                expected,
                mask,
                time,
                clock,
            }))
        };
        let rest = [5 | 0xbeef << 32, 0x2000, 0, 3];
        let private = libc::FUTEX_PRIVATE_FLAG;
        assert_eq!(
            request(libc::FUTEX_WAIT | private, rest),
            wait(u32::MAX, None)
        );
        let monotonic = Some(libc::CLOCK_MONOTONIC);
        assert_eq!(request(libc::FUTEX_WAIT_BITSET, rest), wait(3, monotonic));
        let operation = libc::FUTEX_WAIT_BITSET | private | libc::FUTEX_CLOCK_REALTIME;
        assert_eq!(
            request(operation, rest),
            wait(3, Some(libc::CLOCK_REALTIME))
        );
    }

    #[test]
    fn a_wake_wakes_one_at_least() {
        // The kernel wakes before it compares with the number.
        for (value, count) in [(0, 1), (1, 1), (i32::MAX as usize, i32::MAX as usize)] {
            let wake = Request::Wake {
                word: 0x1000,
                count,
                mask: u32::MAX,
            };
            assert_eq!(request(libc::FUTEX_WAKE, [value, 0, 0, 0]), Some(wake));
        }
        let wake = Request::Wake {
            word: 0x1000,
            count: 2,
            mask: 6,
        };
        assert_eq!(request(libc::FUTEX_WAKE_BITSET, [2, 0, 0, 6]), Some(wake));
    }

    #[test]
    fn who_requeues_names_both_words() {
        let requeue = |expected| {
            let (word, to, wake, moved) = (0x1000, 0x3000, 1, 7);
            Some(Request::Requeue {
                word,
                to,
                wake,
                moved,
                expected,
            })
        };
        let rest = [1, 7, 0x3000, 9];
        assert_eq!(request(libc::FUTEX_REQUEUE, rest), requeue(None));
        assert_eq!(request(libc::FUTEX_CMP_REQUEUE, rest), requeue(Some(9)));
    }

    #[test]
    fn priority_inheritance_and_other_calls_are_not_known() {
        assert_eq!(request(libc::FUTEX_LOCK_PI, [0; 4]), None);
        assert_eq!(Request::new(libc::SYS_getpid, [0; 6]), None);
    }
}
