//! The brokers that the client is tried against.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant as Clock};

use mqttscope_client::Options;
use mqttscope_wire::ProtocolVersion;

/// What the standard promises and not every broker keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// A message comes once to its one subscription, on a connection that does not break.
    Once,
    /// Each handshake that the broker begins, it ends.
    Handshakes,
    /// What waits for a client whose connection broke is sent to it, and not twice at QoS 2.
    Sessions,
    /// And in its order.
    Order,
}

/// Brokers that were seen to break one, with a client that does not: in one version, or in all.
const BROKEN: &[(&str, Option<ProtocolVersion>, Promise)] = &[
    // On a busy machine it now and then delivers all 200 messages twice, at QoS 1 and 2, after one SUBSCRIBE.
    ("activemq", None, Promise::Once),
    // After a break it delivers messages of QoS 2 once more, under new identifiers.
    ("activemq", None, Promise::Sessions),
    // PUBREL under identifiers of other messages when several are in flight.
    ("aedes", None, Promise::Handshakes),
    ("aedes", None, Promise::Sessions),
    ("amqtt", None, Promise::Sessions),
    ("ejabberd", None, Promise::Order),
    // After a break it acknowledges with Reason Codes, which only version 5 has.
    ("mqttv5", Some(ProtocolVersion::V3_1_1), Promise::Sessions),
    // It throws out a client that sends a PUBREL again in a session that it says is present.
    ("rumqttd", None, Promise::Sessions),
];

/// A broker, and how to reach it.
pub(crate) struct Broker {
    pub(crate) name: String,
    pub(crate) versions: Vec<ProtocolVersion>,
    address: SocketAddr,
    address_5: SocketAddr,
    user_name: Option<String>,
    password: Option<Vec<u8>>,
    /// It ends with the test.
    process: Option<Child>,
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Broker {
    pub(crate) fn address(&self, version: ProtocolVersion) -> SocketAddr {
        if version.is_v5() {
            self.address_5
        } else {
            self.address
        }
    }

    pub(crate) fn keeps(&self, version: ProtocolVersion, promise: Promise) -> bool {
        !BROKEN.iter().any(|&(name, only, broken)| {
            name == self.name && only.is_none_or(|only| only == version) && broken == promise
        })
    }

    /// The same with what this broker wants to know of who connects.
    pub(crate) fn login(&self, options: Options) -> Options {
        Options {
            user_name: self.user_name.clone(),
            password: self.password.clone(),
            ..options
        }
    }
}

/// The brokers that `MQTTSCOPE_BROKERS` names, as `tests/brokers/brokers.sh` has started them, or
/// else mosquitto where it is installed; none otherwise, with a line that says so.
pub(crate) fn brokers() -> Vec<Broker> {
    match std::env::var("MQTTSCOPE_BROKERS") {
        Ok(names) => names.split_whitespace().map(started).collect(),
        Err(_) => mosquitto().into_iter().collect(),
    }
}

fn started(name: &str) -> Broker {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/brokers/brokers.sh");
    let ask = |what: &str| {
        let output = Process::new(&script).args([name, what]).output().unwrap();
        assert!(output.status.success(), "{name} {what}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (tcp, tcp5, versions) = (ask("tcp"), ask("tcp5"), ask("versions"));
    let (user, address) = parts(&tcp);
    let known = ProtocolVersion::ALL.into_iter();
    Broker {
        name: name.into(),
        versions: known
            .filter(|version| versions.split(' ').any(|word| word == version.name()))
            .collect(),
        address,
        address_5: parts(&tcp5).1,
        user_name: user.map(|(name, _)| name.into()),
        password: user.map(|(_, password)| password.into()),
        process: None,
    }
}

/// User name and password, and address, of `mqtt://user:password@address`.
fn parts(url: &str) -> (Option<(&str, &str)>, SocketAddr) {
    let rest = url.strip_prefix("mqtt://").unwrap();
    match rest.split_once('@') {
        Some((user, address)) => (user.split_once(':'), address.parse().unwrap()),
        None => (None, rest.parse().unwrap()),
    }
}

fn mosquitto() -> Option<Broker> {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
    let process = Process::new("mosquitto")
        .env("PATH", path)
        .args(["-p", &free.port().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(process) = process else {
        eprintln!("skipped: mosquitto is not installed and MQTTSCOPE_BROKERS is not set");
        return None;
    };
    let broker = Broker {
        name: "mosquitto".into(),
        versions: ProtocolVersion::ALL.into(),
        address: free,
        address_5: free,
        user_name: None,
        password: None,
        process: Some(process),
    };
    let start = Clock::now();
    while TcpStream::connect(free).is_err() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "it does not listen"
        );
        std::thread::yield_now();
    }
    Some(broker)
}
