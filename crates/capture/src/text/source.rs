//! From each byte back to the characters it came from.
//!
//! A dump's line is one run (`10 0c 00`: every third character, two wide), so the map stays far
//! smaller than the text.

use core::ops::Range;

use serde::{Deserialize, Serialize};

/// Where in a text each decoded byte stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMap {
    runs: Vec<Run>,
    len: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    /// Index of the run's first byte.
    byte: u32,
    /// Where that byte stands in the text.
    at: u32,
    width: u16,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    /// The next byte stands so many characters further on; backwards in little-endian words.
    Stride(i16),
    /// Base64: three bytes lie across four characters.
    Quads,
}

impl Run {
    /// The span of the run's `n`th byte.
    fn span(&self, n: u32) -> Range<usize> {
        let at = i64::from(self.at);
        let start = match self.step {
            Step::Stride(stride) => at.saturating_add(i64::from(stride).saturating_mul(n.into())),
            Step::Quads => at
                .saturating_add(i64::from(n / 3).saturating_mul(4))
                .saturating_add(i64::from(n % 3)),
        };
        let start = usize::try_from(start).unwrap_or_default();
        start..start.saturating_add(self.width.into())
    }
}

impl SourceMap {
    /// The number of bytes in the map.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the map has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The characters that byte `index` came from, as a range of UTF-8 offsets. Bytes filled in
    /// for a `*` line all point at the `*`.
    #[must_use]
    pub fn span(&self, index: usize) -> Option<Range<usize>> {
        if index >= self.len {
            return None;
        }
        let index = u32::try_from(index).ok()?;
        let run = self
            .runs
            .partition_point(|run| run.byte <= index)
            .checked_sub(1)?;
        let run = self.runs.get(run)?;
        Some(run.span(index.checked_sub(run.byte)?))
    }

    /// The characters from the first to the last byte of `range`, with all between them.
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Option<Range<usize>> {
        let first = self.span(range.start)?;
        let last = self.span(range.end.checked_sub(1)?.max(range.start))?;
        Some(first.start.min(last.start)..first.end.max(last.end))
    }

    /// Like [`span_of`](Self::span_of), in units of UTF-16. `text` must be the decoded text.
    #[must_use]
    pub fn utf16_span_of(&self, text: &str, range: Range<usize>) -> Option<Range<usize>> {
        let span = self.span_of(range)?;
        let units = |part: &str| part.chars().map(char::len_utf16).sum::<usize>();
        let start = units(text.get(..span.start)?);
        Some(start..start.saturating_add(units(text.get(span)?)))
    }

    /// The byte that stands at a UTF-8 offset of the text, or the last one before it.
    #[must_use]
    pub fn byte_at(&self, offset: usize) -> Option<usize> {
        // A run of little-endian words begins with its last byte.
        let first = |index: usize| {
            let run = self.runs.get(index)?;
            let end = self
                .runs
                .get(index.saturating_add(1))
                .map_or(self.len, |next| next.byte as usize);
            let last = u32::try_from(end)
                .ok()?
                .checked_sub(run.byte)?
                .checked_sub(1)?;
            let backwards = matches!(run.step, Step::Stride(stride) if stride < 0);
            Some(run.span(if backwards { last } else { 0 }).start)
        };
        let (mut low, mut next) = (0, self.runs.len());
        while low < next {
            let middle = low.midpoint(next);
            if first(middle)? <= offset {
                low = middle.saturating_add(1);
            } else {
                next = middle;
            }
        }
        let run = self.runs.get(next.checked_sub(1)?)?;
        let end = self
            .runs
            .get(next)
            .map_or(self.len, |next| next.byte as usize);
        let count = u32::try_from(end).ok()?.checked_sub(run.byte)?;
        let last = count.checked_sub(1)?;
        let n = match run.step {
            Step::Stride(0) => 0,
            Step::Stride(stride) if stride < 0 => (0..count)
                .find(|n| run.span(*n).start <= offset)
                .unwrap_or(last),
            Step::Stride(stride) => {
                let along = offset.saturating_sub(run.at as usize);
                u32::try_from(
                    along
                        .checked_div(usize::from(stride.unsigned_abs()))
                        .unwrap_or(0),
                )
                .ok()?
                .min(last)
            }
            Step::Quads => {
                let along = u32::try_from(offset.saturating_sub(run.at as usize)).ok()?;
                (along / 4)
                    .saturating_mul(3)
                    .saturating_add((along % 4).min(2))
                    .min(last)
            }
        };
        usize::try_from(run.byte.saturating_add(n)).ok()
    }

    /// The map of some of the bytes, in the order of `ranges`.
    #[must_use]
    pub fn select(&self, ranges: impl IntoIterator<Item = Range<usize>>) -> Self {
        let mut selected = Self::default();
        for index in ranges.into_iter().flatten() {
            let span = self.span(index).unwrap_or_default();
            selected.push(span.start, span.len());
        }
        selected
    }

