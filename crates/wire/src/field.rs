//! The names of everything a packet is made of.

/// The part of a packet that a field belongs to; each has one colour on every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// Packet type, flags and Remaining Length.
    FixedHeader,
    /// What follows it, before properties and payload.
    VariableHeader,
    /// Properties, the will's included.
    Properties,
    /// The payload.
    Payload,
    /// Bytes that no field explains.
    Unread,
}

/// The fields, in the middle the properties of [`crate::property`]'s table.
macro_rules! fields {
    (
        { $($(#[$doc:meta])* $name:ident = $text:literal,)* }
        { $($(#[$doc_after:meta])* $name_after:ident = $text_after:literal,)* }
        $($(#[$of_value:meta])* $number:literal $getter:ident $constant:ident $property:ident $parts:tt $owners:tt
            $title:literal $rules:expr;)*
    ) => {
        fields! {
            $($(#[$doc])* $name = $text,)*
            $($property = $title,)*
            $($(#[$doc_after])* $name_after = $text_after,)*
        }
    };
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A field, by the standard's name for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Field { $(#[doc = $text] $(#[$doc])* $name,)* }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The standard's name, as version 5 has it where versions differ
            /// (see [`Field::name_in`]).
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

crate::property::each_property! { fields {
    FixedHeader = "Fixed header",
    PacketType = "Packet type",
    ReservedFlags = "Reserved flags",
    Dup = "DUP",
    QoS = "QoS",
    Retain = "RETAIN",
    RemainingLength = "Remaining Length",
    VariableHeader = "Variable header",
    Payload = "Payload",

    ProtocolName = "Protocol Name",
    ProtocolVersion = "Protocol Version",
    ConnectFlags = "Connect Flags",
    UserNameFlag = "User Name Flag",
    PasswordFlag = "Password Flag",
    WillRetain = "Will Retain",
    WillQoS = "Will QoS",
    WillFlag = "Will Flag",
    CleanStart = "Clean Start",
    ConnectReserved = "Reserved",
    KeepAlive = "Keep Alive",
    ClientIdentifier = "Client Identifier",
    WillProperties = "Will Properties",
    WillTopic = "Will Topic",
    WillPayload = "Will Payload",
    UserName = "User Name",
    Password = "Password",

    ConnectAcknowledgeFlags = "Connect Acknowledge Flags",
    AcknowledgeReserved = "Reserved",
    SessionPresent = "Session Present",
    ReasonCode = "Reason Code",

    TopicName = "Topic Name",
    PacketIdentifier = "Packet Identifier",
    ApplicationMessage = "Application Message",

    /// One topic filter with its options.
    Subscription = "Subscription",
    TopicFilter = "Topic Filter",
    SubscriptionOptions = "Subscription Options",
    OptionsReserved = "Reserved",
    RetainHandling = "Retain Handling",
    RetainAsPublished = "Retain As Published",
    NoLocal = "No Local",
    MaximumQoSOption = "Maximum QoS",

    Properties = "Properties",
    PropertyLength = "Property Length",
    PropertyIdentifier = "Property Identifier",
    /// What a property's identifier announces, where it is a number.
    PropertyValue = "Value",
    UserPropertyName = "Name",
    UserPropertyValue = "Value",
} {
    /// The two bytes before a string or binary data.
    Length = "Length",
    /// The characters of a UTF-8 Encoded String.
    Text = "Text",
    /// The bytes of Binary Data.
    Data = "Data",
    /// `$share/`.
    SharePrefix = "$share/",
    /// Who shares a subscription.
    ShareName = "ShareName",
    /// The `/` between share name and filter.
    ShareSeparator = "Separator",
    /// Bytes that could not be read because of a fault before them.
    Unread = "Unread bytes",
    /// Entries of a list that is longer than a dissection's limits; the value is how many.
    Omitted = "Not shown",
    /// Bytes after the last field of a packet.
    LeftOver = "Bytes left over",
} }

impl Field {
    /// The name that a version's standard uses.
    #[must_use]
    pub const fn name_in(self, version: crate::ProtocolVersion) -> &'static str {
        if version.is_v5() {
            return self.name();
        }
        match self {
            Self::ProtocolVersion => "Protocol Level",
            Self::CleanStart => "Clean Session",
            Self::WillPayload => "Will Message",
            Self::ReasonCode => "Return Code",
            Self::SubscriptionOptions => "Requested QoS byte",
            Self::MaximumQoSOption => "Requested QoS",
            _ => self.name(),
        }
    }

    /// The section that the field begins; `None`: it belongs to the one it stands in.
    #[must_use]
    pub const fn section(self) -> Option<Section> {
        match self {
            Self::FixedHeader => Some(Section::FixedHeader),
            Self::VariableHeader => Some(Section::VariableHeader),
            Self::Properties | Self::WillProperties => Some(Section::Properties),
            Self::Payload => Some(Section::Payload),
            Self::Unread | Self::LeftOver => Some(Section::Unread),
            _ => None,
        }
    }
}
