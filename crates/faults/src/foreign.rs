//! Connections whose packets cannot be reached: they stand inside something else.

use std::fmt;
use std::sync::Arc;

use mqttscope_capture::mark::Effect;

use super::clients::Active;
use super::link::Link;

/// What a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    Http,
    Tls,
}

impl Foreign {
    /// What a client's first bytes begin; `None`: it may be MQTT.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let get = b"GET ";
        let common = bytes.len().min(get.len());
        match bytes.first()? {
            // No CONNECT begins so: these would be its reserved bits.
            0x16 if bytes.get(1).is_none_or(|major| *major == 3) => Some(Self::Tls),
            b'G' if bytes.get(..common) == get.get(..common) => Some(Self::Http),
            _ => None,
        }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "it is a WebSocket, and faults are for MQTT over TCP and TLS",
            Self::Tls => "it is encrypted, and this tap has no certificate to open it with",
        })
    }
}

impl Link {
    /// Says of faults that are not told of yet that they do nothing here.
    pub(super) fn tell_foreign(&mut self) {
        let Some(foreign) = self.foreign else { return };
        let rules = Arc::clone(&self.rules);
        let new: Vec<&Active> = rules
            .iter()
            .filter(|active| self.told.insert(active.number))
            .map(AsRef::as_ref)
            .collect();
        let Some((first, others)) = new.split_first() else {
            return;
        };
        let others = match others.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!("{first}{others}: not possible on this connection: {foreign}");
        self.say(first, Effect::Nothing, None, text);
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{CONNECT, World};
    use mqttscope_capture::mark::Effect;
    use mqttscope_wire::Sender::{Client, Server};

    #[test]
    fn what_is_no_mqtt_by_itself_passes_at_once_and_its_faults_are_told() {
        let get: &[u8] = b"GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
        let tls: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03";
        for (first, says) in [(get, "it is a WebSocket"), (tls, "it is encrypted")] {
            let mut world = World::new("cut * after CONNECT 1\nslow * at 0 by 500");
            world.send(Client, first);
            // As if it were a packet that is not whole.
            world.send(Server, b"\x82\x7e");
            world.send(Client, CONNECT);
            assert_eq!(world.done.to_server, [first, CONNECT].concat());
            assert_eq!(world.done.to_client, b"\x82\x7e");
            assert!(!world.done.is_over);
            let [said] = &*world.done.said else {
                panic!("{:?}", world.done.said)
            };
            let wanted = format!("line 1 and 1 more: not possible on this connection: {says}");
            assert!(said.starts_with(&wanted), "{said}");
            assert_eq!(world.done.marks[0].effect, Effect::Nothing);
            // One that comes later is told, too.
            world.set("lose * PUBACK 1");
            assert_eq!(world.done.said.len(), 2);
            assert!(world.done.said[1].starts_with("fault 3: not possible"));
        }
    }

    #[test]
    fn a_client_that_connects_is_none_of_these() {
        let mut world = World::new("cut * after CONNECT 1");
        world.send(Client, &CONNECT[..1]);
        world.send(Client, &CONNECT[1..]);
        assert!(world.done.is_over);
    }
}
