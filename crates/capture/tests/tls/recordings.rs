//! The recordings beside this file: what was sent, and what went over the wire.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mqttscope_capture::reading::Role;
use serde_json::Value;

/// One recorded connection.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) name: String,
    /// The bytes of both sides as they went.
    pub(crate) segments: Vec<(Role, Vec<u8>)>,
    pub(crate) keylog: String,
    /// What the applications sent.
    pub(crate) client: Vec<u8>,
    pub(crate) server: Vec<u8>,
    pub(crate) expected: BTreeMap<String, Value>,
}

impl Connection {
    pub(crate) fn expects(&self, what: &str) -> Option<&Value> {
        self.expected.get(what).filter(|value| !value.is_null())
    }

    /// All bytes of a side.
    pub(crate) fn stream(&self, side: Role) -> Vec<u8> {
        self.segments
            .iter()
            .filter(|(from, _)| *from == side)
            .flat_map(|(_, bytes)| bytes.clone())
            .collect()
    }
}

impl core::fmt::Debug for Connection {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.name)
    }
}

/// All recorded connections.
pub(crate) fn all() -> Vec<Connection> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls/recordings");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let connections = file["connections"].as_array().unwrap().clone();
        let named = move |(index, value)| connection(format!("{name}#{index}"), value);
        connections.into_iter().enumerate().map(named)
    };
    files.iter().flat_map(read).collect()
}

/// The n-th connection of a recording.
pub(crate) fn one(name: &str) -> Connection {
    let found = all().into_iter().find(|connection| connection.name == name);
    found.unwrap_or_else(|| panic!("no recording {name}"))
}

fn connection(name: String, value: Value) -> Connection {
    let text = |key: &str| value[key].as_str().unwrap().to_owned();
    let segment = |value: &Value| {
        let role = match value[0].as_str().unwrap() {
            "c" => Role::Client,
            _ => Role::Server,
        };
        (role, STANDARD.decode(value[1].as_str().unwrap()).unwrap())
    };
    Connection {
        name,
        segments: value["segments"]
            .as_array()
            .unwrap()
            .iter()
            .map(segment)
            .collect(),
        keylog: text("keylog"),
        client: text("client").into_bytes(),
        server: text("server").into_bytes(),
        expected: serde_json::from_value(value["expected"].clone()).unwrap(),
    }
}
