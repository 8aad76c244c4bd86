//! What may be put into a packet and taken out of it.

use mqttscope_wire::{
    Dissection, Field, Node, PacketType, PropertyId, PropertyOwner, Tree, varint,
};

use super::EditError;
use super::kind::{Editable, editable, prefixed, property_default};
use super::patch::Patch;
use super::structure::{announce, end};
use crate::build::properties_for;

/// Something that a packet has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Addition {
    /// A property of the packet.
    Property(PropertyId),
    /// A property of the will.
    WillProperty(PropertyId),
    /// A will, with its topic and payload.
    Will,
    /// A user name.
    UserName,
    /// A password.
    Password,
    /// One more topic filter, with options in a SUBSCRIBE.
    TopicFilter,
    /// One more reason code, or the one that was left out.
    ReasonCode,
    /// A payload.
    Payload,
}

impl Addition {
    /// What a menu calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Property(id) | Self::WillProperty(id) => id.name(),
            Self::Will => "Will",
            Self::UserName => Field::UserName.name(),
            Self::Password => Field::Password.name(),
            Self::TopicFilter => Field::TopicFilter.name(),
            Self::ReasonCode => Field::ReasonCode.name(),
            Self::Payload => Field::Payload.name(),
        }
    }

    /// What a menu says beside the name: the same property may be one of the packet or of the will.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Property(_) => "property",
            Self::WillProperty(_) => "property of the will",
            _ => "",
        }
    }
}

/// All that may be added to the packet without breaking a rule, in the order of a menu.
#[must_use]
pub fn additions(dissection: &Dissection) -> Vec<Addition> {
    let tree = &dissection.tree;
    let v5 = dissection.version.is_v5();
    let mut out = Vec::new();
    let absent = |field| tree.find(field).is_none();
    match dissection.packet_type {
        PacketType::Connect if tree.find(Field::ClientIdentifier).is_some() => {
            if absent(Field::WillTopic) {
                out.push(Addition::Will);
            }
            if absent(Field::UserName) {
                out.push(Addition::UserName);
            }
            if absent(Field::Password) && (v5 || !absent(Field::UserName)) {
                out.push(Addition::Password);
            }
        }
        PacketType::Publish if absent(Field::ApplicationMessage) => out.push(Addition::Payload),
        PacketType::Subscribe | PacketType::Unsubscribe => out.push(Addition::TopicFilter),
        PacketType::Suback => out.push(Addition::ReasonCode),
        PacketType::Unsuback if v5 => out.push(Addition::ReasonCode),
        kind if v5 && may_be_short(kind) && absent(Field::ReasonCode) => {
            out.push(Addition::ReasonCode)
        }
        _ => {}
    }
    if v5 {
        let owner = PropertyOwner::Packet(dissection.packet_type);
        if properties_place(dissection).is_some() {
            let held = held(tree, Field::Properties);
            let ids = properties_for(owner)
                .into_iter()
                .filter(|&id| id.may_repeat_in(owner) || !holds(&held, id));
            out.extend(ids.map(Addition::Property));
        }
        if tree.find(Field::WillProperties).is_some() {
            let owner = PropertyOwner::Will;
            let held = held(tree, Field::WillProperties);
            let ids = properties_for(owner)
                .into_iter()
                .filter(|&id| id.may_repeat_in(owner) || !holds(&held, id));
            out.extend(ids.map(Addition::WillProperty));
        }
    }
    out
}

/// The fields of a property block, each once.
fn held(tree: &Tree, group: Field) -> Vec<Field> {
    let Some(group) = tree.find(group) else {
        return Vec::new();
    };
    let mut held = Vec::new();
    for (_, node) in tree.children(group) {
        if !held.contains(&node.field) {
            held.push(node.field);
        }
    }
    held
}

fn holds(held: &[Field], id: PropertyId) -> bool {
    id.field().is_some_and(|field| held.contains(&field))
}

/// Whether reason code and properties may be left out at the end.
const fn may_be_short(packet_type: PacketType) -> bool {
    matches!(
        packet_type,
        PacketType::Puback
            | PacketType::Pubrec
            | PacketType::Pubrel
            | PacketType::Pubcomp
            | PacketType::Disconnect
            | PacketType::Auth
    )
}

