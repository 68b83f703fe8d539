//! What is evaluated after other code of the same statement cannot be gated by the statement.

use std::sync::Mutex;

struct Counter {
    value: Mutex<u32>,
    limit: Mutex<u32>,
}

#[interlace::trace]
impl Counter {
    fn method_of_a_value(&self) -> u32 {
        *self.value
            .lock()
            .unwrap() // interlace: method
    }

    fn method_behind_a_parenthesis(&self) -> u32 {
        u32::max(
            self.get(),
            1,
        ).pow(2) // interlace: behind_parenthesis
    }

    fn operator(&self) -> u32 {
        self.get()
            + self.get() // interlace: operator
    }

    fn comparison(&self) -> bool {
        let is_less = self.get()
            // interlace: comparison
            < *self.limit.lock().unwrap();
        is_less
    }

    fn lone_operator(&self) -> bool {
        self.get() == 1
            && // interlace: lone_operator
            self.get() == 2
    }

    fn arguments(&self) -> (u32, [u32; 3], u32) {
        (
            self.get(),
            [
                self.get(), // interlace: element
                1,
                self.get(),
            ],
            u32::max(
                self.get(),
                self.get(), // interlace: argument
            ),
        )
    }

    fn fields(&self) -> Counter {
        Counter {
            value: Mutex::new(self.get()),
            limit: Mutex::new(self.get()), // interlace: field
        }
    }

    fn assigned_place(&self) {
        *self.value
            .lock().unwrap() // interlace: assigned_place
            = self.get();
    }

    fn guard(&self, x: u32) -> u32 {
        match x {
            1
                if self.get() == 1 => // interlace: guard
            {
                1
            }
            _ => 2,
        }
    }

    fn macro_arguments(&self) {
        assert_eq!(
            self.get(),
            self.get(), // interlace: macro_argument
        );
        assert_eq!([
            self.get(),
            self.get(), // interlace: element_in_a_macro
        ], [1, 2]);
        assert!(self.get() == 1
            && self.get() == 2); // interlace: operand_in_a_macro
    }

    fn middle_of_a_line(&self) {
        u32::max(
            self.get(),
            if self.get() == 1 { self.get() } else { 0 }, // interlace: middle
        );
    }

    fn opening_braces(&self) {
        if self.get() == 1
        { // interlace: brace_of_if
        }
        while self.get() == 1
            // interlace: brace_of_while
        {}
        match self.get()
        { // interlace: brace_of_match
            _ => {}
        }
    }

    async fn awaited(&self) -> u32 {
        std::future::ready(self.get())
            .await // interlace: awaited
    }

    fn get(&self) -> u32 {
        *self.value.lock().unwrap()
    }
}

fn main() {}
