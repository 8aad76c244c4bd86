//! Where packets stand in the text of a document.

use std::ops::Range;
use std::rc::Rc;

use mqttscope_capture::text::SourceMap;
use mqttscope_view::packet_lines;

use super::Document;

impl Document {
    /// Where a packet stands in the text: its first and last characters and all between, in units of
    /// UTF-16, and the line it begins on, from 0.
    #[must_use]
    pub fn place_of(&self, packet: usize) -> Option<(Range<usize>, usize)> {
        let text = self.given.text()?;
        let source = self.source_of(text)?;
        let at = self.recording.packets().get(packet)?.at;
        let end = at.offset.saturating_add(at.len);
        let range = self.recording.given(at.offset..end);
        let first = source.span_of(range.clone())?.start;
        let line = text.get(..first)?.matches('\n').count();
        Some((source.utf16_span_of(text, range)?, line))
    }

    /// The packet that stands at a place in the text, in units of UTF-16, or the last before it.
    #[must_use]
    pub fn packet_at(&self, place: usize) -> Option<usize> {
        let text = self.given.text()?;
        let mut units = 0_usize;
        let here = text.char_indices().find(|(_, character)| {
            units = units.saturating_add(character.len_utf16());
            units > place
        });
        let offset = here.map_or(text.len(), |(offset, _)| offset);
        let byte = self.source_of(text)?.byte_at(offset)?;
        self.recording.packet_of(byte)
    }

    fn source_of(&self, text: &str) -> Option<Rc<SourceMap>> {
        match &self.source {
            Some(source) => Some(source.clone()),
            // What was made here was not read from its text.
            None => Some(Rc::new(packet_lines::read(text)?.source)),
        }
    }
}