/// Where a property goes: byte, owner, and what must come before it when the block is not there.
fn properties_place(dissection: &Dissection) -> Option<(usize, Option<usize>, Vec<u8>)> {
    let tree = &dissection.tree;
    if let Some(group) = tree.find(Field::Properties) {
        let node = tree.get(group)?;
        tree.nodes()
            .get(group..tree.end_of(group))?
            .iter()
            .find(|node| node.field == Field::PropertyLength)?;
        return Some((node.span.bytes().1, Some(group), Vec::new()));
    }
    if !dissection.version.is_v5() || !may_be_short(dissection.packet_type) {
        return None;
    }
    let (at, mut before) = match tree.find(Field::ReasonCode) {
        Some(reason) => (tree.get(reason)?.span.bytes().1, Vec::new()),
        None => (short_end(dissection)?, vec![0]),
    };
    // The length of the block, written by the caller's count of one property.
    before.push(0);
    Some((at, None, before))
}

/// The end of a packet that ends before its reason code.
fn short_end(dissection: &Dissection) -> Option<usize> {
    let tree = &dissection.tree;
    let last = match dissection.packet_type {
        PacketType::Disconnect | PacketType::Auth => Field::RemainingLength,
        _ => Field::PacketIdentifier,
    };
    let node = tree.get(tree.find(last)?)?;
    Some(node.span.bytes().1)
}

/// Adds something with a value that breaks no rule, to be changed by [`super::set`].
///
/// # Errors
/// The packet has no place for it, or would grow too long.
pub fn add(
    packet: &[u8],
    dissection: &Dissection,
    addition: Addition,
) -> Result<Vec<u8>, EditError> {
    let tree = &dissection.tree;
    let no_place = || EditError::NoPlace {
        name: addition.name(),
    };
    let mut patch = Patch::new(packet, tree);
    match addition {
        Addition::Property(id) => {
            let (at, owner, mut bytes) = properties_place(dissection).ok_or_else(no_place)?;
            let property = property(id);
            if let Some(length) = bytes.last_mut() {
                *length = u8::try_from(property.len()).unwrap_or(0x7f);
            }
            bytes.extend(property);
            patch.insert(at, bytes, owner);
        }
        Addition::WillProperty(id) => {
            let group = tree.find(Field::WillProperties).ok_or_else(no_place)?;
            let at = tree.get(group).ok_or_else(no_place)?.span.bytes().1;
            patch.insert(at, property(id), Some(group));
        }
        Addition::Will | Addition::UserName | Addition::Password => {
            let flag = match addition {
                Addition::Will => Field::WillFlag,
                Addition::UserName => Field::UserNameFlag,
                _ => Field::PasswordFlag,
            };
            tree.find(flag).ok_or_else(no_place)?;
            announce(&mut patch, tree, dissection.version, flag, true);
        }
        Addition::TopicFilter => {
            let mut bytes = prefixed(b"topic");
            match dissection.packet_type {
                PacketType::Subscribe => bytes.push(0),
                PacketType::Unsubscribe => {}
                _ => return Err(no_place()),
            }
            patch.insert(list_end(tree), bytes, None);
        }
        Addition::ReasonCode => match dissection.packet_type {
            PacketType::Suback | PacketType::Unsuback => {
                patch.insert(list_end(tree), vec![0], None)
            }
            kind if may_be_short(kind) && tree.find(Field::ReasonCode).is_none() => {
                patch.insert(short_end(dissection).ok_or_else(no_place)?, vec![0], None);
            }
            _ => return Err(no_place()),
        },
        Addition::Payload => {
            if dissection.packet_type != PacketType::Publish
                || tree.find(Field::ApplicationMessage).is_some()
            {
                return Err(no_place());
            }
            patch.insert(end(tree), b"payload".to_vec(), None);
        }
    }
    patch.finish()
}

