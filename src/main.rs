//! Parse arguments, call the library, print, choose the exit code.

fn main() {}
