//! What stands outside any function body gates nothing.

struct Counter(u32);

#[interlace::trace]
impl Counter {
    // interlace: between_methods
    fn get(&self) -> u32 {
        self.0
    }

    const LIMIT: u32 = {
        1 // interlace: in_a_constant
    };

    fn set(
        &mut self,
        value: u32, // interlace: in_a_signature
    ) {
        self.0 = value;
    }
}

#[interlace::trace] // interlace: after_the_attribute
fn signature(x: u32)
    -> u32 // interlace: return_type
{ // interlace: opening_brace
    x
}

fn main() {}
