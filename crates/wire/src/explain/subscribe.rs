//! Topic filters and the options of a subscription.

use alloc::{format, string::String};

use super::words::{shown, text_size};
use super::{At, Meaning, fixed};
use crate::{Field, Value};

pub(super) fn value(at: At<'_>) -> Meaning {
    match at.node.field {
        Field::TopicFilter => filter(at.content(), at.version.is_v5()),
        Field::Subscription => subscription(at),
        Field::SubscriptionOptions => options(at),
        Field::MaximumQoSOption => fixed(match at.number()? {
            0 => "messages come at most once",
            1 => "messages come with QoS 0 or 1",
            2 => "messages come with the QoS they were published with",
            _ => "no such QoS: 0, 1 and 2 are all there are",
        }),
        Field::NoLocal => fixed(match at.number()? {
            0 => "the client also gets what it publishes itself",
            _ => "the client does not get what it publishes itself",
        }),
        Field::RetainAsPublished => fixed(match at.number()? {
            0 => "new messages arrive with RETAIN 0",
            _ => "messages arrive with RETAIN as published",
        }),
        Field::RetainHandling if is_shared(at) => {
            fixed("of no effect: no retained message is sent to a shared subscription")
        }
        Field::RetainHandling => fixed(match at.number()? {
            0 => "retained messages come at every SUBSCRIBE",
            1 => "retained messages come if the subscription is new",
            2 => "retained messages do not come",
            _ => "3 is not allowed",
        }),
        Field::SharePrefix => fixed("marks a shared subscription"),
        Field::ShareName => Some(text_size(at.content()).into()),
        Field::ShareSeparator => fixed("the filter begins behind it"),
        _ => None,
    }
}

/// Which topics a filter matches; `shared`: whether the version has shared subscriptions.
fn filter(content: &[u8], shared: bool) -> Meaning {
    if let Some(behind) = content.strip_prefix(b"$share/")
        && shared
    {
        let slash = behind
            .iter()
            .position(|&byte| byte == b'/')
            .unwrap_or(behind.len());
        let (name, rest) = behind.split_at_checked(slash).unwrap_or_default();
        let topics = topics(rest.strip_prefix(b"/").unwrap_or_default());
        if name.is_empty() {
            return fixed("a shared subscription without a share name");
        }
        return Some(format!("one of group {} gets each; {topics}", shown(name, 16)).into());
    }
    fixed(topics(content))
}

fn topics(filter: &[u8]) -> &'static str {
    let plus = filter
        .split(|&byte| byte == b'/')
        .any(|level| level == b"+");
    let wild = filter.iter().any(|&byte| matches!(byte, b'+' | b'#'));
    match filter {
        [] => "empty: a filter has at least one character",
        b"#" => "every topic, except those that begin with $",
        [.., b'/', b'#'] if plus => "any one level for each +, and all below",
        [.., b'/', b'#'] => "this topic and all below",
        _ if plus => "any one level for each +",
        _ if wild => "+ and # stand for whole levels only, # for the last",
        _ => "exactly this topic",
    }
}

/// The filter with its QoS.
fn subscription(at: At<'_>) -> Meaning {
    let (index, _) = at
        .children()
        .find(|(_, node)| node.field == Field::TopicFilter)?;
    let content = at.tree.content(index, at.packet);
    if content.is_empty() {
        return None;
    }
    let name = shown(content, 40);
    let inside = at.tree.nodes().get(at.index..at.tree.end_of(at.index))?;
    let qos = inside
        .iter()
        .find(|node| node.field == Field::MaximumQoSOption)
        .map(|node| node.value);
    match qos {
        Some(Value::Number(qos)) => Some(format!("{name}, QoS {qos}").into()),
        _ => Some(name.into()),
    }
}

/// Whether an option is one of a shared subscription.
fn is_shared(at: At<'_>) -> bool {
    let mut index = at.index;
    while let Some(above) = at.tree.parent(index) {
        index = above;
        if at
            .tree
            .get(index)
            .is_some_and(|node| node.field == Field::Subscription)
        {
            let mut inside = at.tree.children(index);
            return inside.any(|(index, node)| {
                let content = at.tree.content(index, at.packet);
                node.field == Field::TopicFilter && content.starts_with(b"$share/")
            });
        }
    }
    false
}

/// The options that are not 0 and have an effect, in words.
fn options(at: At<'_>) -> Meaning {
    let mut out = String::new();
    for (_, node) in at.children() {
        let Some(number) = super::number_of(node.value) else {
            continue;
        };
        let word = match (node.field, number) {
            (Field::MaximumQoSOption, 0) => "QoS 0",
            (Field::MaximumQoSOption, 1) => "QoS 1",
            (Field::MaximumQoSOption, 2) => "QoS 2",
            (Field::MaximumQoSOption, _) => "QoS 3",
            (_, 0) => continue,
            (Field::RetainHandling, 1 | 2) if is_shared(at) => continue,
            (Field::NoLocal, _) => "not its own messages",
            (Field::RetainAsPublished, _) => "RETAIN as published",
            (Field::RetainHandling, 1) => "retained ones if new",
            (Field::RetainHandling, 2) => "no retained ones",
            (Field::RetainHandling, _) => "retain handling 3",
            (Field::OptionsReserved, _) => "reserved bits set",
            _ => continue,
        };
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(word);
    }
    if out.is_empty() {
        None
    } else {
        Some(out.into())
    }
}
