//! What a text is made of, as detection needs it.

use super::scan::{self, hex_digit, is_blank, is_hex, quote};
use super::{base64, hex};

/// What the characters of a text are.
#[derive(Default)]
pub(super) struct Looks {
    /// Hex digits, separators and `0x` only.
    pub(super) hex: bool,
    /// Groups between separators, and those of them that are pairs of hex digits.
    pub(super) groups: usize,
    pub(super) hex_groups: usize,
    /// Groups that are no hex with a slip of the finger.
    pub(super) words: bool,
    /// The base64 alphabet with blanks only at line ends.
    pub(super) base64: bool,
    pub(super) url_alphabet: bool,
    pub(super) mixed_case: bool,
    pub(super) padded: bool,
    pub(super) quotes: usize,
    pub(super) escapes: bool,
    pub(super) decimal_only: bool,
    pub(super) commas: usize,
    /// Some groups have a `0x`, others are decimal without.
    pub(super) mixed_radix: bool,
    pub(super) long_decimals: bool,
    pub(super) leading_zeros: bool,
}

impl Looks {
    /// Looks at a text, or at the beginning of one that is `whole` bytes long.
    pub(super) fn of(text: &str, whole: usize) -> Self {
        let mut looks = Self {
            hex: true,
            base64: true,
            decimal_only: true,
            ..Self::default()
        };
        let (mut prefixed, mut bare_decimal) = (false, false);
        let (mut upper, mut lower, mut digits) = (false, false, 0_usize);
        for line in text.split(['\n', '\r']) {
            let (_, line) = scan::trim(line);
            looks.base64 &= !line.contains(is_blank);
            // A remark is for people. Base64 has slashes too, but no blanks.
            let remark = line.find("//").filter(|at| {
                line.get(*at..).is_some_and(|rest| rest.contains(is_blank))
                    || line
                        .get(..*at)
                        .is_some_and(|before| before.ends_with(is_blank))
            });
            let line = remark.and_then(|at| line.get(..at)).unwrap_or(line);
            let line = line.split(" #").next().unwrap_or(line);
            for group in line
                .split(hex::is_separator)
                .filter(|group| !group.is_empty())
            {
                looks.groups = looks.groups.saturating_add(1);
                let bare = group
                    .strip_prefix("0x")
                    .or_else(|| group.strip_prefix("0X"));
                let all_hex = is_hex(bare.unwrap_or(group));
                looks.hex_groups = looks
                    .hex_groups
                    .saturating_add(usize::from(all_hex && group.len() % 2 == 0));
                looks.hex &= all_hex;
                let slip = group.len() <= 3 && group.contains(|c| hex_digit(c).is_some());
                looks.words |= !all_hex && !slip;
                let decimal = group.bytes().all(|b| b.is_ascii_digit());
                prefixed |= bare.is_some();
                bare_decimal |= decimal;
                looks.decimal_only &= decimal;
                looks.long_decimals |= decimal && group.len() != 2;
                looks.leading_zeros |= decimal && group.len() == 2 && group.starts_with('0');
            }
        }
        for c in text.chars() {
            match c {
                'A'..='Z' => upper = true,
                'a'..='z' => lower = true,
                ',' => looks.commas = looks.commas.saturating_add(1),
                '\\' => looks.escapes = true,
                '-' | '_' => looks.url_alphabet = true,
                '=' => looks.padded = true,
                _ if quote(c).is_some() => looks.quotes = looks.quotes.saturating_add(1),
                _ => {}
            }
            if base64::is_digit(c) {
                digits = digits.saturating_add(1);
                looks.base64 &= !looks.padded;
            } else {
                looks.base64 &= c == '=' || is_blank(c);
            }
        }
        looks.mixed_radix = prefixed && bare_decimal;
        looks.hex &= looks.groups > 0;
        looks.mixed_case = upper && lower;
        // What is cut has no length to speak of.
        looks.base64 &= (digits % 4 != 1 || text.len() < whole) && digits > 1;
        looks
    }
}