    /// The map of the bytes of several parts, each of them one after the other.
    #[must_use]
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a crate::reading::Part>) -> Self {
        let mut joined = Self::default();
        for part in parts {
            if part.source.is_empty() {
                let width = part.end.saturating_sub(part.start);
                joined.push_repeat(part.start, width, part.bytes.len());
            } else {
                joined.append(part.source.clone(), 0);
            }
        }
        joined
    }

    /// Adds `count` bytes that all stand at `at`.
    pub(crate) fn push_repeat(&mut self, at: usize, width: usize, count: usize) {
        if count > 0 {
            self.start_run(at, width, Step::Stride(0));
            self.len = self.len.saturating_add(count);
        }
    }

    /// Adds `count` bytes of base64 whose first character is at `at`.
    pub(crate) fn push_quads(&mut self, at: usize, count: usize, width: u8) {
        if count > 0 {
            self.start_run(at, width.into(), Step::Quads);
            self.len = self.len.saturating_add(count);
        }
    }

    /// Adds `count` bytes that stand one after another, `width` characters each.
    pub(crate) fn push_dense(&mut self, at: usize, width: u8, count: usize) {
        if count > 0 {
            self.start_run(at, width.into(), Step::Stride(width.into()));
            self.len = self.len.saturating_add(count);
        }
    }

    /// Adds one byte, which stands in `width` bytes of the text from `at` on.
    pub fn push(&mut self, at: usize, width: usize) {
        let len = self.len;
        if let Some(run) = self.runs.last_mut()
            && usize::from(run.width) == width
            && let Step::Stride(stride) = run.step
        {
            let n = len.saturating_sub(run.byte as usize);
            // The second byte sets the stride of its run, the others must keep it.
            if n == 1
                && let Ok(wanted) = i16::try_from((at as i64).saturating_sub(i64::from(run.at)))
            {
                run.step = Step::Stride(wanted);
                self.len = self.len.saturating_add(1);
                return;
            }
            let next = i64::from(run.at).saturating_add(i64::from(stride).saturating_mul(n as i64));
            if n > 1 && i64::try_from(at) == Ok(next) {
                self.len = self.len.saturating_add(1);
                return;
            }
        }
        self.start_run(at, width, Step::Stride(0));
        self.len = self.len.saturating_add(1);
    }

    /// Adds the bytes of a part of the text that begins at `start`.
    pub(crate) fn append(&mut self, part: Self, start: usize) {
        let (bytes, start) = (self.len, u32::try_from(start).unwrap_or(u32::MAX));
        self.runs.extend(part.runs.into_iter().map(|run| {
            Run {
                byte: run
                    .byte
                    .saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX)),
                at: run.at.saturating_add(start),
                ..run
            }
        }));
        self.len = bytes.saturating_add(part.len);
    }

    /// Leaves out all bytes behind the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.runs.retain(|run| (run.byte as usize) < len);
            self.len = len;
        }
    }

    fn start_run(&mut self, at: usize, width: usize, step: Step) {
        // Texts are at most MAX_TEXT long and so is what they become, so nothing is cut here.
        self.runs.push(Run {
            byte: u32::try_from(self.len).unwrap_or(u32::MAX),
            at: u32::try_from(at).unwrap_or(u32::MAX),
            width: u16::try_from(width).unwrap_or(u16::MAX),
            step,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_pairs_is_one_run() {
        let mut map = SourceMap::default();
        for n in 0..16 {
            map.push(4 + n * 3, 2);
        }
        assert_eq!(map.runs.len(), 1);
        assert_eq!(map.span(0), Some(4..6));
        assert_eq!(map.span(15), Some(49..51));
        assert_eq!(map.span(16), None);
        assert_eq!(map.span_of(1..3), Some(7..12));
        assert_eq!(map.byte_at(3), None);
        assert_eq!(map.byte_at(9), Some(1));
        assert_eq!(map.byte_at(500), Some(15));
    }

    #[test]
    fn words_with_the_low_byte_first_run_backwards() {
        let mut map = SourceMap::default();
        for at in [2, 0, 7, 5] {
            map.push(at, 2);
        }
        let spans: Vec<_> = (0..4).filter_map(|n| map.span(n)).collect();
        assert_eq!(spans, [2..4, 0..2, 7..9, 5..7]);
        assert_eq!(map.span_of(0..2), Some(0..4));
        assert_eq!(
            [0, 2, 5, 7].map(|at| map.byte_at(at)),
            [1, 0, 3, 2].map(Some)
        );
    }

    #[test]
    fn three_bytes_of_base64_lie_across_four_characters() {
        let mut map = SourceMap::default();
        map.push_quads(10, 5, 2);
        let spans: Vec<_> = (0..5).filter_map(|n| map.span(n)).collect();
        assert_eq!(spans, [10..12, 11..13, 12..14, 14..16, 15..17]);
        assert_eq!(map.byte_at(14), Some(3));
    }

    #[test]
    fn utf16_counts_what_a_browser_counts() {
        let mut map = SourceMap::default();
        map.push(5, 2);
        assert_eq!(map.utf16_span_of("🦀 10", 0..1), Some(3..5));
    }
}
