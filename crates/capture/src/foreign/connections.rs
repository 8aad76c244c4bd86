//! What network packets carry: one TCP connection out of several, looked at like any other bytes of
//! two sides.

use super::examine::{Examined, Inside, sides};
use super::flows::{Chunk, Stream, Streams};
use super::peel::Layer;
use super::sound::begins_with_connect;
use super::{Confidence, Foreign, Protocol, Soundness, counted, network, soundness};

/// Parts that each are a network packet, as dumps have them.
pub(super) fn of_parts(bytes: &[u8], chunks: &[Chunk], stream: usize) -> Option<Examined> {
    if chunks.len() < 2 {
        return None;
    }
    let mut streams = Streams::default();
    let mut headers = Vec::new();
    for chunk in chunks {
        let frame = bytes.get(chunk.given.clone())?;
        // One that is none, and it is not a dump of packets.
        let segment = network::guess(frame)?;
        add_headers(&mut headers, &segment.headers);
        streams.push(&segment, chunk.given.start, chunk.at_us);
    }
    streams.finish();
    Some(of_streams(bytes, &streams, &headers, stream, Vec::new()))
}

pub(super) fn add_headers(layers: &mut Vec<Layer>, headers: &[(&'static str, usize)]) {
    for &(name, len) in headers {
        match layers.iter_mut().find(|layer| layer.name == name) {
            Some(layer) => {
                layer.count = layer.count.saturating_add(1);
                layer.bytes = layer.bytes.saturating_add(len);
            }
            None => layers.push(Layer {
                name,
                count: 1,
                bytes: len,
            }),
        }
    }
}

/// What one of several connections carries: the wanted one, else the first that carries MQTT.
pub(super) fn of_streams(
    bytes: &[u8],
    streams: &Streams,
    headers: &[Layer],
    wanted: usize,
    notes: Vec<String>,
) -> Examined {
    let mut all: Vec<(String, Examined)> = Vec::new();
    let mut others: Vec<Examined> = Vec::new();
    for stream in &streams.all {
        if stream.chunks.is_empty() {
            continue;
        }
        let mut examined = sides(bytes, &stream.chunks).unwrap_or_else(|| {
            let mut inside = Inside::default();
            for chunk in &stream.chunks {
                inside.take(bytes, chunk, chunk.given.clone());
            }
            Examined {
                is_sure: is_mqtt(bytes, stream),
                inside: Some(inside),
                ..Examined::default()
            }
        });
        if let Some(inside) = &mut examined.inside {
            inside.first_is_client = Some(true);
            inside.layers.splice(0..0, headers.iter().cloned());
            if stream.repeated > 0 {
                let times = counted(stream.repeated, "retransmitted segment");
                inside.notes.push(format!("{times} left out"));
            }
            if stream.missing > 0 {
                let missing = counted(stream.missing, "byte");
                inside
                    .notes
                    .push(format!("{missing} of this connection not in the recording"));
            }
            inside.notes.extend(notes.iter().cloned());
        }
        if examined.is_sure {
            all.push((format!("{} to {}", stream.client, stream.server), examined));
        } else {
            others.push(examined);
        }
    }
    let names = all.iter().map(|(name, _)| name.clone()).collect();
    let chosen = wanted.min(all.len().saturating_sub(1));
    if let Some((_, examined)) = all.into_iter().nth(chosen) {
        return Examined {
            streams: names,
            stream: chosen,
            ..examined
        };
    }
    let what = others.iter().find_map(|other| other.foreign.clone());
    let inside = others.into_iter().find_map(|other| other.inside);
    Examined {
        foreign: what.or_else(|| {
            Some(Foreign::new(
                Protocol::Network,
                Confidence::Certain,
                "network packets in which no MQTT connection was found",
                notes.join(". "),
            ))
        }),
        inside,
        ..Examined::default()
    }
}

/// Whether a connection carries MQTT: its port says so, or its beginning, or what either side sends.
fn is_mqtt(bytes: &[u8], stream: &Stream) -> bool {
    let of = |is_client: bool| -> Vec<u8> {
        let own = stream
            .chunks
            .iter()
            .filter(|chunk| chunk.is_first == Some(is_client));
        let parts = own.filter_map(|chunk| bytes.get(chunk.given.clone()));
        parts.collect::<Vec<_>>().concat()
    };
    let (client, server) = (of(true), of(false));
    let is_fair = |side: &[u8]| side.is_empty() || soundness(side) >= Soundness::Framed;
    matches!(stream.server.port, 1883 | 1884)
        || begins_with_connect(&client)
        || is_fair(&client) && is_fair(&server)
}
