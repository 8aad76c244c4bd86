//! Bytes after a look at what they are.

use mqttscope_capture::foreign::{
    Confidence, Examined, Foreign, Inside, Layer, Part, Protocol, doubt, examine,
};
use mqttscope_capture::json::{Json, Recording};
use mqttscope_capture::reading::Role;
use mqttscope_capture::text::SourceMap;
use mqttscope_wire::Sender;

use super::other::Seen;
use super::{Found, Request, Shown, Taking, clients_of};
use crate::sides::Run;

impl Found {
    /// With these bytes, or with what is inside them.
    pub(super) fn examined(
        self,
        request: &Request<'_>,
        bytes: Vec<u8>,
        parts: &[Part],
        runs: Vec<Run>,
    ) -> Self {
        let (found, seen) = self.seen(request, bytes, parts, runs);
        Self {
            other: seen.map(Seen::told),
            ..found
        }
    }

    fn seen(
        self,
        request: &Request<'_>,
        bytes: Vec<u8>,
        parts: &[Part],
        runs: Vec<Run>,
    ) -> (Self, Option<Seen>) {
        let examined = examine(&bytes, parts, request.stream).or_else(|| {
            let foreign = doubt(&bytes).filter(|_| runs.is_empty())?;
            Some(Examined {
                foreign: Some(foreign),
                ..Examined::default()
            })
        });
        let Some(examined) = examined else {
            let found = Self {
                bytes,
                runs,
                ..self
            };
            return (found, None);
        };
        let shown = shown(&examined, request.taking);
        let mut seen = Seen {
            shown,
            unwrap: examined
                .inside
                .as_ref()
                .and_then(|inside| unwrap(&inside.layers)),
            foreign: examined.foreign,
            streams: examined.streams,
            stream: examined.stream,
            ..Seen::default()
        };
        if let Some(inside) = &examined.inside {
            seen.layers = inside.layers.iter().map(|layer| layer.says()).collect();
            seen.notes.clone_from(&inside.notes);
            seen.has_text_frame = inside.has_text_frame;
        }
        let found = match (shown, examined.inside) {
            (Shown::All, _) => Self {
                bytes: bytes.clone(),
                runs,
                ..self
            },
            (Shown::Inside, Some(inside)) => self.inside(inside),
            // Places and times are those of the bytes that are shown.
            _ => Self {
                source: None,
                times: Vec::new(),
                ..self
            },
        };
        seen.bytes = bytes;
        (found, Some(seen))
    }

    fn inside(self, inside: Inside) -> Self {
        let is_certain = self.marks.is_some_and(|marks| marks.is_certain());
        let runs = runs_inside(&inside, is_certain);
        let ranges = inside.pieces.iter().map(|piece| piece.given.clone());
        // Packets out of a capture that was pasted as hex have no place in the text.
        let source = self.source.as_ref();
        let source = source.filter(|_| !ranges.clone().all(|range| range.is_empty()));
        Self {
            source: source.map(|source| source.select(ranges)),
            times: times_inside(&inside, &self.times),
            bytes: inside.bytes,
            runs,
            ..self
        }
    }

    /// What a text is that holds no bytes.
    pub(super) fn of_foreign(text: &str, foreign: Foreign) -> Self {
        let seen = Seen {
            foreign: Some(foreign),
            bytes: text.as_bytes().to_vec(),
            ..Seen::default()
        };
        Self {
            other: Some(seen.told()),
            ..Self::default()
        }
    }

    /// What a text that is a JSON document holds.
    pub(super) fn of_json(request: &Request<'_>, json: Json) -> Self {
        let (found, seen) = match json {
            Json::Recording(recording) => Self::of_recording(request, recording),
            Json::Named(foreign) => {
                let seen = Seen {
                    foreign: Some(foreign),
                    ..Seen::default()
                };
                (Self::default(), seen)
            }
        };
        Self {
            other: Some(seen.told()),
            ..found
        }
    }

