//! Where in the app the address points: everything behind the `#`, so that any static host does.

/// A page, with what its address says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The Dissect page; what stands behind `?`, if anything, is a share link's content.
    Dissect(Option<String>),
}

/// The address of the Dissect page.
pub(crate) const DISSECT: &str = "#/dissect";

impl Route {
    /// Reads `location.hash`. What it does not know leads to the start page.
    pub(crate) fn of_hash(hash: &str) -> Self {
        let shared = hash
            .strip_prefix(DISSECT)
            .and_then(|rest| rest.strip_prefix('?'));
        Self::Dissect(shared.filter(|text| !text.is_empty()).map(str::to_owned))
    }
}

/// The address of a share link's content.
pub(crate) fn dissect_hash(shared: Option<&str>) -> String {
    shared.map_or_else(
        || DISSECT.to_owned(),
        |shared| format!("{DISSECT}?{shared}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_routes() {
        let table = [
            ("", None),
            ("#/", None),
            ("#/dissect", None),
            ("#/dissect?", None),
            ("#/dissect?b=EAA", Some("b=EAA")),
            ("#/unknown?b=EAA", None),
        ];
        for (hash, shared) in table {
            assert_eq!(
                Route::of_hash(hash),
                Route::Dissect(shared.map(str::to_owned)),
                "{hash}"
            );
        }
        assert_eq!(
            Route::of_hash(&dissect_hash(Some("b=1"))),
            Route::Dissect(Some("b=1".into()))
        );
    }
}
