use super::*;

#[test]
fn a_filter_that_a_server_must_refuse_is_refused_here() {
    for filter in ["#", "a/#", "+", "+/b/+", "$share/g/a/#", "/", "a b"] {
        assert_eq!(check_filter(filter), Ok(()), "{filter}");
    }
    let long = "a".repeat(65_536);
    for (filter, says) in [
        ("", "Enter a Topic Filter"),
        ("a#", "# must"),
        ("#/a", "# must"),
        ("a/b+", "+ must"),
        ("a+/b", "+ must"),
        ("$share/g/a+/#", "+ must"),
        ("$share/", "name of the group is missing"),
        ("$share//a", "name of the group is missing"),
        ("$share/g", "after the group"),
        ("$share/g/", "after the group"),
        ("$share/+/a", "may not hold + or #"),
        ("a\0", "U+0000"),
        (&long, "65,535"),
    ] {
        let told = check_filter(filter).unwrap_err();
        assert!(told.contains(says) && !told.contains('`'), "{told}");
    }
}

#[test]
fn no_local_of_a_shared_subscription_is_told_before_it_is_sent() {
    let draft = |topic_filter: &str, no_local| SubscriptionDraft {
        topic_filter: topic_filter.into(),
        no_local,
        ..SubscriptionDraft::default()
    };
    let shared = draft("$share/g/x/#", true);
    let told = check_subscription(&shared, true).unwrap_err();
    assert!(told.contains("No Local"), "{told}");
    assert_eq!(check_subscription(&shared, false), Ok(()));
    assert_eq!(check_subscription(&draft("x/#", true), true), Ok(()));
    assert_eq!(
        check_subscription(&draft("$share/g/x/#", false), true),
        Ok(())
    );
}

#[test]
fn retained_messages_are_not_offered_to_a_shared_subscription() {
    let settings = SUBSCRIPTION.iter().flat_map(|group| group.settings);
    let mut handling = settings.filter(|setting| setting.id == "retain-handling");
    let applies = handling.next().unwrap().applies;
    let mut draft = SubscriptionDraft::default();
    assert!(applies(&draft));
    draft.topic_filter = "$share/g/x".into();
    assert!(!applies(&draft));
}

#[test]
fn every_option_is_written_as_it_is_read() {
    let table = [
        ("topic-filter", "a/+"),
        ("maximum-qos", "2"),
        ("no-local", "yes"),
        ("retain-as-published", "yes"),
        ("retain-handling", "1"),
        ("subscription-identifier", "9"),
        ("subscribe-user-properties", "a = 1"),
    ];
    let settings: Vec<_> = SUBSCRIPTION
        .iter()
        .flat_map(|group| group.settings)
        .collect();
    assert_eq!(settings.len(), table.len());
    let mut draft = SubscriptionDraft::default();
    for (id, text) in table {
        let setting = settings.iter().find(|setting| setting.id == id).unwrap();
        (setting.set)(&mut draft, text).unwrap();
        assert_eq!((setting.get)(&draft), text);
    }
    assert!((settings[5].set)(&mut draft, "268435456").is_err());
}
