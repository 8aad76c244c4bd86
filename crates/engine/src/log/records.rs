//! Records in pages of one size: growing copies nothing, and the oldest pages go at once.

use std::collections::VecDeque;

use super::Record;

/// Records of a page.
const PAGE: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Records {
    pages: VecDeque<Vec<Record>>,
    /// Records at the start of the first page that are gone.
    gone: usize,
    len: usize,
}

impl Records {
    pub(super) fn push(&mut self, record: Record) {
        if self.pages.back().is_none_or(|page| page.len() >= PAGE) {
            self.pages.push_back(Vec::with_capacity(PAGE));
        }
        if let Some(page) = self.pages.back_mut() {
            page.push(record);
            self.len = self.len.saturating_add(1);
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Bytes that they take.
    pub(super) fn size(&self) -> usize {
        let page = PAGE.saturating_mul(size_of::<Record>());
        self.pages.len().saturating_mul(page)
    }

    pub(super) fn get(&self, index: usize) -> Option<&Record> {
        let at = index.checked_add(self.gone)?;
        self.pages.get(at / PAGE)?.get(at % PAGE)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Record> {
        let at = index.checked_add(self.gone)?;
        self.pages.get_mut(at / PAGE)?.get_mut(at % PAGE)
    }

    /// Drops records from the start for as long as they are to go. How many went.
    pub(super) fn drop_while(&mut self, is_gone: impl Fn(&Record) -> bool) -> usize {
        let mut count = 0_usize;
        while let Some(page) = self.pages.front() {
            let end = page.partition_point(&is_gone);
            count = count.saturating_add(end.saturating_sub(self.gone));
            self.gone = end.max(self.gone);
            if self.gone < PAGE {
                break;
            }
            self.pages.pop_front();
            self.gone = 0;
        }
        self.len = self.len.saturating_sub(count);
        count
    }
}
