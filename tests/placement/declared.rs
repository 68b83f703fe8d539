//! Declared accesses: the places are evaluated where the marker is reached, each time.

use std::pin::pin;
use std::task::{Context, Waker};

use crate::{log, op};

struct Account {
    balance: u32,
    history: Vec<u32>,
}

impl Account {
    fn slot(&self, _: usize) -> &u32 {
        op("evaluated", &self.balance)
    }
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
impl Account {
    fn move_all(&mut self, others: &mut [Account]) -> u32 {
        let x = self.balance; // interlace: read reads(self.balance)
        self.balance = 0; // interlace: write writes(self.balance, self.history) reads(others[0].balance)
        // interlace: method reads(*self.slot(1), self.slot(1))
        others[0].balance += x;
        for other in others.iter_mut() { // interlace: each reads(x, self) writes("others")
            match other.balance {
                balance => self.balance += op("a", 1), // interlace: arm writes(balance)
            }
        }
        // interlace: condition reads(self.balance) reads(self.slot(2))
        while self.balance < 3 {
            self.balance += 1;
            if self.balance > 2
                && self.balance > 0 // interlace: operand reads()
            {
                continue;
            }
        }
        x
    }
}

#[test]
fn declared_places_are_evaluated_each_time() {
    let account = |balance| Account {
        balance,
        history: Vec::new(),
    };
    let body = || assert_eq!(account(1).move_all(&mut [account(2), account(3)]), 1);
    let each = "<each r4 r32 w=others>";
    let condition = "evaluated <condition r4 r4>";
    assert_eq!(
        log(body),
        format!(
            "<read r4> <write w4 w24 r4> evaluated evaluated <method r4 r4> \
             {each} <arm w4> a {each} <arm w4> a {each} {condition} <operand> {condition}"
        )
    );
}

#[rustfmt::skip]
#[interlace::trace(crate = crate::fake)]
fn at_every_kind_of_node(x: u64) -> u64 {
    let doubled = [1, 2].map(
        |y| x * y // interlace: closure reads(y)
    );
    match x {
        1 => op("a", ()), // interlace: arm reads(x)
        _ => (),
    }
    if x > 1 {
        return 0;
    } else if x == 0 { // interlace: else_if reads(doubled[1])
        return 1;
    } else {
        op("b", ()) // interlace: else reads(doubled)
    }
    let block = async {
        op("c", x) // interlace: async reads(x)
    };
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(block).poll(&mut context).is_ready());
    // interlace: tail writes(&x)
    op("d", x)
}

#[test]
fn places_are_evaluated_wherever_a_marker_may_stand() {
    assert_eq!(
        log(|| assert_eq!(at_every_kind_of_node(1), 1)),
        "<closure r8> <closure r8> <arm r8> a <else_if r8> <else r16> b <async r8> c <tail w8> d"
    );
}

#[interlace::trace(crate = crate::fake)]
fn in_a_header(cells: &mut [u32]) -> u32 {
    let mut at = 0;
    // interlace: items writes(cells[at])
    'all: for step in [1, 1, 0] {
        at += step;
        cells[at] += 1;
        for _ in 0..at {
            if step == 0 {
                break 'all;
            }
            continue 'all;
        }
    }
    cells.iter().sum()
}

#[test]
fn a_loop_may_change_what_its_header_declares() {
    assert_eq!(
        log(|| assert_eq!(in_a_header(&mut [0; 3]), 3)),
        "<items w4> <items w4> <items w4>"
    );
}

macro_rules! hygienic {
    ($name:ident) => {
        #[interlace::trace(crate = crate::fake)]
        fn $name(given: u32) -> u32 {
            let local = given;
            local + op("a", 1) // interlace: names reads(local, given)
        }
    };
}

hygienic!(made);

#[test]
fn places_name_what_is_in_scope_where_the_comment_stands() {
    assert_eq!(log(|| _ = made(1)), "<names r4 r4> a");
}
