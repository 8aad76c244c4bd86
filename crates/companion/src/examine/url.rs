//! Where a broker is, as a URL: `mqtt://`, `mqtts://`, `ws://`, `wss://`.

use std::str::FromStr;

use crate::net::address::Target;

/// A broker to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) target: Target,
    pub(crate) is_tls: bool,
    /// The path of a WebSocket.
    pub(crate) path: Option<String>,
    pub(crate) user_name: Option<String>,
    pub(crate) password: Option<Vec<u8>>,
    /// Without user name and password.
    pub(crate) shown: String,
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let what = "write mqtt://HOST, mqtts://HOST, ws://HOST/PATH or wss://HOST/PATH";
        let (scheme, rest) = text.split_once("://").ok_or(what)?;
        let (is_tls, is_web, port) = match scheme {
            "mqtt" | "tcp" => (false, false, 1883),
            "mqtts" | "ssl" => (true, false, 8883),
            "ws" => (false, true, 80),
            "wss" => (true, true, 443),
            _ => return Err(what.into()),
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (login, host) = match authority.rsplit_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority),
        };
        let has_port = host.rsplit_once(':').is_some_and(|(before, port)| {
            port.parse::<u16>().is_ok() && (!before.contains(':') || before.ends_with(']'))
        });
        let target = if has_port {
            host.to_owned()
        } else {
            format!("{host}:{port}")
        };
        let target: Target = target.parse().map_err(|_| what)?;
        let (user_name, password) =
            match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
                Some((user_name, password)) => {
                    let user_name = String::from_utf8(unescaped(user_name)?)
                        .map_err(|_| "a user name is UTF-8")?;
                    let has_password = login.is_some_and(|login| login.contains(':'));
                    (
                        Some(user_name),
                        has_password.then(|| unescaped(password)).transpose()?,
                    )
                }
                None => (None, None),
            };
        if !is_web && path.len() > 1 {
            return Err("a path belongs to ws:// and wss:// only".into());
        }
        let path = is_web.then(|| {
            if path.is_empty() {
                "/".to_owned()
            } else {
                path.to_owned()
            }
        });
        let shown = format!("{scheme}://{target}{}", path.as_deref().unwrap_or(""));
        Ok(Self {
            target,
            is_tls,
            path,
            user_name,
            password,
            shown,
        })
    }
}

/// `%40` is `@`.
fn unescaped(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = text.bytes();
    let mut all = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            all.push(byte);
            continue;
        }
        let digits = [bytes.next(), bytes.next()]
            .map(|byte| byte.and_then(|byte| char::from(byte).to_digit(16)));
        match digits {
            [Some(high), Some(low)] => {
                all.push(u8::try_from(high << 4 | low).map_err(|error| error.to_string())?);
            }
            _ => return Err("behind % stand two hexadecimal digits".into()),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_where_and_how() {
        let url: Url = "mqtts://me:p%40ss:x@[::1]".parse().unwrap();
        assert_eq!(
            (&*url.target.host, url.target.port, url.is_tls),
            ("::1", 8883, true)
        );
        assert_eq!(url.user_name.as_deref(), Some("me"));
        assert_eq!(url.password.as_deref(), Some(&b"p@ss:x"[..]));
        assert_eq!(url.shown, "mqtts://[::1]:8883");
        let url: Url = "ws://broker:8083/mqtt?a=b".parse().unwrap();
        assert_eq!(url.path.as_deref(), Some("/mqtt?a=b"));
        assert_eq!(
            (url.target.port, url.is_tls, url.user_name),
            (8083, false, None)
        );
        let url: Url = "mqtt://me@broker".parse().unwrap();
        assert_eq!((url.user_name.as_deref(), url.password), (Some("me"), None));
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for wrong in [
            "broker",
            "http://broker",
            "mqtt://",
            "mqtt://broker/path",
            "mqtt://a%4@b",
            "ws://:1",
        ] {
            assert!(wrong.parse::<Url>().is_err(), "{wrong}");
        }
    }
}
