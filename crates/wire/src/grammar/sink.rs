//! Who listens while the grammar reads: nobody (strict) or a tree (dissecting).

use alloc::vec::Vec;

use crate::{DecodeError, Diagnostic, Field, Node, ProtocolVersion, Rule, Severity, Span, Value};

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
}

impl Sink for Strict {
    type Stop = DecodeError;
    type Mark = ();
    const RECORDS: bool = false;

    #[inline(always)]
    fn open(&mut self, _: Field, _: usize) {}
    #[inline(always)]
    fn close(&mut self, (): (), _: Value, _: usize) {}
    #[inline(always)]
    fn leaf(&mut self, _: Field, _: Value, _: Span) {}
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
        DecodeError { rule, span }
    }
    #[inline(always)]
    fn recover(&mut self, stop: DecodeError) -> Result<(), DecodeError> {
        Err(stop)
    }
}

/// Nothing more of this region can be read.
pub(crate) struct Ended;

/// Writes every field and fault down and never gives up, unless it is told to.
pub(crate) struct Record<'t> {
    pub(crate) nodes: &'t mut Vec<Node>,
    pub(crate) diagnostics: &'t mut Vec<Diagnostic>,
    pub(crate) depth: u8,
    /// What stands behind the first error is of no interest.
    pub(crate) until_error: bool,
}

impl Sink for Record<'_> {
    type Stop = Ended;
    type Mark = usize;
    const RECORDS: bool = true;

    #[inline]
    fn open(&mut self, field: Field, at: usize) -> usize {
        let mark = self.nodes.len();
        self.nodes.push(Node {
            field,
            depth: self.depth,
            value: Value::Group,
            span: Span::of_bytes(at, at),
        });
        self.depth = self.depth.saturating_add(1);
        mark
    }

    #[inline]
    fn close(&mut self, mark: usize, value: Value, at: usize) {
        self.depth = self.depth.saturating_sub(1);
        if let Some(node) = self.nodes.get_mut(mark) {
            node.value = value;
            node.span.len = Span::of_bytes(0, at).len.saturating_sub(node.span.start);
        }
    }

    #[inline]
    fn leaf(&mut self, field: Field, value: Value, span: Span) {
        self.nodes.push(Node {
            field,
            depth: self.depth,
            value,
            span,
        });
    }

    #[inline]
    fn fault(
        &mut self,
        version: ProtocolVersion,
        rule: Rule,
        span: Span,
        value: u32,
    ) -> Result<(), Ended> {
        self.diagnostics.push(Diagnostic {
            rule,
            version,
            span,
            value,
        });
        if self.until_error && rule.severity() == Severity::Error {
            Err(Ended)
        } else {
            Ok(())
        }
    }

    #[inline]
    fn end(&mut self, version: ProtocolVersion, rule: Rule, span: Span, value: u32) -> Ended {
        self.diagnostics.push(Diagnostic {
            rule,
            version,
            span,
            value,
        });
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
