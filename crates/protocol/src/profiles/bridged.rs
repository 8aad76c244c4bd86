//! Profiles to begin with that take the companion: brokers that a browser does not reach, or not with a certificate.

use mqttscope_wire::ProtocolVersion;

use crate::{Profile, Target};

/// A broker, and what a person must fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgedPreset {
    /// The profile; its `id` is empty.
    pub profile: Profile,
    /// What to fill in, or how its listener is configured; a few lines.
    pub note: &'static str,
}

/// As brokers are shipped, on this machine where they can be, and as the large services document it.
#[must_use]
pub fn bridged_presets() -> Vec<BridgedPreset> {
    let to = |name: &str, address: &str, note| BridgedPreset {
        profile: Profile {
            name: name.into(),
            target: Target::Socket(address.into()),
            ..Profile::default()
        },
        note,
    };
    let mut active = to(
        "ActiveMQ over TCP",
        "mqtt://127.0.0.1:1883",
        "<!-- activemq.xml, among the transportConnectors; Debian's package has no WebSocket -->\n\
         <transportConnector name=\"mqtt\" uri=\"mqtt://0.0.0.0:1883\"/>",
    );
    // ActiveMQ Classic does not speak version 5.
    active.profile.version = ProtocolVersion::V3_1_1;
    let aws = to(
        "AWS IoT with a certificate",
        "mqtts://YOUR-ENDPOINT-ats.iot.REGION.amazonaws.com:8883",
        "Client certificate and key: the thing's own, as files or pasted.\n\
         Through a firewall that lets only port 443 out: port 443 and ALPN x-amzn-mqtt-ca.",
    );
    let mut azure = to(
        "Azure IoT Hub",
        "mqtts://YOUR-HUB.azure-devices.net:8883",
        "Client Identifier: the device's id.\n\
         User Name: YOUR-HUB.azure-devices.net/DEVICE/?api-version=2021-04-12\n\
         Password: a shared access signature; none with a client certificate.",
    );
    azure.profile.version = ProtocolVersion::V3_1_1;
    azure.profile.user_name =
        Some("YOUR-HUB.azure-devices.net/DEVICE/?api-version=2021-04-12".into());
    let hive = to(
        "HiveMQ Cloud",
        "mqtts://YOUR-CLUSTER.s1.eu.hivemq.cloud:8883",
        "User Name and Password: those of the cluster's Access Management.",
    );
    let emqx = to(
        "EMQX over TCP",
        "mqtt://127.0.0.1:1883",
        "# emqx.conf\nlisteners.tcp.default.bind = \"0.0.0.0:1883\"",
    );
    vec![active, aws, azure, hive, emqx]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bridged_presets_take_the_companion_and_lead_to_their_ports() {
        let addresses: Vec<_> = bridged_presets()
            .into_iter()
            .map(|preset| {
                assert!(matches!(preset.profile.target, Target::Socket(_)));
                assert!(!preset.note.is_empty() && preset.profile.id.is_empty());
                let address = preset.profile.target.address().cloned();
                (preset.profile.version, address.unwrap_or_default())
            })
            .collect();
        let ports = addresses.iter().map(|(version, address)| {
            let (_, port) = address.rsplit_once(':').unwrap();
            (version.name(), port)
        });
        assert_eq!(
            ports.collect::<Vec<_>>(),
            [
                ("3.1.1", "1883"),
                ("5", "8883"),
                ("3.1.1", "8883"),
                ("5", "8883"),
                ("5", "1883")
            ]
        );
    }
}
