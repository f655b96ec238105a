//! The `bedrill` command.

fn main() {}