    fn of_recording(request: &Request<'_>, recording: Recording) -> (Self, Seen) {
        let mut parts = Vec::new();
        let mut bytes = Vec::new();
        let mut times = Vec::new();
        for part in &recording.parts {
            times.extend(part.at_ms.map(|at_ms| (bytes.len(), at_ms)));
            parts.push(Part {
                start: bytes.len(),
                is_first: part.from.map(|from| from == Role::Client),
            });
            bytes.extend_from_slice(&part.bytes);
        }
        let runs = clients(parts.iter().map(|part| (part.start, part.is_first)));
        let read = Self {
            source: Some(SourceMap::of_parts(&recording.parts)),
            times,
            ..Self::default()
        };
        let (found, seen) = read.seen(request, bytes, &parts, runs);
        let mut seen = seen.unwrap_or(Seen {
            shown: Shown::Inside,
            ..Seen::default()
        });
        seen.notes.extend(recording.notes);
        seen.has_text_frame |= recording.has_text_frame;
        // What the document is comes first, unless its bytes are no MQTT.
        seen.foreign = seen
            .foreign
            .filter(|_| seen.shown == Shown::Nothing)
            .or(Some(Foreign {
                protocol: Protocol::Json,
                confidence: Confidence::Certain,
                what: recording.what,
                advice: String::new(),
            }));
        (found, seen)
    }
}

/// What a button says that takes these off; none: there is nothing to take off.
fn unwrap(layers: &[Layer]) -> Option<String> {
    let frames = layers
        .iter()
        .find(|layer| layer.name.starts_with("WebSocket"));
    if let Some(frames) = frames {
        let plural = if frames.count == 1 { "" } else { "s" };
        return Some(format!("Unwrap {} WebSocket frame{plural}", frames.count));
    }
    let bytes = layers
        .iter()
        .fold(0_usize, |sum, layer| sum.saturating_add(layer.bytes));
    (bytes > 0).then(|| format!("Skip {bytes} bytes of headers"))
}

fn shown(examined: &Examined, taking: Taking) -> Shown {
    let is_doubtful = examined
        .foreign
        .as_ref()
        .is_none_or(|foreign| foreign.confidence == Confidence::Possible);
    match taking {
        Taking::AsTheyAre => Shown::All,
        Taking::Inside if examined.inside.is_some() => Shown::Inside,
        _ if examined.is_sure => Shown::Inside,
        _ if is_doubtful => Shown::All,
        _ => Shown::Nothing,
    }
}

/// Where parts with a time begin among the bytes inside: a capture tells it of each piece, a text of where
/// it began in what was given.
fn times_inside(inside: &Inside, given: &[(usize, u64)]) -> Vec<(usize, u64)> {
    let mut times = Vec::new();
    for piece in &inside.pieces {
        if let Some(at_us) = piece.at_us {
            times.push((piece.at, at_us / 1000));
            continue;
        }
        let (start, end) = (piece.given.start, piece.given.end);
        let behind = given.partition_point(|(at, _)| *at <= start);
        let (before, behind) = given.split_at_checked(behind).unwrap_or_default();
        times.extend(before.last().map(|&(_, at_ms)| (piece.at, at_ms)));
        let within = behind.iter().take_while(|(at, _)| *at < end);
        times.extend(within.map(|&(at, at_ms)| {
            let into = at.saturating_sub(start);
            (piece.at.saturating_add(into), at_ms)
        }));
    }
    times
}

/// Where each side's bytes begin among those inside; empty unless every piece has a side.
fn runs_inside(inside: &Inside, is_certain: bool) -> Vec<Run> {
    let starts = inside.pieces.iter().map(|piece| (piece.at, piece.is_first));
    match inside.first_is_client {
        Some(true) => clients(starts),
        Some(false) => clients(starts.map(|(at, first)| (at, first.map(|first| !first)))),
        None => {
            let starts: Option<Vec<(usize, bool)>> =
                starts.map(|(at, first)| Some((at, first?))).collect();
            let starts = starts.unwrap_or_default();
            if starts.is_empty() {
                return Vec::new();
            }
            clients_of(&inside.bytes, &starts, is_certain)
        }
    }
}

/// Runs where it is known which side is the client; empty unless all are.
fn clients(starts: impl Iterator<Item = (usize, Option<bool>)>) -> Vec<Run> {
    let runs: Option<Vec<Run>> = starts
        .map(|(start, is_client)| {
            let from = if is_client? {
                Sender::Client
            } else {
                Sender::Server
            };
            Some(Run { start, from })
        })
        .collect();
    runs.unwrap_or_default()
}
