//! A place is checked like any other code.

struct Counter {
    value: u32,
}

#[interlace::trace]
impl Counter {
    fn get(&self) -> u32 {
        self.value // interlace: read reads(self.valeu)
    }
}

fn main() {
    Counter { value: 1 }.get();
    interlace::marker!("read", reads(missing));
}
