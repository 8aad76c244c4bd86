//! Where in the app the address points: everything behind the `#`, so that any static host does.

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// Bytes in, every field out.
    #[default]
    Dissect,
    /// Connections and their wire.
    Live,
    /// Handshakes drawn.
    Flows,
}

impl Page {
    /// Every page, as they stand in the header.
    pub const ALL: [Self; 3] = [Self::Dissect, Self::Live, Self::Flows];

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Dissect => "Dissect",
            Self::Live => "Live",
            Self::Flows => "Flows",
        }
    }

    /// Its address.
    #[must_use]
    pub const fn hash(self) -> &'static str {
        match self {
            Self::Dissect => "#/dissect",
            Self::Live => "#/live",
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
    /// What stands behind `?`, if anything: a share link's content.
    pub shared: Option<String>,
}

impl Route {
    /// Reads `location.hash`. What it does not know leads to the start page.
    #[must_use]
    pub fn of_hash(hash: &str) -> Self {
        let (address, shared) = hash.split_once('?').unwrap_or((hash, ""));
        Page::ALL
            .into_iter()
            .find(|page| page.hash() == address)
            .map_or_else(Self::default, |page| Self {
                page,
                shared: (!shared.is_empty()).then(|| shared.to_owned()),
            })
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
            ("#/flows?s=a?b", Page::Flows, Some("s=a?b")),
            ("#/unknown?b=EAA", Page::Dissect, None),
        ];
        for (hash, page, shared) in table {
            let route = Route {
                page,
                shared: shared.map(str::to_owned),
            };
            assert_eq!(Route::of_hash(hash), route, "{hash}");
        }
        for page in Page::ALL {
            let route = Route::of_hash(&page.hash_with(Some("b=1")));
            assert_eq!((route.page, route.shared.as_deref()), (page, Some("b=1")));
        }
    }
}
