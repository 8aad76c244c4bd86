//! The 27 properties of version 5 (section 2.2.2.2), a row each. All else that the crate knows of a
//! property comes of its row: identifier and field, reading and writing, length, what is judged, the
//! set of those that may stand in a packet, the short cuts, and the names of the npm package.

/// Calls `$then! { $arguments rows }`. A row is
///
/// ```text
/// /// What the value says.
/// identifier getter CONSTANT Variant(part: Type) [owners] "the standard's name" rules;
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
            1 payload_format_indicator PAYLOAD_FORMAT_INDICATOR PayloadFormatIndicator(value: Byte)
                [Publish Will]
                "Payload Format Indicator" ANY.within(0..=1, Rule::PayloadFormatIndicatorValue);
            /// Seconds.
            2 message_expiry_interval MESSAGE_EXPIRY_INTERVAL MessageExpiryInterval(value: FourByte)
                [Publish Will]
                "Message Expiry Interval" ANY;
            /// What the payload is.
            3 content_type CONTENT_TYPE ContentType(value: Text) [Publish Will] "Content Type" ANY;
            /// Where to answer.
            //= [MQTT-3.3.2-14] v5: no wildcard
            //= [MQTT-4.7.3-1] v5: at least one character
            8 response_topic RESPONSE_TOPIC ResponseTopic(value: Topic) [Publish Will] "Response Topic"
                ANY.topic(Rule::ResponseTopicEmpty, Rule::ResponseTopicWildcard);
            /// What to put into the answer.
            9 correlation_data CORRELATION_DATA CorrelationData(value: Data)
                [Publish Will] "Correlation Data" ANY;
            /// 1 to 268,435,455.
            //= [MQTT-3.3.4-6] v5: a client sends no Subscription Identifier in a PUBLISH
            11 subscription_identifier SUBSCRIPTION_IDENTIFIER SubscriptionIdentifier(value: Variable)
                [Publish Subscribe]
                "Subscription Identifier"
                ANY.within(1..=varint::MAX, Rule::SubscriptionIdentifierZero)
                    .repeats(owner::Publish)
                    .not_from(Sender::Client, owner::Publish, Rule::PublishSubscriptionIdentifierFromClient);
            /// Seconds; `u32::MAX`: never.
            //= [MQTT-3.14.2-2] v5: a server sends no Session Expiry Interval in a DISCONNECT
            17 session_expiry_interval SESSION_EXPIRY_INTERVAL SessionExpiryInterval(value: FourByte)
                [Connect Connack Disconnect]
                "Session Expiry Interval"
                ANY.not_from(Sender::Server, owner::Disconnect, Rule::DisconnectSessionExpiryFromServer);
            /// The identifier that the server chose.
            18 assigned_client_identifier ASSIGNED_CLIENT_IDENTIFIER AssignedClientIdentifier(value: Text)
                [Connack]
                "Assigned Client Identifier" ANY;
            /// Seconds.
            19 server_keep_alive SERVER_KEEP_ALIVE ServerKeepAlive(value: TwoByte)
                [Connack] "Server Keep Alive" ANY;
            /// The name of the method.
            21 authentication_method AUTHENTICATION_METHOD AuthenticationMethod(value: Text)
                [Connect Connack Auth]
                "Authentication Method" ANY;
            /// What the method says.
            22 authentication_data AUTHENTICATION_DATA AuthenticationData(value: Data)
                [Connect Connack Auth]
                "Authentication Data" ANY;
            /// Whether answers may explain themselves: 0 or 1.
            23 request_problem_information REQUEST_PROBLEM_INFORMATION RequestProblemInformation(value: Byte)
                [Connect]
                "Request Problem Information" ANY.within(0..=1, Rule::RequestProblemInformationValue);
            /// Seconds.
            24 will_delay_interval WILL_DELAY_INTERVAL WillDelayInterval(value: FourByte)
                [Will] "Will Delay Interval" ANY;
            /// Whether Response Information is wanted: 0 or 1.
            25 request_response_information REQUEST_RESPONSE_INFORMATION RequestResponseInformation(value: Byte)
                [Connect]
                "Request Response Information" ANY.within(0..=1, Rule::RequestResponseInformationValue);
            /// What to make response topics of.
            26 response_information RESPONSE_INFORMATION ResponseInformation(value: Text)
                [Connack] "Response Information" ANY;
            /// Another server.
            28 server_reference SERVER_REFERENCE ServerReference(value: Text)
                [Connack Disconnect] "Server Reference"
                ANY.not_from(Sender::Client, owner::Disconnect, Rule::DisconnectServerReferenceFromClient);
            /// Text for a person.
            31 reason_string REASON_STRING ReasonString(value: Text) [Answers] "Reason String" ANY;
            /// Packets in flight, at least 1.
            33 receive_maximum RECEIVE_MAXIMUM ReceiveMaximum(value: TwoByte)
                [Connect Connack] "Receive Maximum"
                ANY.within(1..=u32::MAX, Rule::ReceiveMaximumZero);
            /// The greatest alias that is accepted; 0: none.
            34 topic_alias_maximum TOPIC_ALIAS_MAXIMUM TopicAliasMaximum(value: TwoByte)
                [Connect Connack]
                "Topic Alias Maximum" ANY;
            /// At least 1.
            //= [MQTT-3.3.2-8] v5: an alias is not 0
            35 topic_alias TOPIC_ALIAS TopicAlias(value: TwoByte) [Publish] "Topic Alias"
                ANY.within(1..=u32::MAX, Rule::TopicAliasZero);
            /// 0 or 1.
            36 maximum_qos MAXIMUM_QOS MaximumQoS(value: Byte) [Connack] "Maximum QoS"
                ANY.within(0..=1, Rule::MaximumQoSValue);
            /// 0 or 1.
            37 retain_available RETAIN_AVAILABLE RetainAvailable(value: Byte)
                [Connack] "Retain Available"
                ANY.within(0..=1, Rule::RetainAvailableValue);
            /// A name and a value; the only property that may repeat everywhere.
            38 user_property USER_PROPERTY UserProperty(name: Text, value: Text) [Every] "User Property"
                ANY.repeats(owner::Every);
            /// Bytes, at least 1.
            39 maximum_packet_size MAXIMUM_PACKET_SIZE MaximumPacketSize(value: FourByte)
                [Connect Connack]
                "Maximum Packet Size" ANY.within(1..=u32::MAX, Rule::MaximumPacketSizeZero);
            /// 0 or 1.
            40 wildcard_subscription_available WILDCARD_SUBSCRIPTION_AVAILABLE WildcardSubscriptionAvailable(value: Byte)
                [Connack]
                "Wildcard Subscription Available"
                ANY.within(0..=1, Rule::WildcardSubscriptionAvailableValue);
            /// 0 or 1.
            41 subscription_identifier_available SUBSCRIPTION_IDENTIFIER_AVAILABLE SubscriptionIdentifierAvailable(value: Byte)
                [Connack]
                "Subscription Identifier Available"
                ANY.within(0..=1, Rule::SubscriptionIdentifiersAvailableValue);
            /// 0 or 1.
            42 shared_subscription_available SHARED_SUBSCRIPTION_AVAILABLE SharedSubscriptionAvailable(value: Byte)
                [Connack]
                "Shared Subscription Available"
                ANY.within(0..=1, Rule::SharedSubscriptionAvailableValue);
        }
    };
}

pub(crate) use each_property;
