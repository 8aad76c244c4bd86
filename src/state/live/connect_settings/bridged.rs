//! How the companion opens the connection: TLS, and a proxy. Without it a browser decides all of that.

use mqttscope_protocol::{Profile, Target};

use super::super::bridge;
use super::super::form::{Kind, Setting, yes};

/// Whether the companion is the one that opens it.
fn by_companion(profile: &Profile) -> bool {
    bridge::is_here()
        && match profile.target {
            Target::BuiltIn => false,
            Target::WebSocket(_) => !profile.bridged.by_browser,
            Target::Socket(_) => true,
        }
}

fn by_tls(profile: &Profile) -> bool {
    by_companion(profile) && profile.target.is_secure()
}

fn by_tcp(profile: &Profile) -> bool {
    let address = profile.target.address();
    by_companion(profile) && !address.is_some_and(|address| address.starts_with("unix:"))
}

pub(super) static TLS: &[Setting<Profile>] = &[
    Setting {
        id: "tls-ca",
        label: "Trusted certificates (CA)",
        hint: "PEM text, or the path of a PEM file on this machine; empty: those that this machine trusts",
        kind: Kind::Lines,
        applies: by_tls,
        get: |p| p.bridged.tls.ca.clone(),
        set: |p, text| {
            p.bridged.tls.ca = text.trim().into();
            Ok(())
        },
    },
    Setting {
        id: "tls-certificate",
        label: "Client certificate",
        hint: "with its chain: PEM text, or the path of a PEM or PKCS#12 file (.p12, .pfx); empty: none",
        kind: Kind::Lines,
        applies: by_tls,
        get: |p| p.bridged.tls.certificate.clone(),
        set: |p, text| {
            p.bridged.tls.certificate = text.trim().into();
            Ok(())
        },
    },
    Setting {
        id: "tls-key",
        label: "Private key of the client certificate",
        hint: "PEM text, or the path of a PEM file; empty: it is in the certificate's file",
        kind: Kind::SecretLines,
        applies: by_tls,
        get: |p| p.bridged.tls.key.clone(),
        set: |p, text| {
            p.bridged.tls.key = text.trim().into();
            Ok(())
        },
    },
    Setting {
        id: "tls-passphrase",
        label: "Passphrase of the key",
        hint: "of an encrypted key or a PKCS#12 file; empty: none",
        kind: Kind::Secret,
        applies: by_tls,
        get: |p| p.bridged.tls.passphrase.clone(),
        set: |p, text| {
            p.bridged.tls.passphrase = text.into();
            Ok(())
        },
    },
    Setting {
        id: "tls-name",
        label: "Server name (SNI)",
        hint: "the name in the server's certificate; empty: the host of the address",
        kind: Kind::Text,
        applies: by_tls,
        get: |p| p.bridged.tls.server_name.clone(),
        set: |p, text| {
            p.bridged.tls.server_name = text.trim().into();
            Ok(())
        },
    },
    Setting {
        id: "tls-alpn",
        label: "ALPN",
        hint: "protocols offered, separated by commas, such as mqtt; empty: none",
        kind: Kind::Text,
        applies: by_tls,
        get: |p| p.bridged.tls.alpn.join(", "),
        set: |p, text| {
            let names = text.split(',').map(str::trim);
            let names: Vec<String> = (names.filter(|name| !name.is_empty()))
                .map(str::to_owned)
                .collect();
            if names.iter().any(|name| name.len() > 255) {
                return Err("A protocol's name has 255 bytes at most.".into());
            }
            p.bridged.tls.alpn = names;
            Ok(())
        },
    },
    Setting {
        id: "tls-version",
        label: "TLS version",
        hint: "",
        kind: Kind::Choice(&[("1.2", "1.2 or newer"), ("1.3", "1.3 only")]),
        applies: by_tls,
        get: |p| if p.bridged.tls.only_1_3 { "1.3" } else { "1.2" }.into(),
        set: |p, text| {
            p.bridged.tls.only_1_3 = text == "1.3";
            Ok(())
        },
    },
    Setting {
        id: "tls-unverified",
        label: "Accept any certificate of the server: whoever is in between can read everything",
        hint: "",
        kind: Kind::Check,
        applies: by_tls,
        get: |p| yes(p.bridged.tls.unverified),
        set: |p, text| {
            p.bridged.tls.unverified = text == "yes";
            Ok(())
        },
    },
];

pub(super) static WAY: &[Setting<Profile>] = &[
    Setting {
        id: "by-browser",
        label: "Let the browser open it, not the companion",
        hint: "",
        kind: Kind::Check,
        applies: |p| bridge::is_here() && matches!(p.target, Target::WebSocket(_)),
        get: |p| yes(p.bridged.by_browser),
        set: |p, text| {
            p.bridged.by_browser = text == "yes";
            Ok(())
        },
    },
    Setting {
        id: "proxy",
        label: "Proxy",
        hint: "http://host:port or socks5://host:port, also with name:password@; empty: none",
        kind: Kind::Text,
        applies: by_tcp,
        get: |p| p.bridged.proxy.clone(),
        set: |p, text| {
            let text = text.trim();
            let lower = text.to_ascii_lowercase();
            let rest = lower
                .strip_prefix("http://")
                .or_else(|| lower.strip_prefix("socks5://"));
            match rest {
                Some(rest) => super::check_authority(rest)?,
                None if text.is_empty() => {}
                None => return Err("A proxy begins with http:// or socks5://.".into()),
            }
            p.bridged.proxy = text.into();
            Ok(())
        },
    },
];
