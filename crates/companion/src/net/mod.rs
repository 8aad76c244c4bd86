//! Sockets of either kind, and how they are opened, secured, limited and closed.

pub(crate) mod address;
pub(crate) mod identity;
pub(crate) mod proxy;
pub(crate) mod stop;
pub(crate) mod stream;
pub(crate) mod tls;

pub(crate) use stop::Stop;
pub(crate) use stream::Stream;
