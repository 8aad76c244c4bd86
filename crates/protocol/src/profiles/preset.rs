//! Profiles to begin with: each broker at its own port and path.

use crate::brokers::BROKERS;
use crate::{Profile, Target};
use mqttscope_wire::ProtocolVersion;

/// The broker in the page, then the brokers that people run, each on this machine where it can be.
/// Their `id` is empty: a copy gets one.
#[must_use]
pub fn presets() -> Vec<Profile> {
    let built_in = Profile {
        name: "Built-in broker".into(),
        ..Profile::default()
    };
    let known = BROKERS.iter().map(|broker| {
        let url = match (broker.name, broker.port) {
            ("AWS IoT", _) | (_, None) => {
                "wss://YOUR-ENDPOINT-ats.iot.REGION.amazonaws.com/mqtt".to_owned()
            }
            (_, Some(port)) => format!("ws://127.0.0.1:{port}{}", broker.path),
        };
        let mut profile = Profile {
            name: broker.name.into(),
            target: Target::WebSocket(url),
            ..Profile::default()
        };
        match broker.name {
            // RabbitMQ before 3.13 speaks no version 5, and ActiveMQ Classic does not at all.
            "RabbitMQ" => {
                profile.version = ProtocolVersion::V3_1_1;
                profile.user_name = Some("guest".into());
            }
            "ActiveMQ" => profile.version = ProtocolVersion::V3_1_1,
            _ => {}
        }
        profile
    });
    core::iter::once(built_in).chain(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_lead_to_their_brokers() {
        let presets = presets();
        let addresses: Vec<_> = presets
            .iter()
            .filter_map(|profile| match &profile.target {
                Target::WebSocket(url) => Some((profile.name.as_str(), url.as_str())),
                Target::BuiltIn | Target::Socket(_) => None,
            })
            .collect();
        assert_eq!(
            addresses,
            [
                ("mosquitto", "ws://127.0.0.1:9001/"),
                ("EMQX", "ws://127.0.0.1:8083/mqtt"),
                ("RabbitMQ", "ws://127.0.0.1:15675/ws"),
                ("ActiveMQ", "ws://127.0.0.1:61614/"),
                ("HiveMQ", "ws://127.0.0.1:8000/mqtt"),
                (
                    "AWS IoT",
                    "wss://YOUR-ENDPOINT-ats.iot.REGION.amazonaws.com/mqtt"
                ),
            ]
        );
        assert_eq!(presets[0].target, Target::BuiltIn);
    }
}
