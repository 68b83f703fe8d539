//! Declared accesses: the places are checked and never evaluated.

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
        self.balance = 0; // interlace: write writes(self.balance, self.history[9]) reads(others[0].balance)
        // interlace: method reads(*self.slot(1))
        others[0].balance += x;
        for other in others { // interlace: each reads(x, self.balance)
            match other.balance {
                balance => op("a", ()), // interlace: arm writes(balance)
            }
        }
        while self.balance > x {} // interlace: condition reads(self.balance) reads(x)
        x
    }
}

#[test]
fn declared_places_are_not_evaluated() {
    let account = |balance| Account {
        balance,
        history: Vec::new(),
    };
    let body = || assert_eq!(account(1).move_all(&mut [account(2)]), 1);
    assert_eq!(
        log(body),
        "<read> <write> <method> <each> <arm> a <each> <condition>"
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
    assert_eq!(log(|| _ = made(1)), "<names> a");
}
