//! Who listens while the grammar reads: nobody (strict) or a tree (dissecting).

use alloc::vec::Vec;

use crate::dissect::{FaultCounts, Limits};
use crate::{DecodeError, Diagnostic, Field, ProtocolVersion, Rule, Severity, Span, Tree, Value};

/// A listener to the grammar. The strict one has next to no state and compiles to next to nothing.
pub(crate) trait Sink {
    /// What ends the reading.
    type Stop;
    /// A group that is still open.
    type Mark: Copy;
    /// Whether anything is written down: the grammar leaves work out that only a listener sees.
    const RECORDS: bool;

    /// A field that has parts begins at byte `at`.
    fn open(&mut self, field: Field, at: usize) -> Self::Mark;
    /// It ends before byte `at`.
    fn close(&mut self, mark: Self::Mark, value: Value, at: usize);
    /// A field without parts.
    fn leaf(&mut self, field: Field, value: Value, span: Span);
    /// The next entry of a list of any length begins at byte `at`: a property, filter or code.
    fn entry(&mut self, at: usize);
    /// A broken rule that does not hinder the reading.
    fn fault(
        &mut self,
        version: ProtocolVersion,
        rule: Rule,
        span: Span,
        value: u32,
    ) -> Result<(), Self::Stop>;
    /// A broken rule behind which nothing of the region can be read.
    fn end(&mut self, version: ProtocolVersion, rule: Rule, span: Span, value: u32) -> Self::Stop;
    /// The region ends because the rest of the packet is not there yet.
    fn wait(&mut self, version: ProtocolVersion, rule: Rule, span: Span) -> Self::Stop;
    /// Goes on behind a region that ended early.
    fn recover(&mut self, stop: Self::Stop) -> Result<(), Self::Stop>;
}

/// Stops at the first error; records nothing.
pub(crate) struct Strict {
    /// A rule that may be broken.
    pub(crate) tolerated: Option<Rule>,
    /// It has stopped at no error: the bytes that come next are not there yet.
    pub(crate) waits: bool,
}

impl Sink for Strict {
    // No more than what the decoder returns, so that a packet is not copied on its way out.
    type Stop = DecodeError;
    type Mark = ();
    const RECORDS: bool = false;

    #[inline(always)]
    fn open(&mut self, _: Field, _: usize) {}
    #[inline(always)]
    fn close(&mut self, (): (), _: Value, _: usize) {}
    #[inline(always)]
    fn leaf(&mut self, _: Field, _: Value, _: Span) {}
    #[inline(always)]
    fn entry(&mut self, _: usize) {}
    #[inline]
    fn fault(
        &mut self,
        _: ProtocolVersion,
        rule: Rule,
        span: Span,
        _: u32,
    ) -> Result<(), DecodeError> {
        if rule.severity() == Severity::Error && self.tolerated != Some(rule) {
            Err(DecodeError { rule, span })
        } else {
            Ok(())
        }
    }
    #[inline]
    fn end(&mut self, _: ProtocolVersion, rule: Rule, span: Span, _: u32) -> DecodeError {
        DecodeError { rule, span }
    }
    #[inline]
    fn wait(&mut self, _: ProtocolVersion, rule: Rule, span: Span) -> DecodeError {
        self.waits = true;
        DecodeError { rule, span }
    }
    #[inline(always)]
    fn recover(&mut self, stop: DecodeError) -> Result<(), DecodeError> {
        Err(stop)
    }
}

/// Nothing more of this region can be read.
pub(crate) struct Ended;

/// Writes fields and faults down and never gives up, unless it is told to.
///
/// A list that is longer than the limits allow is still read and judged to its end; what is not
/// written down becomes one leaf that counts it.
pub(crate) struct Record<'t> {
    pub(crate) tree: &'t mut Tree,
    pub(crate) diagnostics: &'t mut Vec<Diagnostic>,
    pub(crate) counts: &'t mut FaultCounts,
    pub(crate) limits: Limits,
    /// What stands behind the first error is of no interest.
    pub(crate) until_error: bool,
    /// Where the entries of the open list begin that are not written down, and how many they are.
    pub(crate) omitted: Option<(usize, u32)>,
}

/// The mark of a group that is not written down.
const OMITTED: usize = usize::MAX;

impl Record<'_> {
    fn note(&mut self, version: ProtocolVersion, rule: Rule, span: Span, value: u32) {
        self.counts.add(rule.severity());
        if self.diagnostics.len() < self.limits.diagnostics {
            self.diagnostics.push(Diagnostic {
                rule,
                version,
                span,
                value,
            });
        }
    }
}

impl Sink for Record<'_> {
    type Stop = Ended;
    type Mark = usize;
    const RECORDS: bool = true;

    #[inline]
    fn open(&mut self, field: Field, at: usize) -> usize {
        if self.omitted.is_some() {
            return OMITTED;
        }
        self.tree.open(field, at)
    }

    #[inline]
    fn close(&mut self, mark: usize, value: Value, at: usize) {
        if mark == OMITTED {
            return;
        }
        if let Some((from, count)) = self.omitted.take() {
            let span = Span::of_bytes(from, at);
            self.tree.leaf(Field::Omitted, Value::Number(count), span);
        }
        self.tree.close(mark, value, at);
    }

    #[inline]
    fn leaf(&mut self, field: Field, value: Value, span: Span) {
        if self.omitted.is_none() {
            self.tree.leaf(field, value, span);
        }
    }

    #[inline]
    fn entry(&mut self, at: usize) {
        match &mut self.omitted {
            Some((_, count)) => *count = count.saturating_add(1),
            None if self.tree.len() >= self.limits.nodes => self.omitted = Some((at, 1)),
            None => {}
        }
    }

    #[inline]
    fn fault(
        &mut self,
        version: ProtocolVersion,
        rule: Rule,
        span: Span,
        value: u32,
    ) -> Result<(), Ended> {
        self.note(version, rule, span, value);
        if self.until_error && rule.severity() == Severity::Error {
            Err(Ended)
        } else {
            Ok(())
        }
    }

    #[inline]
    fn end(&mut self, version: ProtocolVersion, rule: Rule, span: Span, value: u32) -> Ended {
        self.note(version, rule, span, value);
        Ended
    }

    #[inline]
    fn wait(&mut self, _: ProtocolVersion, _: Rule, _: Span) -> Ended {
        Ended
    }

    #[inline]
    fn recover(&mut self, ended: Ended) -> Result<(), Ended> {
        if self.until_error { Err(ended) } else { Ok(()) }
    }
}
