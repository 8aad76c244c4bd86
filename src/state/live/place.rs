//! What the address says of the Live page: what stands in the middle, and what is searched for.

use std::rc::Rc;

use super::Tab;
use crate::route::{Page, Route};

/// What is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// What stands in the middle.
    pub tab: Tab,
    /// See [`super::Live::search`].
    pub search: Rc<str>,
}

impl Place {
    /// What an address says; none: nothing of this.
    #[must_use]
    pub fn of(route: &Route) -> Option<Self> {
        let tab = route.value("tab");
        let search = route.value("filter");
        if tab.is_none() && search.is_none() {
            return None;
        }
        let name = tab.unwrap_or_default();
        let mut tabs = Tab::ALL.into_iter();
        let tab = tabs.find(|tab| tab.name().eq_ignore_ascii_case(&name));
        Some(Self {
            tab: tab.unwrap_or_default(),
            search: decode(&search.unwrap_or_default()).into(),
        })
    }

    /// Its address; what else the address now carries stays.
    #[must_use]
    pub fn hash(&self, now: &Route) -> String {
        let ours = ["tab=", "filter="];
        let parts = now.shared.as_deref().unwrap_or_default().split('&');
        let is_other =
            |part: &&str| !part.is_empty() && !ours.iter().any(|it| part.starts_with(it));
        let mut parts: Vec<String> = parts.filter(is_other).map(str::to_owned).collect();
        parts.push(format!("tab={}", self.tab.name().to_ascii_lowercase()));
        if !self.search.is_empty() {
            parts.push(format!("filter={}", encode(&self.search)));
        }
        Page::Live.hash_with(Some(&parts.join("&")))
    }
}

/// The text, if it is a Topic Filter with a wildcard: `+` and `#` stand for whole levels, `#` for the last one.
#[must_use]
pub fn topic_filter(text: &str) -> Option<&str> {
    let text = text.trim();
    let mut levels = text.split('/').rev();
    let is_right = |level: &str| level == "+" || !level.contains(['+', '#']);
    let last = levels.next()?;
    let is_filter = (last == "#" || is_right(last)) && levels.all(is_right);
    let has_wildcard = text.contains(['+', '#']);
    (is_filter && has_wildcard && !text.contains(char::is_whitespace) && !text.contains(':'))
        .then_some(text)
}

/// Percent-encoding of all but what every browser leaves as it is behind `#`.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:,+".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The text behind percent-encoding. What is none stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| first == b'%');
        let digits = digits.and_then(|digits| core::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = match byte {
            Some(_) => behind.get(2..).unwrap_or_default(),
            None => behind,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_comes_back_from_its_address() {
        for search in [
            "",
            "plant/#",
            "mqtt.qos == 1 && !answered",
            "100 % ä=b&c",
            "%41",
        ] {
            for tab in Tab::ALL {
                let place = Place {
                    tab,
                    search: search.into(),
                };
                let hash = place.hash(&Route::of_hash("#/live?tab=wire&filter=x"));
                assert_eq!(Place::of(&Route::of_hash(&hash)), Some(place), "{hash}");
            }
        }
        let bare = ["#/live", "#/live?companion=0f&bridge=1", "#/live?tab="];
        for hash in bare {
            assert_eq!(Place::of(&Route::of_hash(hash)), None, "{hash}");
        }
        let place = Place::default();
        assert_eq!(
            place.hash(&Route::of_hash("#/live?companion=0f&tab=flows")),
            "#/live?companion=0f&tab=wire"
        );
        let unknown = Place::of(&Route::of_hash("#/live?tab=x&filter=%zz"));
        assert_eq!(
            unknown.map(|it| (it.tab, it.search)),
            Some((Tab::Wire, "%zz".into()))
        );
    }

    #[test]
    fn a_topic_filter_is_known_by_its_wildcards() {
        for text in ["plant/#", "+/state", "#", " a/+/b ", "$SYS/#"] {
            assert_eq!(topic_filter(text), Some(text.trim()));
        }
        for text in [
            "plant",
            "c++",
            "a#",
            "#/a",
            "a/#b",
            "topic:a/#",
            "a + b",
            "",
        ] {
            assert_eq!(topic_filter(text), None, "{text}");
        }
    }
}
