//! Where in the app the address points: everything behind the `#`, so that any static host does.

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Bytes in, every field out.
    #[default]
    Dissect,
    /// Connections and their wire.
    Live,
    /// Recorded files.
    Captures,
    /// Handshakes drawn.
    Flows,
}

impl Page {
    /// Every page, as they stand in the header.
    pub const ALL: [Self; 4] = [Self::Dissect, Self::Live, Self::Captures, Self::Flows];

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Dissect => "Dissect",
            Self::Live => "Live",
            Self::Captures => "Captures",
            Self::Flows => "Flows",
        }
    }

    /// Its address.
    #[must_use]
    pub const fn hash(self) -> &'static str {
        match self {
            Self::Dissect => "#/dissect",
            Self::Live => "#/live",
            Self::Captures => "#/captures",
            Self::Flows => "#/flows",
        }
    }

    /// Its address with a share link's content.
    #[must_use]
    pub fn hash_with(self, shared: Option<&str>) -> String {
        shared.map_or_else(
            || self.hash().to_owned(),
            |shared| format!("{}?{shared}", self.hash()),
        )
    }
}

/// A page, with what its address carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The page.
    pub page: Page,
    /// What follows the page after a `/`, if anything: a scenario's name.
    pub path: Option<String>,
    /// What follows `?`, if anything: a share link's content.
    pub shared: Option<String>,
}

impl Route {
    /// Reads `location.hash`. What it does not know leads to the start page.
    #[must_use]
    pub fn of_hash(hash: &str) -> Self {
        Self::find(hash).unwrap_or_default()
    }

    /// The page's name in an address that leads to none: what stands before `?`, shortened.
    #[must_use]
    pub fn unknown(hash: &str) -> Option<String> {
        let is_known = matches!(hash, "" | "#" | "#/") || Self::find(hash).is_some();
        let address = hash.split('?').next().unwrap_or_default();
        (!is_known).then(|| address.chars().take(60).collect())
    }

    fn find(hash: &str) -> Option<Self> {
        let (address, shared) = hash.split_once('?').unwrap_or((hash, ""));
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Page::ALL.into_iter().find_map(|page| {
            let path = address.strip_prefix(page.hash())?;
            let path = if path.is_empty() {
                ""
            } else {
                path.strip_prefix('/')?
            };
            Some(Self {
                page,
                path: some(path),
                shared: some(shared),
            })
        })
    }

    /// The value of a name in what follows `?`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        let mut parts = self.shared.as_deref()?.split('&');
        let value = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
        (!value.is_empty()).then(|| value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_routes() {
        let table = [
            ("", Page::Dissect, None),
            ("#/", Page::Dissect, None),
            ("#/dissect", Page::Dissect, None),
            ("#/dissect?", Page::Dissect, None),
            ("#/dissect?b=EAA", Page::Dissect, Some("b=EAA")),
            ("#/live", Page::Live, None),
            ("#/captures", Page::Captures, None),
            ("#/flows?s=a?b", Page::Flows, Some("s=a?b")),
            ("#/flows/", Page::Flows, None),
            ("#/flowsy?b=EAA", Page::Dissect, None),
            ("#/unknown?b=EAA", Page::Dissect, None),
        ];
        for (hash, page, shared) in table {
            let route = Route {
                page,
                path: None,
                shared: shared.map(str::to_owned),
            };
            assert_eq!(Route::of_hash(hash), route, "{hash}");
        }
        for (hash, says) in [
            ("#/unknown?b=EAA", Some("#/unknown")),
            ("#/flowsy", Some("#/flowsy")),
            ("#/", None),
            ("#/live?x", None),
        ] {
            assert_eq!(Route::unknown(hash).as_deref(), says);
        }
        let route = Route::of_hash("#/flows/qos2-pubrec-lost?step=3");
        assert_eq!(route.path.as_deref(), Some("qos2-pubrec-lost"));
        assert_eq!(route.shared.as_deref(), Some("step=3"));
        let route = Route::of_hash("#/captures?a=1&companion=0f&b");
        assert_eq!(route.value("companion").as_deref(), Some("0f"));
        for name in ["b", "c", "comp"] {
            assert_eq!(route.value(name), None);
        }
        for page in Page::ALL {
            let route = Route::of_hash(&page.hash_with(Some("b=1")));
            assert_eq!((route.page, route.shared.as_deref()), (page, Some("b=1")));
        }
    }
}
