//! Where the files are that the page loads later.

use super::browser;

/// The address of a file, beside the page. A release build has content hashes in the names of its files and says
/// in a `<meta>` which they are, as `name=hashed-name` with blanks between.
pub(super) fn address(name: &str) -> String {
    let hashed = || {
        let meta = browser::document()?
            .query_selector("meta[name=mqttscope-files]")
            .ok()??;
        let map = meta.get_attribute("content")?;
        map.split(' ')
            .filter_map(|entry| entry.split_once('='))
            .find(|(file, _)| *file == name)
            .map(|(_, hashed)| hashed.to_owned())
    };
    hashed().unwrap_or_else(|| name.to_owned())
}
