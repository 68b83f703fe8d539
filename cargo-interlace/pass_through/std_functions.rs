//! Functions of std that Interlace stands in for: each is the original. Where the linker is not told of these
//! functions, as with build scripts, there is none, and nobody calls it.

macro_rules! std_functions {
    ($($name:ident = $path:literal,)*) => {
        $(
            #[cfg(target_arch = "x86_64")]
            jump!("jmp", $name);
            #[cfg(target_arch = "aarch64")]
            jump!("b", $name);
        )*
    };
}

macro_rules! jump {
    ($jump:literal, $name:ident) => {
        core::arch::global_asm!(
            concat!(".weak interlace_real_", stringify!($name)),
            concat!(".globl interlace_std_", stringify!($name)),
            concat!(".type interlace_std_", stringify!($name), ", %function"),
            concat!("interlace_std_", stringify!($name), ":"),
            concat!($jump, " interlace_real_", stringify!($name)),
        );
    };
}

include!("table.rs");
