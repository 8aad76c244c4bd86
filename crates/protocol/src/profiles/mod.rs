//! Profiles from elsewhere and to elsewhere: presets, files of ours, and files of MQTTX.

mod bridged;
mod file;
mod mqttx;
mod preset;

pub use bridged::{BridgedPreset, bridged_presets};
pub use file::{ImportError, Imported, MAX_FILE, MAX_PROFILES, export, import};
pub use preset::presets;

use crate::Profile;

/// What of a profile may be stored: its secrets only when their owner ticked it.
#[must_use]
pub fn for_storage(profile: &Profile) -> Profile {
    if profile.keep_secrets {
        profile.clone()
    } else {
        profile.clone().without_secrets()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Target;

    #[test]
    fn secrets_are_stored_only_when_ticked() {
        let mut profile = Profile {
            password: Some("p".into()),
            ..Profile::default()
        };
        profile.properties.authentication_data = Some(b"d".to_vec().into());
        let stored = for_storage(&profile);
        assert_eq!(stored.password, None);
        assert_eq!(stored.properties.authentication_data, None);
        profile.target = Target::WebSocket("wss://u:p@h/mqtt?token=t".into());
        let stored = for_storage(&profile);
        let masked = Target::WebSocket("wss://***@h/mqtt?token=***".into());
        assert_eq!(stored.target, masked);
        profile.bridged.tls.key = "-----BEGIN PRIVATE KEY-----".into();
        profile.bridged.proxy = "http://u:p@proxy:3128".into();
        let stored = for_storage(&profile).bridged;
        assert_eq!(
            (stored.tls.key.as_str(), stored.proxy.as_str()),
            ("", "http://***@proxy:3128")
        );
        profile.keep_secrets = true;
        assert_eq!(for_storage(&profile), profile);
    }
}
