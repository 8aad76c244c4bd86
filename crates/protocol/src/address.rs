//! Secrets in an address: servers take tokens in the query (signatures, JSON Web Tokens), and people
//! write `user:password@` before the host. Both are kept from where a password would be kept from.

/// Stands in an address where a secret was left out.
pub const MASK: &str = "***";

/// The address with [`MASK`] for every secret in it: what stands before an `@`, the values of the query
/// (or all of a part that has no name), and a fragment. Which parameter is a token nobody can tell by
/// its name, so none is spared.
#[must_use]
pub fn without_address_secrets(url: &str) -> String {
    let parts = Parts::of(url);
    let mut masked = parts.before.to_owned();
    if parts.user.is_some() {
        masked.push_str(MASK);
        masked.push('@');
    }
    masked.push_str(parts.place);
    if let Some(query) = parts.query {
        for (index, part) in query.split('&').enumerate() {
            masked.push(if index == 0 { '?' } else { '&' });
            match part.split_once('=') {
                // Base64 ends with signs of equality: this is no name but the secret.
                Some((_, value)) if value.trim_matches('=').is_empty() => masked.push_str(MASK),
                Some((name, _)) => {
                    masked.push_str(name);
                    masked.push('=');
                    masked.push_str(MASK);
                }
                None if part.is_empty() => {}
                None => masked.push_str(MASK),
            }
        }
    }
    if parts.fragment.is_some_and(|fragment| !fragment.is_empty()) {
        masked.push('#');
        masked.push_str(MASK);
    }
    masked
}

/// The address without its secrets and without the places where they stood.
#[must_use]
pub fn bare_address(url: &str) -> String {
    let parts = Parts::of(url);
    format!("{}{}", parts.before, parts.place)
}

/// Whether a secret was left out of this address, so that no server would take it.
#[must_use]
pub fn is_masked(url: &str) -> bool {
    let parts = Parts::of(url);
    let mut query = parts.query.into_iter().flat_map(|query| query.split('&'));
    parts.user == Some(MASK)
        || parts.fragment == Some(MASK)
        || query.any(|part| part.split_once('=').map_or(part, |(_, value)| value) == MASK)
}

/// An address, cut where its secrets are.
struct Parts<'a> {
    /// The scheme, with the slashes.
    before: &'a str,
    user: Option<&'a str>,
    /// Host, port and path.
    place: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Self {
        let (rest, fragment) = split(url, '#');
        let (rest, query) = split(rest, '?');
        // Browsers take any number of slashes here, and backslashes too.
        let is_slash = |c: char| matches!(c, '/' | '\\');
        let scheme = rest.find(':').map_or(0, |at| at.saturating_add(1));
        let behind = rest.get(scheme..).unwrap_or_default();
        let authority = behind.trim_start_matches(is_slash);
        let name = rest.get(..scheme.saturating_sub(1)).unwrap_or_default();
        let has_slashes =
            authority.len() < behind.len() && name.chars().all(|c| c.is_ascii_alphanumeric());
        // Without them, what stands before the colon may be a name.
        let (before, rest) = if has_slashes {
            rest.split_at(rest.len().saturating_sub(authority.len()))
        } else {
            ("", rest)
        };
        let end = rest.find(is_slash).unwrap_or(rest.len());
        let at = rest.get(..end).and_then(|authority| authority.rfind('@'));
        let (user, place) = match at {
            Some(at) => {
                let (user, place) = rest.split_at(at);
                (Some(user), place.trim_start_matches('@'))
            }
            None => (None, rest),
        };
        Self {
            before,
            user,
            place,
            query,
            fragment,
        }
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_and_what_stands_before_the_host_are_masked() {
        for (url, masked) in [
            ("ws://h:9001/mqtt", "ws://h:9001/mqtt"),
            ("ws://h/p@x", "ws://h/p@x"),
            ("wss://h/p?token=s3cret", "wss://h/p?token=***"),
            (
                "wss://h/mqtt?X-Amz-Date=1&X-Amz-Signature=ab",
                "wss://h/mqtt?X-Amz-Date=***&X-Amz-Signature=***",
            ),
            ("ws://h?s3cret", "ws://h?***"),
            ("ws://h/?czNjcmV0==", "ws://h/?***"),
            ("ws://h/?a=b=c&&d=", "ws://h/?a=***&&***"),
            ("ws://h/#access_token=s", "ws://h/#***"),
            ("ws://u:p@h:1/p", "ws://***@h:1/p"),
            ("ws://u:p@q@h/p", "ws://***@h/p"),
            ("ws:\\\\u:p@h\\p", "ws:\\\\***@h\\p"),
            ("ws:///u:p@h", "ws:///***@h"),
            ("u:p@h", "***@h"),
            ("ws://u:p?q@h", "ws://u:p?***"),
            ("", ""),
        ] {
            assert_eq!(without_address_secrets(url), masked, "{url}");
            assert_eq!(is_masked(masked), url != masked, "{masked}");
            assert!(!is_masked(url), "{url}");
        }
    }

    #[test]
    fn the_bare_address_is_where_it_leads() {
        for (url, bare) in [
            ("ws://u:p@h:1/p?a=b#c", "ws://h:1/p"),
            ("ws://h/", "ws://h/"),
            ("ws://h?t", "ws://h"),
        ] {
            assert_eq!(bare_address(url), bare);
        }
    }

    proptest! {
        #[test]
        fn no_secret_gets_through(
            user in "[A-Z]{4,8}(:[A-Z@]{4,8})?",
            token in "[A-Z]{4,8}={0,2}",
            more in "[A-Z]{4,8}",
        ) {
            let url = format!("wss://{user}@host:1/path?t={token}&{token}&x={more}#{more}");
            for shown in [without_address_secrets(&url), bare_address(&url)] {
                let plain = shown.chars().all(|c| !c.is_ascii_uppercase());
                prop_assert!(plain, "{} of {}", shown, url);
            }
            let masked = without_address_secrets(&url);
            prop_assert_eq!(without_address_secrets(&masked), masked.clone());
            prop_assert!(is_masked(&masked));
        }

        #[test]
        fn any_text_is_cut_without_harm(url in "[a-z:/@?#&=é\\\\*]{0,24}") {
            let masked = without_address_secrets(&url);
            prop_assert_eq!(without_address_secrets(&masked), masked.clone());
        }
    }
}