/// Where [`add`] put something, in the dissection of what came of it: the first field of it that can be changed.
#[must_use]
pub fn added(dissection: &Dissection, addition: Addition) -> Option<usize> {
    let tree = &dissection.tree;
    let last = |field: Field| tree.nodes().iter().rposition(|node| node.field == field);
    let property = |group: Field, id: PropertyId| {
        let (group, field) = (tree.find(group)?, id.field()?);
        let found = tree.children(group).filter(|(_, node)| node.field == field);
        found.last().map(|(at, _)| at)
    };
    let at = match addition {
        Addition::Property(id) => property(Field::Properties, id),
        Addition::WillProperty(id) => property(Field::WillProperties, id),
        Addition::Will => tree.find(Field::WillTopic),
        Addition::UserName => tree.find(Field::UserName),
        Addition::Password => tree.find(Field::Password),
        Addition::TopicFilter => last(Field::TopicFilter),
        Addition::ReasonCode => last(Field::ReasonCode),
        Addition::Payload => tree.find(Field::ApplicationMessage),
    }?;
    let can_be_changed = |node: &usize| {
        let is_identifier = |found: &Node| found.field == Field::PropertyIdentifier;
        editable(dissection, *node) != Editable::No && !tree.get(*node).is_some_and(is_identifier)
    };
    (at..tree.end_of(at)).find(can_be_changed)
}

/// A property as it is written.
fn property(id: PropertyId) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint::write(id.0, &mut bytes);
    bytes.extend(property_default(id));
    bytes
}

/// The end of the list in a payload, before what could not be read of it.
fn list_end(tree: &Tree) -> usize {
    let last = tree
        .nodes()
        .iter()
        .rfind(|node| !matches!(node.field, Field::Unread | Field::LeftOver));
    last.map_or(0, |node| node.span.bytes().1)
}

/// What taking a node out means.
enum Removal {
    /// Its bytes.
    Bytes,
    /// The flag that announces it.
    Flag(Field),
}

fn removal(dissection: &Dissection, node: usize) -> Option<Removal> {
    let tree = &dissection.tree;
    let found = tree.get(node)?;
    let parent = tree
        .parent(node)
        .and_then(|parent| tree.get(parent))
        .map(|parent| parent.field);
    if PropertyId::of_field(found.field).is_some()
        && matches!(parent, Some(Field::Properties | Field::WillProperties))
    {
        return Some(Removal::Bytes);
    }
    match found.field {
        Field::UserName => Some(Removal::Flag(Field::UserNameFlag)),
        Field::Password => Some(Removal::Flag(Field::PasswordFlag)),
        Field::WillProperties | Field::WillTopic | Field::WillPayload => {
            Some(Removal::Flag(Field::WillFlag))
        }
        Field::Subscription | Field::ApplicationMessage | Field::Unread | Field::LeftOver => {
            Some(Removal::Bytes)
        }
        Field::TopicFilter if parent != Some(Field::Subscription) => Some(Removal::Bytes),
        Field::ReasonCode => {
            let list = matches!(
                dissection.packet_type,
                PacketType::Suback | PacketType::Unsuback
            );
            let last =
                may_be_short(dissection.packet_type) && tree.find(Field::Properties).is_none();
            (list || last).then_some(Removal::Bytes)
        }
        Field::Properties if may_be_short(dissection.packet_type) => Some(Removal::Bytes),
        _ => None,
    }
}

/// Whether [`remove`] takes the node out.
#[must_use]
pub fn is_removable(dissection: &Dissection, node: usize) -> bool {
    removal(dissection, node).is_some()
}

/// Takes a property, a filter, a code, a will, a payload … out; a CONNECT's flags follow.
///
/// # Errors
/// The packet has no meaning without it.
pub fn remove(packet: &[u8], dissection: &Dissection, node: usize) -> Result<Vec<u8>, EditError> {
    let tree = &dissection.tree;
    let found = tree.get(node).ok_or(EditError::NoSuchField)?;
    let mut patch = Patch::new(packet, tree);
    match removal(dissection, node) {
        Some(Removal::Bytes) => patch.remove(node),
        Some(Removal::Flag(flag)) => announce(&mut patch, tree, dissection.version, flag, false),
        None => {
            return Err(EditError::NotRemovable {
                name: found.field.name_in(dissection.version),
            });
        }
    }
    patch.finish()
}
