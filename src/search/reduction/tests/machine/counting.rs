//! Counts of references.

use super::super::program::{Code, count};
use super::Machine;

impl Machine<'_> {
    pub(super) fn run_counting(&mut self, own: usize, code: &Code) {
        match *code {
            Code::Clone(number) => drop(self.refer(number, |it| it + 1)),
            Code::Drop(number) => {
                if self.refer(number, |it| it - 1) == 1 {
                    self.registers[own] += 10;
                }
            }
            Code::Count(number) => self.registers[own] = self.references[number],
            _ => unreachable!("it does not count"),
        }
    }

    /// The step under way changes the count of references.
    fn refer(&mut self, number: usize, change: impl Fn(u64) -> u64) -> u64 {
        let found = self.references[number];
        self.references[number] = change(found);
        let mut own = self.execution.accesses.iter_mut().rev();
        let own = own.find(|it| it.is_count() && it.object == count(number));
        own.expect("it was declared").found = found;
        found
    }
}
