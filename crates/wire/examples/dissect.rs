//! Takes packets in hex apart: `cargo run -p mqttscope-wire --example dissect -- 32 08 00 01 61 00 07 00 68 69`.

use std::error::Error;

use mqttscope_wire::{Context, ProtocolVersion, Value, dissect, explain, packets};

fn main() -> Result<(), Box<dyn Error>> {
    let text: String = std::env::args().skip(1).collect();
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16))
        .collect::<Result<Vec<u8>, _>>()?;

    for at in packets(&bytes, Context::new(ProtocolVersion::V5)) {
        let packet = bytes.get(at.offset..at.offset + at.len).unwrap_or_default();
        let dissection = dissect(packet, Context::new(at.version));
        println!(
            "{} of {} bytes, MQTT {}",
            at.packet_type.name(),
            at.len,
            at.version.name()
        );
        for (index, node) in dissection.tree.nodes().iter().enumerate() {
            let value = match node.value {
                Value::Group => String::new(),
                Value::Number(number) => number.to_string(),
                Value::Text => explain::shown(dissection.tree.content(index, packet), 60),
                Value::Bytes => format!("{:02x?}", node.span.slice(packet)),
            };
            let meaning = explain::value(&dissection.tree, index, packet, dissection.version);
            println!(
                "{:indent$}{} (bits {}..{}) {value} {}",
                "",
                node.field.name_in(dissection.version),
                node.span.start,
                node.span.end(),
                meaning.unwrap_or_default(),
                indent = 2 + 2 * usize::from(node.depth),
            );
        }
        for diagnostic in &dissection.diagnostics {
            println!(
                "  {:?}: {} ({})",
                diagnostic.severity(),
                diagnostic.message(packet),
                diagnostic.rule.name()
            );
        }
    }
    Ok(())
}
