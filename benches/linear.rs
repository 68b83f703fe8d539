//! How long it takes to find an order that explains a history, or that there is none.
//!
//! Clients call and return in turns, so that a number of operations is under way at any time.
//! `cargo bench --bench linear`; with `-- --test` each is run once.

use std::collections::{BTreeMap, VecDeque};

use divan::Bencher;
use interlace::linear::{History, Invocation, Spec};

fn main() {
    divan::main();
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Set(u64, u64),
    Get(u64),
}

/// A map whose keys have nothing to do with each other.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct Map(BTreeMap<u64, u64>);

impl Spec for Map {
    type Op = Op;
    type Ret = Option<u64>;

    fn apply(&mut self, op: &Op) -> Option<u64> {
        match op {
            Op::Set(key, value) => self.0.insert(*key, *value),
            Op::Get(key) => self.0.get(key).copied(),
        }
    }

    fn partition(op: &Op) -> Option<u64> {
        let (Op::Set(key, _) | Op::Get(key)) = op;
        Some(*key)
    }
}

/// `count` operations on `keys` keys, of which `at_once` are under way. Each takes effect when it returns. If not
/// `holds`, the last returns what nobody has set.
fn history(count: u64, keys: u64, at_once: usize, holds: bool) -> History<Map> {
    let history = History::<Map>::default();
    let (mut state, mut under_way) = (Map::default(), VecDeque::new());
    let mut finish = |(invocation, op): (Invocation<'_, Map>, Op), is_last: bool| {
        let ret = state.apply(&op);
        invocation.returns(if is_last && !holds {
            Some(u64::MAX)
        } else {
            ret
        });
    };
    for number in 0..count {
        let key = number % keys;
        let op = if (number / keys).is_multiple_of(2) {
            Op::Set(key, number)
        } else {
            Op::Get(key)
        };
        under_way.push_back((history.invoke(op), op));
        if under_way.len() == at_once {
            let first = under_way.pop_front().expect("one is under way");
            finish(first, number + 1 == count);
        }
    }
    while let Some(first) = under_way.pop_front() {
        finish(first, under_way.is_empty());
    }
    drop(under_way);
    history
}

#[divan::bench_group(max_time = 2)]
mod explained {
    use super::{Bencher, history};

    #[divan::bench(args = [1, 4, 20])]
    fn twenty_operations_on_one_key(bencher: Bencher, at_once: usize) {
        let history = history(20, 1, at_once, true);
        bencher.bench(|| history.linearizable().unwrap());
    }

    #[divan::bench(args = [1, 4, 20])]
    fn thousand_operations_on_a_hundred_keys(bencher: Bencher, at_once: usize) {
        let history = history(1000, 100, at_once, true);
        bencher.bench(|| history.linearizable().unwrap());
    }

    #[divan::bench(args = [1, 4])]
    fn thousand_operations_on_one_key(bencher: Bencher, at_once: usize) {
        let history = history(1000, 1, at_once, true);
        bencher.bench(|| history.linearizable().unwrap());
    }
}

/// With the least part of which that is so.
#[divan::bench_group(max_time = 2)]
mod unexplained {
    use super::{Bencher, history};

    #[divan::bench(args = [1, 4, 10])]
    fn twenty_operations_on_one_key(bencher: Bencher, at_once: usize) {
        let history = history(20, 1, at_once, false);
        bencher.bench(|| history.linearizable().unwrap_err());
    }

    #[divan::bench(args = [1, 4, 20])]
    fn thousand_operations_on_a_hundred_keys(bencher: Bencher, at_once: usize) {
        let history = history(1000, 100, at_once, false);
        bencher.bench(|| history.linearizable().unwrap_err());
    }
}
