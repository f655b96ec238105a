//! What is sent to each family, and that fitting changes nothing else.

mod matrix;
mod rules;
mod same;
