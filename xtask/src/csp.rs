//! The page's Content-Security-Policy: no inline script but the ones that the build wrote.
//!
//! The page is served by hosts that may set no header, so the policy is a `<meta>` in the page.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// `style-src-attr`: a virtual list places its rows with `style` attributes.
/// `connect-src`: a person may connect to any broker.
/// `frame-src`: scripts run in a frame of their own (`www/script.html`), which has a policy of its own.
/// `worker-src`: a worker from a `blob:` has this policy, one from a file has none on a host that sets no header.
const REST: &str = "style-src 'self'; style-src-attr 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws: wss:; \
    frame-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/// Puts the policy right behind `<head>`, with a hash for each inline script of the page.
///
/// # Errors
/// When the page has no `<head>` or a script that does not end.
pub(crate) fn with_policy(html: &str) -> Result<String> {
    let mut scripts = String::new();
    for script in inline_scripts(html)? {
        let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
        scripts.push_str(&format!(" 'sha256-{hash}'"));
    }
    let meta = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         script-src 'self' 'wasm-unsafe-eval'{scripts}; {REST}\">"
    );
    let (before, after) = html
        .split_once("<head>")
        .context("the page has no <head>")?;
    Ok(format!("{before}<head>{meta}{after}"))
}

/// What stands between `<script ...>` and `</script>`, byte for byte, where there is no `src`.
fn inline_scripts(html: &str) -> Result<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<script") {
        let (attributes, after) = after.split_once('>').context("a <script without >")?;
        let (body, after) = after
            .split_once("</script>")
            .context("a <script> without its end")?;
        if !attributes.contains("src=") {
            found.push(body);
        }
        rest = after;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_inline_scripts_are_hashed() {
        let html = "<head><script src=a.js></script><script type=module>go()</script></head>";
        assert_eq!(inline_scripts(html).unwrap(), ["go()"]);
    }

    #[test]
    fn the_policy_comes_first_and_names_the_hash() {
        let page = with_policy("<html><head><script>go()</script></head></html>").unwrap();
        let hash = STANDARD.encode(Sha256::digest(b"go()"));
        assert!(page.starts_with("<html><head><meta http-equiv=\"Content-Security-Policy\""));
        assert!(page.contains(&format!("'wasm-unsafe-eval' 'sha256-{hash}'; style-src")));
    }

    /// Its policy stands in the file, with the one script that it allows, and allows no network.
    #[test]
    fn the_frame_of_scripts_has_its_own_policy_with_the_hash_of_its_script() {
        let html = include_str!("../../www/script.html");
        let scripts = inline_scripts(html).unwrap();
        let [script] = scripts[..] else {
            panic!("{} scripts", scripts.len());
        };
        let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
        let policy = format!(
            "content=\"default-src 'none'; script-src 'sha256-{hash}'; worker-src blob:; base-uri 'none'; form-action 'none'\">"
        );
        let at = html.find(&policy);
        assert!(
            at.is_some_and(|at| at < html.find("<script>").unwrap()),
            "{policy}"
        );
    }

    #[test]
    fn a_page_without_head_is_refused() {
        assert!(with_policy("<p>").is_err());
    }
}
