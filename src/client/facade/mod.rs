//! What the client can do besides invoking models, by topic. Each method hands over to the organ that does it; no organ
//! knows of the client.

mod caller;
mod control;
mod models;
mod place;
mod send;
