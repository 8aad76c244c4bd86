//! What the terms of MQTT mean, in a sentence each, with the section of the standard that defines them.

/// A term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// As the standard writes it.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Its section in MQTT 5.0.
    pub v5: &'static str,
    /// Its section in MQTT 3.1.1; empty: it has none.
    pub v3_1_1: &'static str,
}

const fn term(
    name: &'static str,
    meaning: &'static str,
    v5: &'static str,
    v3_1_1: &'static str,
) -> Term {
    Term {
        name,
        meaning,
        v5,
        v3_1_1,
    }
}

/// The terms, by name.
pub const TERMS: [Term; 38] = [
    term(
        "Assigned Client Identifier",
        "The identifier that the server gave to a client that connected without one.",
        "3.2.2.3.7",
        "",
    ),
    term(
        "Authentication Data",
        "Bytes of the authentication method, such as a challenge or its answer.",
        "3.1.2.11.10",
        "",
    ),
    term(
        "Authentication Method",
        "The name of the method, such as SCRAM-SHA-256, by which client and server exchange AUTH packets.",
        "3.1.2.11.9",
        "",
    ),
    term(
        "Clean Start",
        "Whether the server discards a stored session and starts a new one; before version 5 it is called Clean Session, and then also ends the session with the connection.",
        "3.1.2.4",
        "3.1.2",
    ),
    term(
        "Client Identifier",
        "The name by which the server knows a client and its session; two connections with the same one throw each other off.",
        "3.1.3.1",
        "3.1.3",
    ),
    term(
        "Content Type",
        "What the payload is, as text of the publisher's choice, usually a MIME type.",
        "3.3.2.3.9",
        "",
    ),
    term(
        "Correlation Data",
        "Bytes that the responder sends back with its response, so that the requester knows which request it answers.",
        "3.3.2.3.6",
        "",
    ),
    term(
        "DUP",
        "Set when a PUBLISH of QoS 1 or 2 may be a second attempt to deliver the same packet.",
        "3.3.1.1",
        "3.3.1",
    ),
    term(
        "Keep Alive",
        "The longest time, in seconds, between two packets of the client; the server closes the connection after one and a half times that without a packet.",
        "3.1.2.10",
        "3.1.2",
    ),
    term(
        "Maximum Packet Size",
        "The largest packet, in bytes, that the side that states it accepts.",
        "3.1.2.11.4",
        "",
    ),
    term(
        "Maximum QoS",
        "The highest QoS at which the server accepts messages and delivers them.",
        "3.2.2.3.4",
        "",
    ),
    term(
        "Message Expiry Interval",
        "How many seconds a message may wait for delivery before the server discards it.",
        "3.3.2.3.3",
        "",
    ),
    term(
        "No Local",
        "The server does not send a client's own messages back to it.",
        "3.8.3.1",
        "",
    ),
    term(
        "Packet Identifier",
        "The number that ties the packets of one exchange together; it is free again when the exchange is complete.",
        "2.2.1",
        "2.3.1",
    ),
    term(
        "Payload Format Indicator",
        "Says whether the payload is UTF-8 text or unspecified bytes.",
        "3.3.2.3.2",
        "",
    ),
    term(
        "QoS",
        "The delivery guarantee: 0 at most once, 1 at least once, 2 exactly once.",
        "4.3",
        "4.3",
    ),
    term(
        "Reason Code",
        "The byte that says how an operation ended; 0x80 and above mean failure.",
        "2.4",
        "",
    ),
    term(
        "Reason String",
        "Text for people that explains a reason code.",
        "3.2.2.3.9",
        "",
    ),
    term(
        "Receive Maximum",
        "How many messages of QoS 1 and 2 the side that states it accepts before it has acknowledged them.",
        "3.1.2.11.3",
        "",
    ),
    term(
        "Request Problem Information",
        "Whether the client wants a Reason String and User Properties where something fails.",
        "3.1.2.11.7",
        "",
    ),
    term(
        "Request Response Information",
        "Whether the client asks the server for a prefix to build response topics with.",
        "3.1.2.11.6",
        "",
    ),
    term(
        "Response Information",
        "A prefix from the server with which the client can build its response topics.",
        "3.2.2.3.15",
        "",
    ),
    term(
        "Response Topic",
        "The topic to which the response to a message is to be published.",
        "3.3.2.3.5",
        "",
    ),
    term(
        "Retain As Published",
        "Whether the server keeps the RETAIN flag as its publisher set it when it forwards a message.",
        "3.8.3.1",
        "",
    ),
    term(
        "Retain Available",
        "Whether the server stores retained messages.",
        "3.2.2.3.5",
        "",
    ),
    term(
        "RETAIN",
        "From a client it asks the server to store the message as the last one of its topic; from a server it marks such a stored message, sent on subscribing.",
        "3.3.1.3",
        "3.3.1",
    ),
    term(
        "Server Keep Alive",
        "The Keep Alive that the server sets in place of the client's.",
        "3.2.2.3.14",
        "",
    ),
    term(
        "Server Reference",
        "Another server that the client may use instead.",
        "3.2.2.3.16",
        "",
    ),
    term(
        "Session Expiry Interval",
        "How many seconds the session is stored after the connection has ended; 0 ends it with the connection.",
        "3.1.2.11.2",
        "",
    ),
    term(
        "Session Present",
        "Whether the server still had the client's session, with its subscriptions and unacknowledged messages.",
        "3.2.2.1.1",
        "3.2.2",
    ),
    term(
        "Shared Subscription Available",
        "Whether the server supports subscriptions that several clients share.",
        "3.2.2.3.13",
        "",
    ),
    term(
        "Subscription Identifier",
        "A number that the client gives a subscription and that comes back with every message that it matches.",
        "3.8.2.1.2",
        "",
    ),
    term(
        "Subscription Identifier Available",
        "Whether the server supports Subscription Identifiers.",
        "3.2.2.3.12",
        "",
    ),
    term(
        "Topic Alias Maximum",
        "The highest Topic Alias that the side that states it accepts; 0 means none.",
        "3.1.2.11.5",
        "",
    ),
    term(
        "Topic Alias",
        "A number that stands for a Topic Name on one connection and makes packets shorter.",
        "3.3.2.3.4",
        "",
    ),
    term(
        "User Property",
        "A pair of texts whose meaning is up to the application.",
        "3.1.2.11.8",
        "",
    ),
    term(
        "Wildcard Subscription Available",
        "Whether the server accepts Topic Filters with `+` and `#`.",
        "3.2.2.3.11",
        "",
    ),
    term(
        "Will Delay Interval",
        "How many seconds the server waits after the connection is lost before it publishes the Will Message.",
        "3.1.3.2.2",
        "",
    ),
];

