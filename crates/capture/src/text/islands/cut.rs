//! Where the text itself says that bytes are left out: `3c ... 76 31`, `3c (+6 more)`.

use super::super::Format;
use super::super::scan::{self, is_blank};
use super::Island;

/// How much of a line is looked at behind bytes.
const NEAR: usize = 48;

/// Marks the bytes that a text breaks off, and those that stand behind the break.
pub(super) fn mark(text: &str, islands: &mut [Island]) {
    let mut last: Option<(usize, bool)> = None;
    for island in islands {
        if island.format != Format::Hex {
            last = None;
            continue;
        }
        let between = last.and_then(|(end, _)| text.get(end..island.range.start));
        let is_near = between.is_some_and(|between| !between.contains(['\n', '\r']));
        let is_behind = is_near
            && (last.is_some_and(|(_, is_behind)| is_behind) || between.is_some_and(is_ellipsis));
        island.is_behind_cut = is_behind;
        let behind = text.get(island.range.end..).unwrap_or_default();
        let line = scan::head(behind, NEAR).split(['\n', '\r']).next();
        if !is_behind && let Some(bytes) = line.and_then(left_out) {
            island.cut = island.cut.or(Some(bytes));
        }
        last = Some((island.range.end, is_behind));
    }
}

/// Whether a text is dots that stand for what is left out, perhaps in brackets.
fn is_ellipsis(text: &str) -> bool {
    let is_around = |c: char| is_blank(c) || matches!(c, '[' | ']' | '<' | '>' | '(' | ')');
    matches!(text.trim_matches(is_around), ".." | "..." | "…" | "....")
}

/// What the rest of a line says to be left out, if anything: how many bytes, where it says so.
fn left_out(rest: &str) -> Option<Option<usize>> {
    let is_around = |c: char| is_blank(c) || matches!(c, '[' | ']' | '<' | '>' | '(' | ')' | '+');
    let body = rest.trim_start_matches(is_around);
    let dots = body.trim_start_matches(['.', '…']);
    let has_dots = body.len().saturating_sub(dots.len()) >= 2;
    let body = dots.trim_start_matches(is_around);
    let mut words = body
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let first = words.next();
    let number = first.and_then(|word| word.parse().ok());
    let says_more = words
        .take(2)
        .any(|word| matches!(word, "more" | "omitted" | "truncated"));
    match number {
        Some(bytes) if says_more => Some(Some(bytes)),
        _ if matches!(first, Some("truncated" | "snip" | "cut" | "more")) => Some(None),
        // A column of text may be dots, too, but is not set apart by one blank.
        _ if has_dots && !rest.starts_with("  ") => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_told() {
        for (rest, bytes) in [
            (" ... 76 31", Some(None)),
            (" (+6 more)", Some(Some(6))),
            ("... 83 more bytes", Some(Some(83))),
            (" [6 bytes omitted]", Some(Some(6))),
            (" [truncated]", Some(None)),
            (" …", Some(None)),
            ("", None),
            (" (18)", None),
            (" OK", None),
            (". More of it", None),
            ("  ...", None),
        ] {
            assert_eq!(left_out(rest), bytes, "{rest}");
        }
    }
}
