//! Brokers that people meet, and how each is reached from a browser: ports, paths, and the lines
//! of configuration that open its WebSocket listener.

/// A broker as its maker ships it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broker {
    /// What it is called.
    pub name: &'static str,
    /// The port of `ws://`, as shipped or as its manual uses; none where there is only `wss://`.
    pub port: Option<u16>,
    /// The port of `wss://`.
    pub secure_port: Option<u16>,
    /// Its path; `/` where any will do.
    pub path: &'static str,
    /// The lines that make it listen for WebSocket connections.
    pub listener: &'static str,
    /// The lines that let clients in without a password, or that name their passwords.
    pub access: &'static str,
}

/// The brokers of the presets, in their order.
pub const BROKERS: [Broker; 6] = [
    Broker {
        name: "mosquitto",
        port: Some(9001),
        secure_port: Some(8081),
        path: "/",
        listener: "# mosquitto.conf\nlistener 9001\nprotocol websockets\n\
                   # with this line nobody needs a password\nallow_anonymous true",
        access: "# mosquitto.conf: either let everybody in\nallow_anonymous true\n\
                 # or name a file of passwords, made with: mosquitto_passwd -c passwords NAME\n\
                 password_file /etc/mosquitto/passwords",
    },
    Broker {
        name: "EMQX",
        port: Some(8083),
        secure_port: Some(8084),
        path: "/mqtt",
        listener: "# emqx.conf\nlisteners.ws.default {\n  bind = \"0.0.0.0:8083\"\n  \
                   websocket.mqtt_path = \"/mqtt\"\n}",
        access: "# emqx.conf: an empty list lets everybody in\nauthentication = []",
    },
    Broker {
        name: "RabbitMQ",
        port: Some(15675),
        secure_port: Some(15676),
        path: "/ws",
        listener: "rabbitmq-plugins enable rabbitmq_web_mqtt\n# rabbitmq.conf\n\
                   web_mqtt.tcp.port = 15675\nweb_mqtt.ws_path = /ws",
        access: "# guest may connect from the same machine only; for others:\n\
                 rabbitmqctl add_user NAME PASSWORD\n\
                 rabbitmqctl set_permissions -p / NAME \".*\" \".*\" \".*\"",
    },
    Broker {
        name: "ActiveMQ",
        port: Some(61614),
        secure_port: Some(61619),
        path: "/",
        listener: "<!-- activemq.xml, among the transportConnectors -->\n\
                   <transportConnector name=\"ws\" uri=\"ws://0.0.0.0:61614\"/>",
        access: "<!-- activemq.xml, among the plugins -->\n<simpleAuthenticationPlugin>\n  \
                 <users><authenticationUser username=\"NAME\" password=\"PASSWORD\" groups=\"users\"/></users>\n\
                 </simpleAuthenticationPlugin>",
    },
    Broker {
        name: "HiveMQ",
        port: Some(8000),
        secure_port: Some(8884),
        path: "/mqtt",
        listener: "<!-- config.xml, among the listeners -->\n<websocket-listener>\n  \
                   <port>8000</port>\n  <bind-address>0.0.0.0</bind-address>\n  <path>/mqtt</path>\n  \
                   <subprotocols><subprotocol>mqtt</subprotocol></subprotocols>\n</websocket-listener>",
        access: "HiveMQ Cloud: Access Management, then add credentials with the right to publish and subscribe.",
    },
    Broker {
        name: "AWS IoT",
        port: None,
        secure_port: Some(443),
        path: "/mqtt",
        listener: "wss://YOUR-ENDPOINT-ats.iot.REGION.amazonaws.com/mqtt\n\
                   The address needs a signature (X-Amz-Signature and the rest of Signature Version 4) \
                   or a custom authorizer.",
        access: "{ \"Effect\": \"Allow\",\n  \"Action\": [\"iot:Connect\", \"iot:Publish\", \"iot:Subscribe\", \"iot:Receive\"],\n  \
                 \"Resource\": \"arn:aws:iot:REGION:ACCOUNT:*\" }",
    },
];

/// The broker that an address looks like, by its host's name or else its port.
#[must_use]
pub fn guess(host: &str, port: u16) -> Option<&'static Broker> {
    let named = |broker: &&Broker| match broker.name {
        "AWS IoT" => host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"),
        name => host.contains(&name.to_ascii_lowercase()),
    };
    let by_port = |broker: &&Broker| {
        // Half the web listens on 443; it says nothing.
        port != 443 && (broker.port == Some(port) || broker.secure_port == Some(port))
    };
    BROKERS
        .iter()
        .find(named)
        .or_else(|| BROKERS.iter().find(by_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_look_like_brokers() {
        let name = |host, port| guess(host, port).map(|broker| broker.name);
        assert_eq!(name("127.0.0.1", 8083), Some("EMQX"));
        assert_eq!(name("localhost", 15675), Some("RabbitMQ"));
        assert_eq!(name("test.mosquitto.org", 8080), Some("mosquitto"));
        assert_eq!(name("abc.s1.eu.hivemq.cloud", 8884), Some("HiveMQ"));
        assert_eq!(
            name("a1-ats.iot.eu-west-1.amazonaws.com", 443),
            Some("AWS IoT")
        );
        assert_eq!(name("example.org", 443), None);
        assert_eq!(name("example.org", 1883), None);
    }
}
