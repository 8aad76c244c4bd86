//! Loading the checks that a broker is examined with: nobody needs them before.

use super::assets;

/// The file's name beside the page.
const FILE: &str = "checks.txt";

/// The file, see `Statements::read`; `None` when it does not come.
pub(crate) async fn load() -> Option<String> {
    assets::text(FILE).await
}
