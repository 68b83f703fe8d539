//! A place is checked like any other code, and must be one.

struct Counter {
    value: u32,
}

#[interlace::trace]
impl Counter {
    fn get(&self) -> u32 {
        self.value // interlace: read reads(self.valeu)
    }

    fn more(&self, raw: *const [u32]) -> u32 {
        let sum = self.value + 1; // interlace: add reads(self.value + 1)
        let sum = self.get() + sum; // interlace: call reads(self.get(), &self.get())
        let sum = sum + LIMIT; // interlace: constant reads(LIMIT)
        sum // interlace: slice reads(raw)
    }
}

const LIMIT: u32 = 3;

fn main() {
    Counter { value: 1 }.more(&[]);
    interlace::marker!("read", reads(missing));
    let values = [1];
    interlace::marker!("length", reads(values.len()));
    interlace::marker!("text", reads(format!("row {}", 1)));
    interlace::marker!("constant", writes(LIMIT));
    interlace::marker!("field", writes(Counter { value: 1 }.value));
}
