//! What of a page of packets stands in its address: a link or a reload brings it back.

use std::rc::Rc;

use super::{Tab, used_filters};
use crate::route::{Page, Route};

/// Names of what this is in the address.
const NAMES: [&str; 3] = ["tab", "filter", "part"];

/// Bytes of the longest filter that stands there.
const LONGEST: usize = 2_000;

/// Where a person is on such a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// What stands in the middle.
    pub tab: Tab,
    /// The filter, as it is typed.
    pub search: Rc<str>,
    /// The part that is shown, where one is shown at a time and it is not the usual one.
    pub part: Option<String>,
}

impl Place {
    /// What an address says; none: nothing of it, as that of the page alone.
    #[must_use]
    pub fn of(route: &Route) -> Option<Self> {
        let name = route.value(NAMES[0])?;
        let mut tabs = Tab::ALL.into_iter();
        let tab = tabs.find(|tab| tab.name().eq_ignore_ascii_case(&name))?;
        let search = route.value(NAMES[1]).and_then(|text| decoded(&text));
        Some(Self {
            tab,
            search: search.unwrap_or_default().into(),
            part: route.value(NAMES[2]),
        })
    }

    /// The address of it on a page. What else `route` says stays.
    #[must_use]
    pub fn hash(&self, page: Page, route: &Route) -> String {
        let is_other = |part: &&str| {
            let name = part.split('=').next().unwrap_or_default();
            !part.is_empty() && !NAMES.contains(&name)
        };
        let before = route.shared.as_deref().unwrap_or_default();
        let mut parts: Vec<String> = (before.split('&').filter(is_other))
            .map(str::to_owned)
            .collect();
        parts.push(format!("{}={}", NAMES[0], self.tab.name().to_lowercase()));
        // Addresses are kept and handed on, which secrets are not to be.
        let is_fit = self.search.len() <= LONGEST && !used_filters::is_secret(&self.search);
        if !self.search.is_empty() && is_fit {
            parts.push(format!("{}={}", NAMES[1], encoded(&self.search)));
        }
        parts.extend((self.part.iter()).map(|part| format!("{}={part}", NAMES[2])));
        page.hash_with(Some(&parts.join("&")))
    }
}

/// Everything but letters, digits and some signs by its bytes, as addresses have it.
pub(super) fn encoded(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/:!*(),".contains(&byte) {
            all.push(char::from(byte));
        } else {
            all.push_str(&format!("%{byte:02X}"));
        }
    }
    all
}

/// None: a person has changed it into something that is no text.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        bytes.push(match (first, behind.first_chunk::<2>()) {
            (b'%', Some(digits)) => {
                rest = behind.get(2..)?;
                u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?
            }
            _ => first,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_brings_back_what_it_was_made_of() {
        for search in ["", "mqtt.qos == 1 && !answered", "topic:a/#", "50 % = ü&b?"] {
            for part in [None, Some("packet".to_owned())] {
                let place = Place {
                    tab: Tab::Findings,
                    search: search.into(),
                    part,
                };
                let route = Route::of_hash("#/captures?companion=0f&tab=wire&filter=old");
                let hash = place.hash(Page::Captures, &route);
                let route = Route::of_hash(&hash);
                assert_eq!(Place::of(&route).as_ref(), Some(&place), "{hash}");
                assert_eq!(route.value("companion").as_deref(), Some("0f"));
                assert!(
                    !hash.contains(['#', ' ']) || hash.rfind('#') == Some(0),
                    "{hash}"
                );
            }
        }
        let secret = Place {
            search: "mqtt.passwd == \"x\"".into(),
            ..Place::default()
        };
        let hash = secret.hash(Page::Live, &Route::default());
        assert_eq!(hash, "#/live?tab=wire");
        let says = |hash: &str| Place::of(&Route::of_hash(hash));
        assert_eq!(says("#/captures"), None);
        assert_eq!(says("#/captures?companion=0f"), None);
        assert_eq!(says("#/captures?tab=other"), None);
        // Browsers keep a sign that somebody typed.
        let typed = says("#/captures?tab=wire&filter=a%20b%zz").map(|place| place.search);
        assert_eq!(typed.as_deref(), Some(""));
    }
}
