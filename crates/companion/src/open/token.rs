//! The token in the page's address: 128 random bits.
//!
//! It stays the same for a port as long as its owner is logged in, so that a page finds the companion again that was started
//! anew. It is kept where the system has a folder for just that, which only its owner can read and which is gone with the
//! login (`XDG_RUNTIME_DIR`); without one it is new each time.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use tokio_rustls::rustls::crypto::ring;

/// Bytes of a token.
const LEN: usize = 16;

/// The token for a port.
///
/// # Errors
/// This machine has no random numbers.
pub(super) fn of_port(port: u16) -> Result<String> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    kept_in(folder.as_deref(), port)
}

fn kept_in(folder: Option<&Path>, port: u16) -> Result<String> {
    let Some(folder) = folder.filter(|folder| is_private(folder)) else {
        return random();
    };
    let path = folder.join(format!("mqttscope-{port}.token"));
    if let Some(token) = kept(&path) {
        return Ok(token);
    }
    let token = random()?;
    // A page does not find us again then, and all else is as it would be.
    let _ = keep(&path, &token);
    Ok(token)
}

/// So many random bits as a token has, in words.
///
/// # Errors
/// This machine has no random numbers.
pub(super) fn random() -> Result<String> {
    let mut random = [0_u8; LEN];
    let provider = ring::default_provider();
    (provider.secure_random.fill(&mut random))
        .map_err(|_| anyhow!("this machine gives no random numbers"))?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether only its owner can look into it, and into what is in it.
#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.is_absolute()
        && std::fs::symlink_metadata(path)
            .is_ok_and(|it| !it.file_type().is_symlink() && it.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
const fn is_private(_: &Path) -> bool {
    false
}

fn kept(path: &Path) -> Option<String> {
    if !is_private(path) {
        return None;
    }
    let mut token = String::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(LEN as u64 * 4).read_to_string(&mut token).ok()?;
    let is_one = token.len() == LEN * 2 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then_some(token)
}

fn keep(path: &Path, token: &str) -> std::io::Result<()> {
    let _ = std::fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(token.as_bytes())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn it_is_kept_where_only_its_owner_can_read_it() {
        let folder = std::env::temp_dir().join(format!("mqttscope-token-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        let token = |port| kept_in(Some(&folder), port).unwrap();
        // Others can look into this one.
        mode(&folder, 0o755);
        assert_ne!(token(1), token(1));
        mode(&folder, 0o700);
        let one = token(1);
        assert_eq!((one.len(), &one), (32, &token(1)));
        assert_ne!(one, token(2));
        let file = folder.join("mqttscope-1.token");
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        // What others could read, or is none, is no token any more.
        mode(&file, 0o644);
        let other = token(1);
        assert_ne!(one, other);
        std::fs::write(&file, "0123").unwrap();
        assert_ne!(token(1), other);
        assert_ne!(kept_in(None, 1).unwrap(), kept_in(None, 1).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
