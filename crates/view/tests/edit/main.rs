//! Edits of real packets: the new value stands where it was put, lengths stay right, nothing else
//! changes.

mod any;
mod structure;
mod values;
mod wrong;

use mqttscope_view::{
    build,
    edit::{self, Addition, EditError, Editable, NewValue},
    examples, fields,
};
use mqttscope_wire::{
    Context, Dissection, Field, PacketType, PropertyId, ProtocolVersion, Sender, Severity, Value,
    dissect, packets,
};

#[derive(Clone, Debug)]
struct Sample {
    bytes: Vec<u8>,
    context: Context,
}

impl Sample {
    fn dissect(&self) -> Dissection {
        dissect(&self.bytes, self.context)
    }

    fn with(&self, bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            context: self.context,
        }
    }

    fn set(&self, field: Field, value: NewValue<'_>) -> Result<Self, EditError> {
        let d = self.dissect();
        let node = d.tree.find(field).ok_or(EditError::NoSuchField)?;
        Ok(self.with(edit::set(&self.bytes, &d, node, value)?))
    }

    fn number(&self, field: Field) -> Option<u32> {
        self.dissect().tree.number(field)
    }

    fn has(&self, field: Field) -> bool {
        self.dissect().tree.find(field).is_some()
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    hex.split_ascii_whitespace()
        .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
        .collect()
}

fn sample(hex: &str, version: ProtocolVersion) -> Sample {
    Sample {
        bytes: unhex(hex),
        context: Context::new(version),
    }
}

/// Every packet of the sound examples, and every template.
fn sound() -> Vec<Sample> {
    let mut out = Vec::new();
    for example in examples::ALL
        .iter()
        .filter(|example| example.rule.is_none())
    {
        let context = Context {
            version: example.version,
            sender: None,
        };
        let bytes = example.bytes();
        for at in packets(&bytes, context).filter(|at| at.missing == 0) {
            out.push(Sample {
                bytes: bytes
                    .get(at.offset..at.offset + at.len)
                    .unwrap_or_default()
                    .to_vec(),
                context,
            });
        }
    }
    for version in ProtocolVersion::ALL {
        for kind in build::types(version) {
            out.push(Sample {
                bytes: build::template(kind, version),
                context: Context::new(version),
            });
        }
    }
    out
}

fn errors(d: &Dissection) -> Vec<&'static str> {
    let errors = d
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == Severity::Error);
    errors.map(|diagnostic| diagnostic.rule.name()).collect()
}

/// Rules that judge whether bytes are where the lengths say.
fn structural(d: &Dissection) -> Vec<&'static str> {
    let broken = [
        "packet-too-short",
        "property-length-missing",
        "publish-topic-missing",
        "connect-client-id-missing",
        "connect-will-missing",
        "connect-user-name-missing",
        "connect-password-missing",
        "connect-user-name-unannounced",
        "connect-password-unannounced",
        "string-past-end",
        "bytes-left-over",
        "property-length-past-end",
        "property-past-end",
        "vbi-too-long",
        "vbi-not-minimal",
        "remaining-length-not-minimal",
    ];
    errors(d)
        .into_iter()
        .filter(|name| broken.contains(name))
        .collect()
}

fn whole(sample: &Sample) {
    let d = sample.dissect();
    assert_eq!(
        (d.len, d.missing),
        (sample.bytes.len(), 0),
        "{:02x?}",
        sample.bytes
    );
    assert_eq!(structural(&d), Vec::<&str>::new(), "{:02x?}", sample.bytes);
}
