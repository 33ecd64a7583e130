//! The `holdfast` program.

mod allocator;

/// With many sessions of about one size the memory that they take counts, and with many small requests the time: glibc's
/// allocator needs a quarter more of the first, and shows in profiles of the second.
#[global_allocator]
static ALLOCATOR: allocator::Mimalloc = allocator::Mimalloc;

fn main() -> std::process::ExitCode {
    holdfast::cli::main()
}
