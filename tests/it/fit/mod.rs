//! What is sent to each family, and that fitting changes nothing else.

mod captures;
mod matrix;
mod rules;
mod same;
