//! The broker, asked from outside: by conversations, by packets that break rules, by nonsense.

#[cfg(test)]
mod connect;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod messages;
#[cfg(test)]
#[path = "../../../shared/tests/support/notation.rs"]
mod notation;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod saved;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod support;
