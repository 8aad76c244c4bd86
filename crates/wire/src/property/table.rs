//! The 27 properties of version 5 (section 2.2.2.2), a row each. All else that the crate knows of a
//! property comes of its row: identifier and field, reading and writing, length, what is judged, the
//! set of those that may stand in a packet, the short cuts, and the names of the npm package.

/// Calls `$then! { $arguments rows }`. A row is
///
/// ```text
/// /// What the value says.
/// identifier CONSTANT Variant(part: Type) [owners] "the standard's name" rules;
/// ```
///
/// where a type is `Byte`, `TwoByte`, `FourByte`, `Variable`, `Text`, `Topic` or `Data`, an owner a
/// packet type, `Will`, `Answers` or `Every`, and the rules are [`super::rules::Rules`] of the value:
/// which numbers it may have, whether it may repeat, who may not send it.
macro_rules! each_property {
    ($then:ident $($arguments:tt)*) => {
        $then! {
            $($arguments)*

            /// 0: bytes, 1: UTF-8.
            1 PAYLOAD_FORMAT_INDICATOR PayloadFormatIndicator(value: Byte) [Publish Will]
                "Payload Format Indicator" ANY.within(0..=1, Rule::PayloadFormatIndicatorValue);
            /// Seconds.
            2 MESSAGE_EXPIRY_INTERVAL MessageExpiryInterval(value: FourByte) [Publish Will]
                "Message Expiry Interval" ANY;
            /// What the payload is.
            3 CONTENT_TYPE ContentType(value: Text) [Publish Will] "Content Type" ANY;
            /// Where to answer.
            //= [MQTT-3.3.2-14] v5: no wildcard
            //= [MQTT-4.7.3-1] v5: at least one character
            8 RESPONSE_TOPIC ResponseTopic(value: Topic) [Publish Will] "Response Topic"
                ANY.topic(Rule::ResponseTopicEmpty, Rule::ResponseTopicWildcard);
            /// What to put into the answer.
            9 CORRELATION_DATA CorrelationData(value: Data) [Publish Will] "Correlation Data" ANY;
            /// 1 to 268,435,455.
            //= [MQTT-3.3.4-6] v5: a client sends no Subscription Identifier in a PUBLISH
            11 SUBSCRIPTION_IDENTIFIER SubscriptionIdentifier(value: Variable) [Publish Subscribe]
                "Subscription Identifier"
                ANY.within(1..=varint::MAX, Rule::SubscriptionIdentifierZero)
                    .repeats(owner::Publish)
                    .not_from(Sender::Client, owner::Publish, Rule::PublishSubscriptionIdentifierFromClient);
            /// Seconds; `u32::MAX`: never.
            //= [MQTT-3.14.2-2] v5: a server sends no Session Expiry Interval in a DISCONNECT
            17 SESSION_EXPIRY_INTERVAL SessionExpiryInterval(value: FourByte) [Connect Connack Disconnect]
                "Session Expiry Interval"
                ANY.not_from(Sender::Server, owner::Disconnect, Rule::DisconnectSessionExpiryFromServer);
            /// The identifier that the server chose.
            18 ASSIGNED_CLIENT_IDENTIFIER AssignedClientIdentifier(value: Text) [Connack]
                "Assigned Client Identifier" ANY;
            /// Seconds.
            19 SERVER_KEEP_ALIVE ServerKeepAlive(value: TwoByte) [Connack] "Server Keep Alive" ANY;
            /// The name of the method.
            21 AUTHENTICATION_METHOD AuthenticationMethod(value: Text) [Connect Connack Auth]
                "Authentication Method" ANY;
            /// What the method says.
            22 AUTHENTICATION_DATA AuthenticationData(value: Data) [Connect Connack Auth]
                "Authentication Data" ANY;
            /// Whether answers may explain themselves: 0 or 1.
            23 REQUEST_PROBLEM_INFORMATION RequestProblemInformation(value: Byte) [Connect]
                "Request Problem Information" ANY.within(0..=1, Rule::RequestProblemInformationValue);
            /// Seconds.
            24 WILL_DELAY_INTERVAL WillDelayInterval(value: FourByte) [Will] "Will Delay Interval" ANY;
            /// Whether Response Information is wanted: 0 or 1.
            25 REQUEST_RESPONSE_INFORMATION RequestResponseInformation(value: Byte) [Connect]
                "Request Response Information" ANY.within(0..=1, Rule::RequestResponseInformationValue);
            /// What to make response topics of.
            26 RESPONSE_INFORMATION ResponseInformation(value: Text) [Connack] "Response Information" ANY;
            /// Another server.
            28 SERVER_REFERENCE ServerReference(value: Text) [Connack Disconnect] "Server Reference"
                ANY.not_from(Sender::Client, owner::Disconnect, Rule::DisconnectServerReferenceFromClient);
            /// Text for a person.
            31 REASON_STRING ReasonString(value: Text) [Answers] "Reason String" ANY;
            /// Packets in flight, at least 1.
            33 RECEIVE_MAXIMUM ReceiveMaximum(value: TwoByte) [Connect Connack] "Receive Maximum"
                ANY.within(1..=u32::MAX, Rule::ReceiveMaximumZero);
            /// The greatest alias that is accepted; 0: none.
            34 TOPIC_ALIAS_MAXIMUM TopicAliasMaximum(value: TwoByte) [Connect Connack]
                "Topic Alias Maximum" ANY;
            /// At least 1.
            //= [MQTT-3.3.2-8] v5: an alias is not 0
            35 TOPIC_ALIAS TopicAlias(value: TwoByte) [Publish] "Topic Alias"
                ANY.within(1..=u32::MAX, Rule::TopicAliasZero);
            /// 0 or 1.
            36 MAXIMUM_QOS MaximumQoS(value: Byte) [Connack] "Maximum QoS"
                ANY.within(0..=1, Rule::MaximumQoSValue);
            /// 0 or 1.
            37 RETAIN_AVAILABLE RetainAvailable(value: Byte) [Connack] "Retain Available"
                ANY.within(0..=1, Rule::RetainAvailableValue);
            /// A name and a value; the only property that may repeat everywhere.
            38 USER_PROPERTY UserProperty(name: Text, value: Text) [Every] "User Property"
                ANY.repeats(owner::Every);
            /// Bytes, at least 1.
            39 MAXIMUM_PACKET_SIZE MaximumPacketSize(value: FourByte) [Connect Connack]
                "Maximum Packet Size" ANY.within(1..=u32::MAX, Rule::MaximumPacketSizeZero);
            /// 0 or 1.
            40 WILDCARD_SUBSCRIPTION_AVAILABLE WildcardSubscriptionAvailable(value: Byte) [Connack]
                "Wildcard Subscription Available"
                ANY.within(0..=1, Rule::WildcardSubscriptionAvailableValue);
            /// 0 or 1.
            41 SUBSCRIPTION_IDENTIFIER_AVAILABLE SubscriptionIdentifierAvailable(value: Byte) [Connack]
                "Subscription Identifier Available"
                ANY.within(0..=1, Rule::SubscriptionIdentifiersAvailableValue);
            /// 0 or 1.
            42 SHARED_SUBSCRIPTION_AVAILABLE SharedSubscriptionAvailable(value: Byte) [Connack]
                "Shared Subscription Available"
                ANY.within(0..=1, Rule::SharedSubscriptionAvailableValue);
        }
    };
}

pub(crate) use each_property;
