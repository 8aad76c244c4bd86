//! A host's STATE: JSON with two members (section 6.4.27 of the specification).

use serde::Deserialize;

/// What a host says of itself. Members that the specification does not have may stand beside these.
#[derive(Deserialize)]
struct State {
    #[serde(rename = "online")]
    _online: bool,
    #[serde(rename = "timestamp")]
    _timestamp: u64,
}

/// Whether it is one.
pub(crate) fn is_state(payload: &[u8]) -> bool {
    serde_json::from_slice::<State>(payload).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_members_are_wanted() {
        for (payload, is) in [
            (&br#"{"online":true,"timestamp":1700000000000}"#[..], true),
            (br#" {"timestamp":1,"bdSeq":0,"online":false} "#, true),
            (br#"{"online":true}"#, false),
            (br#"{"online":"true","timestamp":1}"#, false),
            (br#"{"online":true,"timestamp":-1}"#, false),
            (b"ONLINE", false),
            (b"", false),
        ] {
            assert_eq!(is_state(payload), is, "{payload:?}");
        }
    }
}
