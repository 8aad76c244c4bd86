//! What keys mean among bytes.

/// The byte that a key leads to from the byte `now`: `across` are in a line, `page` on the screen.
pub(super) fn target(
    key: &str,
    command: bool,
    now: usize,
    across: usize,
    page: usize,
    last: usize,
) -> Option<usize> {
    let line_start = now.saturating_sub(now.checked_rem(across).unwrap_or(0));
    Some(match key {
        "ArrowRight" => now.saturating_add(1),
        "ArrowLeft" => now.saturating_sub(1),
        "ArrowDown" => now.saturating_add(across),
        "ArrowUp" => now.checked_sub(across).unwrap_or(now),
        "PageDown" => now.saturating_add(page),
        "PageUp" => now.saturating_sub(page),
        "Home" if command => 0,
        "End" if command => last,
        "Home" => line_start,
        "End" => line_start.saturating_add(across).saturating_sub(1),
        _ => return None,
    })
}

/// The value of a key that is a hexadecimal digit.
pub(super) fn digit(key: &str) -> Option<u8> {
    let mut chars = key.chars();
    let (first, None) = (chars.next()?, chars.next()) else {
        return None;
    };
    first
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
