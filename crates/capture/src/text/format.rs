//! The names of the formats that text comes in.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What a text was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Format {
    /// Pairs of hex digits, with or without separators, `0x` and comments; also `xxd -p`.
    Hex,
    /// `<Buffer 10 0c …>`, as Node.js prints it.
    NodeBuffer,
    /// Lines that each end in hex behind a time, an arrow or a word.
    LogLines,
    /// Numbers with commas, of no certain language: `[16, 12]`.
    NumberList,
    /// A C or C++ array or string; also `xxd -i`.
    CLiteral,
    /// A Rust array or byte string.
    RustLiteral,
    /// Python bytes: a literal, `bytes([…])` or `bytes.fromhex(…)`.
    PythonLiteral,
    /// A JavaScript array or buffer, also as JSON.
    JsLiteral,
    /// A Go byte slice or string.
    GoLiteral,
    /// A Java, Kotlin or C# byte array, which may be signed.
    JavaLiteral,
    /// A Lua string, whose escapes are decimal: `"\\192\\0"`.
    LuaLiteral,
    /// Text with `\x10` and the like but without quotes.
    EscapedString,
    /// What `xxd` prints.
    Xxd,
    /// What `hexdump -C` prints.
    HexdumpC,
    /// What `hexdump` prints: words of 16 bits, low byte first.
    Hexdump,
    /// What `od` prints, in hex or octal.
    Od,
    /// What `tcpdump -x`, `-X` or `-XX` prints.
    TcpdumpX,
    /// Offsets and hex pairs with or without text beside, as Wireshark copies them.
    WiresharkHex,
    /// Wireshark's "follow stream", as a hex dump or raw.
    WiresharkFollow,
    /// Base64 with the standard alphabet.
    Base64,
    /// Base64 with the alphabet for addresses.
    Base64Url,
    /// A `data:` address.
    DataUrl,
    /// A binary of Erlang or Elixir: `<<32,2,0,0>>`.
    ErlangBinary,
    /// What `NSData` and Swift's `Data` say of themselves: `<20020000>`, `{length = 4, bytes = …}`.
    NsData,
    /// Rows of offsets and bytes behind whatever a log or a debugger puts before them.
    LogDump,
    /// What `strace` prints of system calls.
    Strace,
    /// A string of `echo -e` or `printf`.
    ShellString,
    /// Groups of eight binary digits.
    BinaryDigits,
    /// PostgreSQL's `\x20020000`.
    Bytea,
    /// Hex as Intel's assemblers write it: `30h, 0C0h`.
    IntelHex,
    /// A table of indexes with a decimal byte in each line.
    IndexTable,
    /// JSON that holds bytes: an archive of a browser, packets of `tshark`, a buffer.
    Json,
    /// The bytes themselves.
    Binary,
}

impl Format {
    /// Every format, in the order in which a menu may list them.
    pub const ALL: [Self; 33] = [
        Self::Hex,
        Self::Base64,
        Self::Base64Url,
        Self::DataUrl,
        Self::HexdumpC,
        Self::Xxd,
        Self::Hexdump,
        Self::Od,
        Self::TcpdumpX,
        Self::WiresharkHex,
        Self::WiresharkFollow,
        Self::LogLines,
        Self::NodeBuffer,
        Self::EscapedString,
        Self::CLiteral,
        Self::RustLiteral,
        Self::PythonLiteral,
        Self::JsLiteral,
        Self::GoLiteral,
        Self::JavaLiteral,
        Self::LuaLiteral,
        Self::NumberList,
        Self::ErlangBinary,
        Self::NsData,
        Self::LogDump,
        Self::Strace,
        Self::ShellString,
        Self::BinaryDigits,
        Self::Bytea,
        Self::IntelHex,
        Self::IndexTable,
        Self::Json,
        Self::Binary,
    ];

    /// The format with this name, in any case.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// Whether its lines begin with offsets that count on from line to line.
    pub(super) const fn is_dump(self) -> bool {
        matches!(
            self,
            Self::HexdumpC | Self::Xxd | Self::TcpdumpX | Self::WiresharkHex | Self::Od
        )
    }

    /// Whether it is source code, which may hold more than the bytes.
    pub(super) const fn is_literal(self) -> bool {
        matches!(
            self,
            Self::NumberList
                | Self::CLiteral
                | Self::RustLiteral
                | Self::PythonLiteral
                | Self::JsLiteral
                | Self::GoLiteral
                | Self::JavaLiteral
                | Self::LuaLiteral
        )
    }

    /// A label for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::NodeBuffer => "Node.js buffer",
            Self::LogLines => "log lines with hex",
            Self::NumberList => "list of numbers",
            Self::CLiteral => "C literal",
            Self::RustLiteral => "Rust literal",
            Self::PythonLiteral => "Python literal",
            Self::JsLiteral => "JavaScript literal",
            Self::GoLiteral => "Go literal",
            Self::JavaLiteral => "Java or C# literal",
            Self::LuaLiteral => "Lua literal",
            Self::EscapedString => "escaped string",
            Self::Xxd => "hex dump (xxd)",
            Self::HexdumpC => "hex dump (hexdump -C)",
            Self::Hexdump => "hex dump (hexdump, 16-bit words)",
            Self::Od => "dump (od)",
            Self::TcpdumpX => "hex dump (tcpdump -X)",
            Self::WiresharkHex => "hex dump (Wireshark)",
            Self::WiresharkFollow => "followed stream (Wireshark)",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::DataUrl => "data URL",
            Self::ErlangBinary => "Erlang binary",
            Self::NsData => "NSData or Swift Data",
            Self::LogDump => "dump in a log",
            Self::Strace => "strace",
            Self::ShellString => "shell string (echo, printf)",
            Self::BinaryDigits => "binary digits",
            Self::Bytea => "PostgreSQL bytea",
            Self::IntelHex => "hex with h (30h, 0C0h)",
            Self::IndexTable => "table of bytes by index",
            Self::Json => "JSON",
            Self::Binary => "raw bytes",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
