//! Captures, recordings of browsers and proxies, logs: the connections in them, with their packets.

use js_sys::Array;
use mqttscope_capture::recording::{self, Connection, Ending, Gap, Packet, Transport};
use mqttscope_wire::{Context, ProtocolVersion, dissect, summary};
use wasm_bindgen::prelude::*;

use crate::error::Failure;
use crate::given::{Given, reading};
use crate::held::Held;
use crate::plain::Plain;
use crate::{bytes, options};

/// Reads a capture (pcap, pcapng, gzip of either), a HAR file, a flow file of mitmproxy or a log.
///
/// # Errors
/// Bytes or options that are none. A file that is no capture is none: `notes` says what it is.
#[wasm_bindgen(js_name = readCapture, skip_typescript)]
pub fn read_capture(bytes: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let (bytes, options) = (&bytes, &options);
    let options = reading(|| Options::of(options))?;
    let file = bytes::of(bytes)?;
    Ok(options.read(&file)?.into())
}

/// Reads a capture file that comes in chunks.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct CaptureReader {
    held: Held<Reader>,
}

#[derive(Debug)]
struct Reader {
    options: Options,
    file: Vec<u8>,
}

#[wasm_bindgen]
impl CaptureReader {
    /// Of a file that nothing has come of yet.
    ///
    /// # Errors
    /// Options that are none.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(options: JsValue) -> Result<Self, JsValue> {
        let options = &options;
        let reader = Reader {
            options: reading(|| Options::of(options))?,
            file: Vec::new(),
        };
        Ok(Self {
            held: Held::new("CaptureReader", reader),
        })
    }

    /// Adds a chunk.
    ///
    /// # Errors
    /// What is not bytes, or more than there is memory for.
    #[wasm_bindgen(skip_typescript)]
    pub fn push(&self, chunk: JsValue) -> Result<(), JsValue> {
        let chunk = &chunk;
        Ok(self
            .held
            .with(|reader| bytes::append(chunk, &mut reader.file))??)
    }

    /// Adds the lines of a key log, before or behind what they open.
    ///
    /// # Errors
    /// What is neither text nor bytes.
    #[wasm_bindgen(skip_typescript, js_name = addKeyLog)]
    pub fn add_key_log(&self, text: JsValue) -> Result<(), JsValue> {
        let text = &text;
        let text = key_log(text)?;
        Ok(self.held.with(|reader| reader.options.add(&text))?)
    }

    /// Reads what has come, to its end.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(skip_typescript)]
    pub fn finish(&self) -> Result<JsValue, JsValue> {
        let capture = self
            .held
            .with(|reader| reader.options.read(&reader.file))??;
        Ok(capture.into())
    }

    /// Frees its memory now; a second time there is nothing to do.
    #[wasm_bindgen(skip_typescript)]
    pub fn free(&self) {
        self.held.free();
    }
}

/// How a file is to be read.
#[derive(Default)]
struct Options {
    version: Option<ProtocolVersion>,
    key_log: Vec<u8>,
}

