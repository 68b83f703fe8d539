//! Operations for several threads.

use proptest::collection::{SizeRange, VecStrategy, vec};
use proptest::strategy::Strategy;

/// Draws a list of operations for each of some threads. Run them by
/// [`Explorer::scenario`](crate::Explorer::scenario).
///
/// Draw it before the interleaving: then the operations are shrunk first, and to each list of them the smallest
/// failing interleaving is looked for.
///
/// ```
/// use interlace::linear::{History, Spec};
/// use interlace::strategies::{interleavings, scenarios};
/// use interlace::{Explorer, marker};
/// use proptest::prelude::*;
/// use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
///
/// #[derive(Debug, Clone)]
/// enum Op { Add(u8), Get }
///
/// #[derive(Clone, PartialEq, Eq, Hash, Default)]
/// struct Sum(u8);
///
/// impl Spec for Sum {
///     type Op = Op;
///     type Ret = u8;
///
///     fn apply(&mut self, op: &Op) -> u8 {
///         if let Op::Add(number) = op {
///             self.0 = self.0.wrapping_add(*number);
///         }
///         self.0
///     }
/// }
///
/// type Shared = (AtomicU8, History<Sum>);
///
/// fn run((sum, history): &Shared, op: &Op) {
///     history.call(op.clone(), || {
///         marker!("read");
///         let mut value = sum.load(SeqCst);
///         if let Op::Add(number) = op {
///             value = value.wrapping_add(*number);
///             marker!("write");
///             sum.store(value, SeqCst);
///         }
///         value
///     });
/// }
///
/// let op = || prop_oneof![(1..10_u8).prop_map(Op::Add), Just(Op::Get)];
/// # // Not saved: this is no test, and it fails.
/// # let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
/// # let mut runner = proptest::test_runner::TestRunner::new(config);
/// # let result = runner.run(&(scenarios(op(), 2..=3, 0..4), interleavings()), |(threads, interleaving)| {
/// #     let explorer = Explorer::new(Shared::default).scenario(threads, run);
/// #     let explorer = explorer.linearizable(|(_, history)| history);
/// #     Ok(explorer.run_under(&interleaving).result()?)
/// # });
/// # let Err(proptest::test_runner::TestError::Fail(_, (threads, interleaving))) = result else { panic!() };
/// # let minimal = "[[Add(1)], [Add(1)]] Interleaving(thread1:read thread2:read)";
/// # assert_eq!(format!("{threads:?} {interleaving:?}"), minimal);
/// # fn shown(op: impl Fn() -> BoxedStrategy<Op>) {
/// proptest!(|(threads in scenarios(op(), 2..=3, 0..4), interleaving in interleavings())| {
///     Explorer::new(Shared::default)
///         .scenario(threads, run)
///         .linearizable(|(_, history)| history)
///         .run_under(&interleaving)
///         .result()?;
/// });
/// # }
/// // minimal failing input: threads = [[Add(1)], [Add(1)]], interleaving = Interleaving(thread1:read thread2:read)
/// ```
pub fn scenarios<O: Strategy>(
    operation: O,
    threads: impl Into<SizeRange>,
    operations: impl Into<SizeRange>,
) -> VecStrategy<VecStrategy<O>> {
    vec(vec(operation, operations), threads)
}
