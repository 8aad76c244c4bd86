//! The files of the page: out of this program, or out of a folder.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// Where the page is.
#[derive(Clone, Debug)]
pub(super) enum Page {
    /// In this program.
    #[cfg(feature = "page")]
    Inside,
    /// In a folder, as `cargo xtask build` writes it.
    Folder(PathBuf),
    #[cfg(test)]
    Test(fn(&str) -> Option<Cow<'static, [u8]>>),
}

#[cfg(feature = "page")]
mod inside {
    use std::borrow::Cow;

    /// The page as `cargo xtask companion` has built it.
    #[derive(rust_embed::RustEmbed)]
    #[folder = "$MQTTSCOPE_PAGE"]
    struct Inside;

    pub(super) fn file(path: &str) -> Option<Cow<'static, [u8]>> {
        <Inside as rust_embed::RustEmbed>::get(path).map(|file| file.data)
    }
}

/// The page in this program, if it has one.
pub(super) fn inside() -> Option<Page> {
    #[cfg(feature = "page")]
    return Some(Page::Inside);
    #[cfg(not(feature = "page"))]
    None
}

impl Page {
    /// A file by its path, without the slash before it.
    pub(super) fn file(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            #[cfg(feature = "page")]
            Self::Inside => inside::file(path),
            Self::Folder(folder) => in_folder(folder, path).map(Cow::Owned),
            #[cfg(test)]
            Self::Test(files) => files(path),
        }
    }
}

/// A file in a folder, and nothing outside of it.
fn in_folder(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let path = Path::new(path);
    let is_below = (path.components()).all(|part| matches!(part, Component::Normal(_)));
    std::fs::read(is_below.then(|| folder.join(path))?).ok()
}

/// The media type of a file.
pub(super) fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Names of files carry the hash of what is in them, all but that of the page itself.
pub(super) fn caching(path: &str) -> &'static str {
    if path == "index.html" {
        "no-cache"
    } else {
        "public, max-age=31536000, immutable"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_what_is_in_it_and_nothing_else() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert!(in_folder(&folder, "main.rs").is_some());
        assert!(in_folder(&folder, "open/page.rs").is_some());
        for path in [
            "../Cargo.toml",
            "open/../../Cargo.toml",
            "/etc/passwd",
            "",
            "none",
            "open",
        ] {
            assert!(in_folder(&folder, path).is_none(), "{path}");
        }
    }
}
