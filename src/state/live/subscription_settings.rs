//! Everything that can be set for a subscription.

use mqttscope_engine::protocol::SubscriptionDraft;

use super::form::{Group, Kind, Setting, number_text, optional, pairs, pairs_text, yes};
use super::message_settings::QOS;

/// How many colours a filter can have.
pub const COLOURS: u8 = 6;

const fn always(_: &SubscriptionDraft) -> bool {
    true
}

/// What is wrong with a Topic Filter.
///
/// # Errors
/// A sentence.
pub fn check_filter(filter: &str) -> Result<(), String> {
    let levels: Vec<_> = filter.split('/').collect();
    let last = levels.len().saturating_sub(1);
    if filter.is_empty() {
        return Err("Enter a Topic Filter; `#` matches every topic.".into());
    }
    for (index, level) in levels.into_iter().enumerate() {
        if level.contains('#') && (level != "#" || index != last) {
            return Err("`#` must be the last level, on its own: `a/#`.".into());
        }
        if level.contains('+') && level != "+" {
            return Err("`+` must be a whole level: `a/+/b`.".into());
        }
    }
    Ok(())
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
        for filter in ["", "a#", "#/a", "a/b+", "a+/b"] {
            assert!(check_filter(filter).is_err(), "{filter}");
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