/// The term of this name, or with which a label begins, as in `Keep Alive (seconds)`.
#[must_use]
pub fn find(label: &str) -> Option<&'static Term> {
    let is_of = |term: &&Term| {
        let rest = label.strip_prefix(term.name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',', ':', '(']))
    };
    TERMS
        .iter()
        .filter(is_of)
        .max_by_key(|term| term.name.len())
}

/// Parts of a text: those that are terms, and those between.
#[must_use]
pub fn parts(text: &str) -> Vec<(&str, Option<&'static Term>)> {
    let mut parts = Vec::new();
    let (mut plain, mut at) = (0, 0);
    while let Some(rest) = text.get(at..) {
        let Some(next) = rest.chars().next() else {
            break;
        };
        let is_start = text
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|before| !before.is_alphanumeric());
        let fits = |term: &&Term| {
            rest.strip_prefix(term.name)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        };
        let found = TERMS
            .iter()
            .filter(fits)
            .max_by_key(|term| term.name.len())
            .filter(|_| is_start);
        let Some(term) = found else {
            at = at.saturating_add(next.len_utf8());
            continue;
        };
        let end = at.saturating_add(term.name.len());
        parts.extend(
            text.get(plain..at)
                .filter(|plain| !plain.is_empty())
                .map(|plain| (plain, None)),
        );
        parts.extend(text.get(at..end).map(|name| (name, Some(term))));
        (plain, at) = (end, end);
    }
    parts.extend(
        text.get(plain..)
            .filter(|plain| !plain.is_empty())
            .map(|plain| (plain, None)),
    );
    parts
}

#[cfg(test)]
mod tests {
    use mqttscope_wire::ProtocolVersion;

    use super::*;
    use crate::standard::section_address;

    #[test]
    fn each_term_has_a_sentence_and_a_place() {
        for term in TERMS {
            assert!(
                term.meaning.ends_with('.') && !term.meaning.contains(". "),
                "{term:?}"
            );
            let address = section_address(ProtocolVersion::V5, term.v5).unwrap();
            assert!(address.contains("_Toc39"), "{term:?}");
            if !term.v3_1_1.is_empty() {
                assert!(section_address(ProtocolVersion::V3_1_1, term.v3_1_1).is_some());
            }
        }
        assert_eq!(
            TERMS
                .iter()
                .filter(|term| find(term.name) == Some(*term))
                .count(),
            TERMS.len()
        );
    }

    #[test]
    fn terms_are_found_in_labels_and_sentences() {
        let name = |label| find(label).map(|term| term.name);
        assert_eq!(name("Topic Alias Maximum"), Some("Topic Alias Maximum"));
        assert_eq!(name("Keep Alive (seconds)"), Some("Keep Alive"));
        assert_eq!(
            name("No Local: not what this client publishes"),
            Some("No Local")
        );
        assert_eq!(name("Topic"), None);
        let words = |text| {
            parts(text)
                .into_iter()
                .map(|(part, term)| (part, term.is_some()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            words("it frees Packet Identifier 1: QoS 2, DUPLICATE"),
            [
                ("it frees ", false),
                ("Packet Identifier", true),
                (" 1: ", false),
                ("QoS", true),
                (" 2, DUPLICATE", false)
            ]
        );
        assert_eq!(words("naïve – “é”"), [("naïve – “é”", false)]);
    }
}
