//! Addresses of brokers in pasted text.

/// How an address of a broker begins.
const SCHEMES: [&str; 7] = ["ws", "wss", "mqtt", "mqtts", "unix", "tcp", "ssl"];
/// The longest address that is taken, in bytes.
const LONGEST: usize = 2_000;

/// The address, if the text is one and nothing else.
#[must_use]
pub fn pasted(text: &str) -> Option<&str> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://")?;
    let is_known = SCHEMES
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let is_one = !rest.is_empty() && !text.contains(char::is_whitespace) && text.len() <= LONGEST;
    (is_known && is_one).then_some(text)
}

/// The host of an address.
#[must_use]
pub fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let place = rest.split(['/', '?', '#']).next()?;
    // What stands before an @ may be a password.
    let place = place.rsplit('@').next()?;
    let host = match place.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => place.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_how_it_begins() {
        for (text, address) in [
            (" ws://a:9001/mqtt\n", Some("ws://a:9001/mqtt")),
            ("WSS://a", Some("WSS://a")),
            ("mqtt://a:1883", Some("mqtt://a:1883")),
            ("https://a", None),
            ("ws://", None),
            ("ws://a b", None),
            ("a/b", None),
        ] {
            assert_eq!(pasted(text), address, "{text}");
        }
        assert_eq!(pasted(&format!("ws://{}", "a".repeat(3_000))), None);
    }

    #[test]
    fn the_host_names_the_connection() {
        for (address, name) in [
            ("ws://a.b:9001/mqtt", Some("a.b")),
            ("ws://u:p@a", Some("a")),
            ("ws://[::1]:9001", Some("::1")),
            ("ws://", None),
            ("a", None),
        ] {
            assert_eq!(host(address), name, "{address}");
        }
    }
}
