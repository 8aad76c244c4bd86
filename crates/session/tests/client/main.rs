//! The client against a server that says exactly what a test wants.

mod connect;
mod flow;
mod hostile;
mod peer;
mod publish;
mod resume;
mod saved;
mod subscribe;
