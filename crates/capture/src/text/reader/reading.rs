//! A reading made of what was decoded, and taken apart for those who want its parts.

use super::*;

impl Reading {
    /// What the strict reader read.
    pub(super) fn of(text: &str, decoded: Decoded, alternatives: Vec<Format>) -> Self {
        let quality = class_of(&decoded);
        let certain = detect(text)
            .first()
            .is_some_and(|best| best.confidence == crate::text::Confidence::Certain);
        // A few numbers in brackets may be anything.
        let may_be_code = decoded.format.is_literal()
            && quality == Class::Nothing
            && !accounts_for(text, &decoded);
        let sure = quality >= Class::Known || (alternatives.is_empty() || certain) && !may_be_code;
        let starts: Vec<_> = if decoded.parts.is_empty() {
            vec![(0, None)]
        } else {
            decoded
                .parts
                .iter()
                .map(|part| (part.start, part.side))
                .collect()
        };
        let roles = Roles::of(
            starts
                .iter()
                .zip(ends(&starts, decoded.bytes.len()))
                .map(|(&(start, side), end)| {
                    (side, decoded.bytes.get(start..end).unwrap_or_default())
                }),
            decoded.marks.is_some_and(Marks::is_certain),
        );
        let parts = starts
            .iter()
            .zip(ends(&starts, decoded.bytes.len()))
            .map(|(&(start, side), end)| Piece {
                from: roles.role(side, decoded.bytes.get(start..end).unwrap_or_default()),
                at_ms: None,
                place: decoded.source.span_of(start..end).unwrap_or(0..0),
                bytes: start..end,
            })
            .collect();
        let mut reading = Self {
            decoded,
            sure,
            examined: None,
            parts,
            alternatives,
            left_out: Vec::new(),
        };
        if reading.decoded.format == Format::WiresharkFollow && follow::is_yaml(text) {
            let pieces = core::mem::take(&mut reading.parts);
            reading.parts = follow::with_times(text, pieces);
        }
        reading.tidy();
        reading.examine();
        reading
    }

    /// Bytes as they are.
    pub(in crate::text) fn of_bytes(decoded: Decoded) -> Self {
        let mut reading = Self::of("", decoded, Vec::new());
        reading.sure = true;
        reading
    }

    /// Whether a few letters of a longer text were taken for bytes: a file of prose stays one.
    pub(in crate::text) fn is_short_guess(&self, text: &str) -> bool {
        self.decoded.bytes.len() < 4 && text.len() > 256
    }

    /// A CONNECT in pieces is the client's, whole or not, and so are pieces that say nothing themselves.
    pub(super) fn tell_pieces(&mut self) {
        let bytes = &self.decoded.bytes;
        if self.parts.len() < 2 || !begins_connect(bytes) {
            return;
        }
        let frame::Header::Complete { len: end, .. } = frame::header(bytes) else {
            return;
        };
        for piece in &mut self.parts {
            let own = bytes.get(piece.bytes.clone()).unwrap_or_default();
            if piece.bytes.start < end && mqtt(own) < Class::Framed {
                piece.from = piece.from.or(Some(Role::Client));
            }
        }
    }

    /// Looks whether the bytes are something else than MQTT.
    pub(in crate::text) fn examine(&mut self) {
        self.tell_pieces();
        let known = self.parts.iter().all(|piece| piece.from.is_some());
        let parts: Vec<foreign::Part> = self
            .parts
            .iter()
            .map(|piece| foreign::Part {
                start: piece.bytes.start,
                is_first: piece
                    .from
                    .filter(|_| known)
                    .map(|from| from == Role::Client),
            })
            .collect();
        self.examined = foreign::examine(&self.decoded.bytes, &parts, 0);
        let turned = self
            .examined
            .as_ref()
            .and_then(|examined| examined.inside.as_ref()?.first_is_client)
            == Some(false);
        if turned && known {
            for piece in &mut self.parts {
                piece.from = piece.from.map(Role::other);
            }
        }
    }

    /// What the bytes are, if not MQTT on its own.
    #[must_use]
    pub fn other(&self) -> Option<Other> {
        let examined = self.examined.as_ref()?;
        let layer = || {
            let layers = &examined.inside.as_ref()?.layers;
            layers.last().map(|layer| match layer.name {
                name if name.contains("WebSocket") || name.contains("HTTP") => Protocol::WebSocket,
                name if name.starts_with("PROXY") => Protocol::Proxy,
                name if name.contains("text") => Protocol::Text,
                _ => Protocol::Network,
            })
        };
        let found = examined.foreign.as_ref().map(|foreign| foreign.protocol);
        found.or_else(layer).map(Other::Protocol)
    }

    /// The parts alone; where MQTT stands inside something else beyond doubt, those of what is inside.
    #[must_use]
    pub fn into_parts(self) -> TextReading {
        let other = self.other();
        let Self {
            decoded,
            sure,
            examined,
            parts,
            alternatives,
            ..
        } = self;
        let mut notes: Vec<String> = decoded.notes.iter().map(ToString::to_string).collect();
        let part = |bytes: &[u8], place: Range<usize>, from, at_ms| Part {
            bytes: bytes.to_vec(),
            from,
            at_ms,
            start: place.start,
            end: place.end,
            source: SourceMap::default(),
        };
        let mut taken = Vec::new();
        if let Some(examined) = examined {
            if let Some(foreign) = examined.foreign {
                notes.push(said(&foreign));
            }
            if let Some(inside) = examined.inside {
                notes.extend(
                    inside
                        .layers
                        .iter()
                        .map(|layer| format!("taken off: {}", layer.says())),
                );
                notes.extend(inside.notes);
                let ends = inside.pieces.iter().skip(1).map(|piece| piece.at);
                for (piece, end) in inside.pieces.iter().zip(ends.chain([inside.bytes.len()])) {
                    let own = parts
                        .iter()
                        .find(|part| part.bytes.contains(&piece.given.start));
                    taken.push(part(
                        inside.bytes.get(piece.at..end).unwrap_or_default(),
                        decoded.source.span_of(piece.given.clone()).unwrap_or(0..0),
                        own.and_then(|own| own.from).or_else(|| {
                            crate::text::plausible::sender(
                                inside.bytes.get(piece.at..end).unwrap_or_default(),
                            )
                        }),
                        own.and_then(|own| own.at_ms),
                    ));
                }
                if !examined.is_sure {
                    taken.clear();
                }
            }
        }
        if taken.is_empty() {
            taken = parts
                .iter()
                .map(|piece| {
                    let bytes = decoded.bytes.get(piece.bytes.clone()).unwrap_or_default();
                    part(bytes, piece.place.clone(), piece.from, piece.at_ms)
                })
                .collect();
        }
        TextReading {
            format: decoded.format,
            other,
            sure,
            parts: taken,
            alternatives,
            notes,
        }
    }

    pub(super) fn tidy(&mut self) {
        let format = self.decoded.format;
        let mut seen = vec![format];
        self.alternatives.retain(|other| {
            let fresh = !seen.contains(other);
            seen.push(*other);
            fresh
        });
    }
}
