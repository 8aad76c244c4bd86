//! Takes off what stands around MQTT: network headers, a PROXY header, an HTTP upgrade, WebSocket
//! frames, text before the first packet.

use core::ops::Range;

use super::sound::{begins_with_connect, soundness};
use super::{Confidence, Foreign, Soundness, counted, http, network, proxy, readable, recognize};
use super::{Endpoint, websocket};

/// What is left when everything around it was taken off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peeled {
    /// The bytes inside, unmasked.
    pub bytes: Vec<u8>,
    /// Where they stood, in order.
    pub pieces: Vec<Piece>,
    /// What was taken off, the outermost first.
    pub layers: Vec<Layer>,
    /// What else was seen, such as a WebSocket Close; sentences without a full stop.
    pub notes: Vec<String>,
    /// Text frames carry MQTT, which needs binary frames \[MQTT-6.0.0-1].
    pub has_text_frame: bool,
    /// Source and destination, where headers tell.
    pub endpoints: Option<(Endpoint, Endpoint)>,
    /// A layer is there that leaves no doubt about what follows it.
    is_certain: bool,
}

/// Bytes that stood together in what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where they stood.
    pub given: Range<usize>,
    /// Index of the first of them among the bytes inside.
    pub at: usize,
}

/// One kind of thing that was taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name, for one of it.
    pub name: &'static str,
    /// How many of it.
    pub count: usize,
    /// Their bytes.
    pub bytes: usize,
}

impl Layer {
    /// `2 WebSocket frame headers (12 bytes)`.
    #[must_use]
    pub fn says(&self) -> String {
        let bytes = counted(self.bytes, "byte");
        match (self.count, self.name) {
            (1, name) => format!("{name} ({bytes})"),
            (n, "WebSocket frame header and mask") => {
                format!("{n} WebSocket frame headers and masks ({bytes})")
            }
            (n, name) => format!("{n} {name}s ({bytes})"),
        }
    }
}

impl Peeled {
    pub(super) fn add_layer(&mut self, name: &'static str, count: usize, bytes: usize) {
        match self.layers.iter_mut().find(|layer| layer.name == name) {
            Some(layer) => {
                layer.count = layer.count.saturating_add(count);
                layer.bytes = layer.bytes.saturating_add(bytes);
            }
            None => self.layers.push(Layer { name, count, bytes }),
        }
    }

    /// Whether what is inside is MQTT beyond doubt.
    #[must_use]
    pub fn is_mqtt(&self) -> bool {
        match soundness(&self.bytes) {
            Soundness::Sound => true,
            Soundness::Framed if self.is_certain => true,
            Soundness::Short if self.is_certain => !self.bytes.is_empty(),
            _ => begins_with_connect(&self.bytes),
        }
    }

    /// What is inside, where that is not MQTT either.
    #[must_use]
    pub fn inside(&self) -> Option<Foreign> {
        recognize(&self.bytes)
    }
}

/// Takes off what stands around the bytes inside; `None` when there is nothing to take off, or
/// nothing inside.
#[must_use]
pub fn peel(bytes: &[u8]) -> Option<Peeled> {
    if soundness(bytes) == Soundness::Sound {
        return None;
    }
    let mut peeled = Peeled::default();
    let mut range = 0..bytes.len();
    if let Some(segment) = network::guess(bytes) {
        for (name, len) in &segment.headers {
            peeled.add_layer(name, 1, *len);
        }
        peeled.endpoints = Some((segment.source, segment.destination));
        if segment.missing > 0 {
            let missing = counted(segment.missing, "byte");
            peeled.notes.push(format!(
                "the capture cut the network packet short: {missing} of it are missing"
            ));
        }
        // UDP does not carry MQTT, so nothing is certain about it.
        peeled.is_certain = segment.is_tcp();
        range = segment.payload;
    }
    let rest = bytes.get(range.clone()).unwrap_or_default();
    if let Some(header) = proxy::header(rest) {
        peeled.add_layer("PROXY protocol header", 1, header.len);
        peeled.notes.push(header.says);
        peeled.is_certain = true;
        range.start = range.start.saturating_add(header.len).min(range.end);
    }
    let rest = bytes.get(range.clone()).unwrap_or_default();
    if let Some((len, name)) = http::upgrade(rest) {
        peeled.add_layer(name, 1, len);
        peeled.is_certain = true;
        range.start = range.start.saturating_add(len).min(range.end);
    }
    let inside = bytes.get(..range.end).unwrap_or_default();
    let frames = websocket::frames(inside, range.start).filter(|frames| {
        let has_upgrade = peeled
            .layers
            .iter()
            .any(|layer| layer.name.starts_with("HTTP"));
        has_upgrade || websocket::confidence(inside, frames) >= Some(Confidence::Possible)
    });
    if let Some(frames) = frames {
        websocket::unwrap(inside, &frames, &mut peeled);
    } else {
        if peeled.layers.is_empty()
            && let Some(len) = readable::before_packet(inside)
        {
            peeled.add_layer("text before the first packet", 1, len);
            range.start = len;
        }
        peeled.bytes = bytes.get(range.clone()).unwrap_or_default().to_vec();
        peeled.pieces = vec![Piece {
            given: range,
            at: 0,
        }];
    }
    (!peeled.layers.is_empty() && !peeled.bytes.is_empty()).then_some(peeled)
}
