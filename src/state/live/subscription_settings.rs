//! Everything that can be set for a subscription.

use mqttscope_protocol::SubscriptionDraft;
use mqttscope_wire::TopicFilter;

use super::form::{Group, Kind, Setting, number_text, optional, pairs, pairs_text, yes};
use super::message_settings::QOS;

/// How many colours a filter can have.
pub const COLOURS: u8 = 6;

const fn always(_: &SubscriptionDraft) -> bool {
    true
}

/// Whether it is shared, as version 5 has it.
fn is_shared(draft: &SubscriptionDraft) -> bool {
    draft.topic_filter.starts_with("$share/")
}

/// What is wrong with a subscription whose settings are right one by one.
///
/// # Errors
/// A sentence.
pub fn check_subscription(draft: &SubscriptionDraft, is_v5: bool) -> Result<(), String> {
    //= [MQTT-3.8.3-4] v5: No Local on a shared subscription is a Protocol Error
    if is_v5 && draft.no_local && is_shared(draft) {
        return Err("No Local is not allowed on a shared subscription: turn it off.".into());
    }
    Ok(())
}

/// What is wrong with a Topic Filter. Whether something is, the codec says, as it does when the filter is
/// sent; here are the words.
///
/// # Errors
/// A sentence.
pub fn check_filter(filter: &str) -> Result<(), String> {
    if TopicFilter::new(filter).is_some() {
        return Ok(());
    }
    let shared = filter.strip_prefix("$share/");
    let says = if filter.is_empty() {
        "Enter a Topic Filter; # matches every topic."
    } else if filter.contains('\0') {
        "A Topic Filter may not hold the character U+0000."
    } else if filter.len() > usize::from(u16::MAX) {
        "A Topic Filter has 65,535 bytes at most."
    } else if shared.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        "The name of the group is missing: $share/group/filter."
    } else if shared.is_some_and(|rest| rest.split_once('/').is_none_or(|(_, of)| of.is_empty())) {
        "The filter after the group is missing: $share/group/filter."
    } else if shared.is_some_and(|rest| {
        let name = rest.split_once('/').map_or(rest, |(name, _)| name);
        name.contains(['+', '#'])
    }) {
        "The name of the group may not hold + or #."
    } else if is_hash_misplaced(filter) {
        "# must be the last level, on its own: a/#."
    } else {
        "+ must be a whole level: a/+/b."
    };
    Err(says.into())
}

/// Whether a # stands elsewhere than alone in the last level.
fn is_hash_misplaced(filter: &str) -> bool {
    let before = filter.strip_suffix('#').unwrap_or(filter);
    before.contains('#')
        || (before.len() < filter.len() && !before.is_empty() && !before.ends_with('/'))
}

/// All of them; the second group is of version 5.
pub static SUBSCRIPTION: [Group<SubscriptionDraft>; 2] = [
    Group {
        title: "",
        folded: false,
        settings: &[
            Setting {
                id: "topic-filter",
                label: "Topic Filter",
                hint: "+ is one level, a/# is a and all below; $share/group/filter shares",
                kind: Kind::Text,
                applies: always,
                get: |s| s.topic_filter.clone(),
                set: |s, text| {
                    check_filter(text)?;
                    s.topic_filter = text.into();
                    Ok(())
                },
            },
            Setting {
                id: "maximum-qos",
                label: "Maximum QoS",
                hint: "",
                kind: QOS,
                applies: always,
                get: |s| s.qos.to_string(),
                set: |s, text| {
                    s.qos = optional(text, 0..=2)?.unwrap_or(0);
                    Ok(())
                },
            },
        ],
    },
    Group {
        title: "More (MQTT 5)",
        folded: true,
        settings: &[
            Setting {
                id: "no-local",
                label: "No Local: not what this client publishes",
                hint: "",
                kind: Kind::Check,
                applies: always,
                get: |s| yes(s.no_local),
                set: |s, text| {
                    s.no_local = text == "yes";
                    Ok(())
                },
            },
            Setting {
                id: "retain-as-published",
                label: "Retain As Published",
                hint: "",
                kind: Kind::Check,
                applies: always,
                get: |s| yes(s.retain_as_published),
                set: |s, text| {
                    s.retain_as_published = text == "yes";
                    Ok(())
                },
            },
            Setting {
                id: "retain-handling",
                label: "Retained messages",
                hint: "Retain Handling; none are sent to a shared subscription",
                applies: |s| !is_shared(s),
                kind: Kind::Choice(&[
                    ("0", "are sent"),
                    ("1", "only if the subscription is new"),
                    ("2", "are not sent"),
                ]),
                get: |s| s.retain_handling.to_string(),
                set: |s, text| {
                    s.retain_handling = optional(text, 0..=2)?.unwrap_or(0);
                    Ok(())
                },
            },
            Setting {
                id: "subscription-identifier",
                label: "Subscription Identifier",
                hint: "1 or more; empty: none",
                kind: Kind::Number,
                applies: always,
                get: |s| number_text(s.subscription_identifier),
                set: |s, text| {
                    s.subscription_identifier = optional(text, 1..=268_435_455)?;
                    Ok(())
                },
            },
            Setting {
                id: "subscribe-user-properties",
                label: "User Properties",
                hint: "a line each: name = value",
                kind: Kind::Pairs,
                applies: always,
                get: |s| pairs_text(&s.user_properties),
                set: |s, text| {
                    s.user_properties = pairs(text)?;
                    Ok(())
                },
            },
        ],
    },
];

#[cfg(test)]
mod tests;
