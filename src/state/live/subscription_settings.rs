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
        "The filter behind the group is missing: $share/group/filter."
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
                hint: "+ is one level, # is all below; $share/group/filter shares",
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
                hint: "Retain Handling",
                applies: always,
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
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_a_server_must_refuse_is_refused_here() {
        for filter in ["#", "a/#", "+", "+/b/+", "$share/g/a/#", "/", "a b"] {
            assert_eq!(check_filter(filter), Ok(()), "{filter}");
        }
        let long = "a".repeat(65_536);
        for (filter, says) in [
            ("", "Enter a Topic Filter"),
            ("a#", "# must"),
            ("#/a", "# must"),
            ("a/b+", "+ must"),
            ("a+/b", "+ must"),
            ("$share/g/a+/#", "+ must"),
            ("$share/", "name of the group is missing"),
            ("$share//a", "name of the group is missing"),
            ("$share/g", "behind the group"),
            ("$share/g/", "behind the group"),
            ("$share/+/a", "may not hold + or #"),
            ("a\0", "U+0000"),
            (&long, "65,535"),
        ] {
            let told = check_filter(filter).unwrap_err();
            assert!(told.contains(says) && !told.contains('`'), "{told}");
        }
    }

    #[test]
    fn every_option_is_written_as_it_is_read() {
        let table = [
            ("topic-filter", "a/+"),
            ("maximum-qos", "2"),
            ("no-local", "yes"),
            ("retain-as-published", "yes"),
            ("retain-handling", "1"),
            ("subscription-identifier", "9"),
            ("subscribe-user-properties", "a = 1"),
        ];
        let settings: Vec<_> = SUBSCRIPTION
            .iter()
            .flat_map(|group| group.settings)
            .collect();
        assert_eq!(settings.len(), table.len());
        let mut draft = SubscriptionDraft::default();
        for (id, text) in table {
            let setting = settings.iter().find(|setting| setting.id == id).unwrap();
            (setting.set)(&mut draft, text).unwrap();
            assert_eq!((setting.get)(&draft), text);
        }
        assert!((settings[5].set)(&mut draft, "268435456").is_err());
    }
}
