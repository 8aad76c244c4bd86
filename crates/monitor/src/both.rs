//! A value for each end of a connection.

use mqttscope_wire::Sender;

/// The client's and the server's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Both<T> {
    pub(super) client: T,
    pub(super) server: T,
}

impl<T> Both<T> {
    #[inline]
    pub(super) const fn of(&self, sender: Sender) -> &T {
        match sender {
            Sender::Client => &self.client,
            Sender::Server => &self.server,
        }
    }

    #[inline]
    pub(super) const fn of_mut(&mut self, sender: Sender) -> &mut T {
        match sender {
            Sender::Client => &mut self.client,
            Sender::Server => &mut self.server,
        }
    }
}