/// Without the secrets.
impl core::fmt::Debug for Options {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Options")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Options {
    fn of(value: &JsValue) -> Result<Self, Failure> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self::default());
        }
        let given =
            Given::of(value).ok_or_else(|| Failure::message("options must be an object"))?;
        let (version, given_log) = (given.version(), given.key_log());
        let mut options = Self {
            version: options::version(&version)?,
            key_log: Vec::new(),
        };
        if !given_log.is_undefined() {
            options.add(&key_log(&given_log)?);
        }
        Ok(options)
    }

    fn add(&mut self, key_log: &[u8]) {
        self.key_log.extend_from_slice(key_log);
        self.key_log.push(b'\n');
    }

    fn read(&self, file: &[u8]) -> Result<Plain, Failure> {
        let capture = recording::Capture::read(file, Some(&self.key_log));
        let object = Plain::new();
        object.set_text(&"format".into(), capture.format);
        let connections = Array::new();
        for connection in &capture.connections {
            connections.push(&self.connection(connection)?.into());
        }
        object.set(&"connections".into(), &connections);
        let notes = capture.notes.iter().map(|note| JsValue::from_str(note));
        object.set(&"notes".into(), &notes.collect::<Array>());
        Ok(object)
    }

    fn connection(&self, connection: &Connection) -> Result<Plain, Failure> {
        let version = self.version.or(connection.version);
        let object = Plain::new();
        object.set_number(&"id".into(), connection.id.0);
        object.set_text(&"transport".into(), transport(connection.transport));
        object.set_text(&"client".into(), &connection.client.to_string());
        object.set_text(&"server".into(), &connection.server.to_string());
        if let Some(version) = version {
            object.set_text(&"version".into(), version.name());
        }
        object.set(&"fromBeginning".into(), &connection.has_beginning.into());
        if let Some(ended) = connection.ended.and_then(ending) {
            object.set_text(&"ended".into(), ended);
        }
        let packets = Array::new();
        for packet in &connection.packets {
            packets.push(&plain_packet(connection, packet, version)?.into());
        }
        object.set(&"packets".into(), &packets);
        let gaps: Array = connection.gaps.iter().map(gap).collect();
        object.set(&"gaps".into(), &gaps);
        Ok(object)
    }
}

/// The lines of a key log.
fn key_log(value: &JsValue) -> Result<Vec<u8>, Failure> {
    match value.as_string() {
        Some(text) => Ok(text.into_bytes()),
        None => bytes::copy(value)
            .unwrap_or_else(|| Err(Failure::message("a key log is a string or a Uint8Array"))),
    }
}

fn plain_packet(
    connection: &Connection,
    packet: &Packet,
    version: Option<ProtocolVersion>,
) -> Result<Plain, Failure> {
    let object = Plain::new();
    object.set_text(&"from".into(), packet.from.name());
    if let Some(at_ns) = packet.at_ns {
        // Milliseconds, to the microsecond and a little below.
        let at_ms = at_ns as f64 / 1e6;
        object.set(&"atMs".into(), &JsValue::from_f64(at_ms));
    }
    object.set(&"frame".into(), &JsValue::from_f64(packet.frame as f64));
    object.set_text(&"type".into(), packet.packet_type.name());
    if let Some(bytes) = connection.bytes_of(packet) {
        let version = version.unwrap_or(ProtocolVersion::V5);
        let dissection = dissect(bytes, Context::new(version));
        object.set(&"bytes".into(), &bytes::array(bytes)?.into());
        object.set_text(&"summary".into(), &summary(&dissection, bytes));
    } else {
        let words = connection.words_of(packet).unwrap_or_default();
        object.set_text(&"summary".into(), words);
    }
    Ok(object)
}

fn gap(gap: &Gap) -> JsValue {
    let object = Plain::new();
    object.set_text(&"from".into(), gap.from.name());
    let after = u32::try_from(gap.after).unwrap_or(u32::MAX);
    object.set_number(&"afterPacket".into(), after);
    if let Some(bytes) = gap.bytes {
        object.set(&"bytes".into(), &JsValue::from_f64(bytes as f64));
    }
    object.into()
}

const fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Tls => "tls",
        Transport::WebSocket => "websocket",
        Transport::SecureWebSocket => "tls+websocket",
        Transport::Log => "log",
        _ => "tcp",
    }
}

const fn ending(ending: Ending) -> Option<&'static str> {
    match ending {
        Ending::Fin => Some("closed"),
        Ending::Reset => Some("reset"),
        Ending::Reused => Some("replaced"),
        Ending::TakenOver => Some("taken over"),
        Ending::TimedOut => Some("timed out"),
        Ending::Failed => Some("failed"),
        Ending::Evicted => None,
    }
}
