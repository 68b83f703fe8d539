//! How the symbols are defined.

/// Defines the symbol of this name, which jumps to a function. That gets the address to which the symbol
/// is to return as its sixth argument: the place in the code that makes the access. (No symbol that is
/// defined so has more than five.)
macro_rules! symbol {
    ($name:expr, $function:path) => {
        #[cfg(target_arch = "x86_64")]
        symbol!($name, $function, "mov r9, [rsp]", "jmp {function}");
        #[cfg(target_arch = "aarch64")]
        symbol!($name, $function, "mov x5, x30", "b {function}");
    };
    ($name:expr, $function:path, $caller:literal, $jump:literal) => {
        core::arch::global_asm!(
            concat!(".pushsection .text.interlace.", $name, ",\"ax\",%progbits"),
            ".balign 16",
            concat!(".globl ", $name),
            concat!(".type ", $name, ", %function"),
            concat!($name, ":"),
            $caller,
            $jump,
            // Without a size, it would not be found by an address.
            concat!(".size ", $name, ", . - ", $name),
            ".popsection",
            function = sym $function,
        );
    };
}
