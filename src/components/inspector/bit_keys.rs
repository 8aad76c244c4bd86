//! How keys go from bit to bit: a row of bits is one stop of the Tab key, and arrows go within the figure.

/// The bit that `key` goes to from the bit at `place`, in a figure of `count` bits from `first` on. Bits are counted
/// from the most significant of the packet's first byte; a figure holds whole bytes.
pub(super) fn next(key: &str, place: usize, first: usize, count: usize) -> Option<usize> {
    let row = place.saturating_sub(place % 8);
    let to = match key {
        "ArrowLeft" => place.checked_sub(1)?,
        "ArrowRight" => place.checked_add(1)?,
        "ArrowUp" => place.checked_sub(8)?,
        "ArrowDown" => place.checked_add(8)?,
        "Home" => row,
        "End" => row.checked_add(7)?,
        _ => return None,
    };
    (first..first.saturating_add(count))
        .contains(&to)
        .then_some(to)
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn arrows_stay_within_the_figure() {
        // Bytes 2 and 3 of a packet.
        let table = [
            ("ArrowRight", 16, Some(17)),
            ("ArrowRight", 31, None),
            ("ArrowLeft", 24, Some(23)),
            ("ArrowLeft", 16, None),
            ("ArrowDown", 17, Some(25)),
            ("ArrowDown", 25, None),
            ("ArrowUp", 25, Some(17)),
            ("ArrowUp", 17, None),
            ("Home", 21, Some(16)),
            ("End", 26, Some(31)),
            ("Enter", 20, None),
        ];
        for (key, place, to) in table {
            assert_eq!(next(key, place, 16, 16), to, "{key} at {place}");
        }
        assert_eq!(next("ArrowLeft", 0, 0, 8), None);
    }
}
