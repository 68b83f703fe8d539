//! The explicit form checks its name and its places.

use interlace::marker;

fn main() {
    marker!("1st");
    marker!("");
    marker!("read value");
    marker!(read);
    marker!(1);
    marker!("read", touches(1));
    marker!("read", acquires());
    marker!("read", releases());
    marker!("read", reads(1));
}
