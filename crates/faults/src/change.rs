//! A packet, changed on purpose.

use mqttscope_view::edit::{self, NewValue};
use mqttscope_wire::{Context, ProtocolVersion, Sender, dissect};

use super::plan::{Change, field_name};

/// The changed packet, and what was changed in words.
///
/// # Errors
/// Why it cannot be changed so.
pub(crate) fn change(
    packet: &[u8],
    change: &Change,
    version: ProtocolVersion,
    from: Sender,
) -> Result<(Vec<u8>, String), String> {
    match change {
        Change::Byte { at, to } => {
            let before = packet
                .get(*at)
                .ok_or_else(|| format!("it has {} bytes and no byte {at}", packet.len()))?;
            let said = format!("byte {at} from 0x{before:02x} to 0x{to:02x}");
            Ok((edit::set_byte(packet, *at, *to), said))
        }
        Change::Field { name, to } => {
            let dissection = dissect(packet, Context::new(version).sent_by(from));
            let nodes = dissection.tree.nodes();
            let mut fields = nodes.iter().map(|node| node.field);
            let node = fields.position(|field| field_name(field, version) == *name);
            let node = node.ok_or_else(|| format!("it has no field {name}"))?;
            let changed = edit::set(packet, &dissection, node, NewValue::Typed(to));
            let changed = changed.map_err(|error| error.to_string())?;
            Ok((changed, format!("{name} to {to}")))
        }
    }
}
