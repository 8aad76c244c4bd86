//! Where the usual brokers listen for WebSocket.

use mqttscope_engine::protocol::{Profile, SubscriptionDraft, Target};

/// A broker to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// Its address as it listens when nobody changed it; empty: the broker in this page.
    pub address: &'static str,
    /// `5` or `3.1.1`: the newest that it speaks.
    pub version: &'static str,
    /// What to know before the first attempt.
    pub note: &'static str,
}

/// All of them.
pub const ALL: [Preset; 7] = [
    Preset {
        name: "Built-in broker",
        address: "",
        version: "5",
        note: "nothing to install; other tabs of this browser can join",
    },
    Preset {
        name: "mosquitto",
        address: "ws://127.0.0.1:9001",
        version: "5",
        note: "needs “listener 9001” and “protocol websockets”",
    },
    Preset {
        name: "EMQX",
        address: "ws://127.0.0.1:8083/mqtt",
        version: "5",
        note: "wss:// is on port 8084",
    },
    Preset {
        name: "RabbitMQ",
        address: "ws://127.0.0.1:15675/ws",
        version: "3.1.1",
        note: "needs the plugin rabbitmq_web_mqtt",
    },
    Preset {
        name: "ActiveMQ",
        address: "ws://127.0.0.1:61614/mqtt",
        version: "3.1.1",
        note: "needs a transport connector for ws",
    },
    Preset {
        name: "HiveMQ",
        address: "ws://127.0.0.1:8000/mqtt",
        version: "5",
        note: "its cloud: wss:// on port 8884",
    },
    Preset {
        name: "AWS IoT Core",
        address: "wss://ENDPOINT-ats.iot.REGION.amazonaws.com/mqtt",
        version: "5",
        note: "put your endpoint in; signed address or custom authorizer",
    },
];

impl Preset {
    /// A connection to it.
    #[must_use]
    pub fn profile(&self, id: String) -> Profile {
        let is_built_in = self.address.is_empty();
        Profile {
            id,
            name: self.name.into(),
            target: if is_built_in {
                Target::BuiltIn
            } else {
                Target::WebSocket(self.address.into())
            },
            version: self.version.into(),
            // A person wants to see something at once, where that floods nobody.
            subscriptions: if is_built_in {
                vec![SubscriptionDraft::default()]
            } else {
                Vec::new()
            },
            ..Profile::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::live::connect_settings::check_address;

    #[test]
    fn every_preset_can_be_opened() {
        for preset in ALL {
            let profile = preset.profile("1".into());
            assert_eq!(profile.name, preset.name);
            if let Target::WebSocket(address) = &profile.target {
                assert_eq!(check_address(address), Ok(()), "{address}");
            }
        }
        assert_eq!(
            ALL[0].profile("1".into()).subscriptions[0].topic_filter,
            "#"
        );
    }
}
