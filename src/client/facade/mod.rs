//! What the client can do besides invoking models, by topic. Each method delegates to the component that does it; no
//! component knows the client.

mod caller;
mod control;
mod models;
mod place;
mod send;
