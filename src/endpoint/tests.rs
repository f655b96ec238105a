use super::*;

fn url(plane: Plane, region: &str, fips: bool, dual_stack: bool) -> String {
    let region = Region::new(region).unwrap();
    Endpoint::regional(plane, &region, HostVariant::new(fips, dual_stack)).url().to_owned()
}

#[test]
fn a_zone_is_no_region_and_is_told_from_it() {
    for (zone, region) in [
        ("us-east-1a", "us-east-1"),
        (" eu-central-1c ", "eu-central-1"),
        ("us-gov-west-1b", "us-gov-west-1"),
        ("ap-southeast-12f", "ap-southeast-12"),
        ("us-west-2-lax-1a", "us-west-2"),
    ] {
        let error = Region::new(zone).expect_err(zone).to_string();
        let expected = format!("is an availability zone of {region}, not a region: write {region}");
        assert!(error.ends_with(&expected), "{error}");
    }
    for region in
        ["us-east-1", "us-gov-west-1", "eusc-de-east-1", "fips", "local-1a", "x1a", "a", "us-east-a"]
    {
        assert!(Region::new(region).is_ok(), "{region}");
    }
}

#[test]
fn a_region_is_one_host_label() {
    for text in ["us-east-1", "eu-isoe-west-1", "moon-1", "a", "0", " us-east-1\n", &"a".repeat(40)] {
        assert_eq!(Region::new(text).unwrap().as_str(), text.trim());
    }
    for text in [
        "",
        " ",
        "-",
        "-us",
        "us-",
        "US-EAST-1",
        "us_east_1",
        "us east 1",
        "us.east",
        "us-east-1/",
        "us-east-1.evil.test/#",
        "us-east-1@evil",
        "us-east-1:80",
        "é",
        "us-east-1\0",
        &"a".repeat(41),
    ] {
        let error = Region::new(text).expect_err(text);
        assert!(error.to_string().contains("one looks like us-east-1"), "{error}");
    }
    assert!(!Region::new("us\u{1b}[2J").unwrap_err().to_string().contains('\u{1b}'));
}

#[test]
fn a_region_belongs_to_the_partition_of_its_prefix() {
    for (region, partition) in [
        ("us-east-1", Partition::Aws),
        ("il-central-1", Partition::Aws),
        ("mx-central-1", Partition::Aws),
        ("aws-global", Partition::Aws),
        ("xx-unheard-7", Partition::Aws),
        ("us-isolated-1", Partition::Aws),
        ("cn-north-1", Partition::AwsCn),
        ("aws-cn-global", Partition::AwsCn),
        ("eusc-de-east-1", Partition::AwsEusc),
        ("us-gov-west-1", Partition::AwsUsGov),
        ("aws-us-gov-global", Partition::AwsUsGov),
        ("us-iso-west-1", Partition::AwsIso),
        ("aws-iso-global", Partition::AwsIso),
        ("us-isob-east-1", Partition::AwsIsoB),
        ("aws-iso-b-global", Partition::AwsIsoB),
        ("eu-isoe-west-1", Partition::AwsIsoE),
        ("us-isof-south-1", Partition::AwsIsoF),
        ("aws-iso-f-global", Partition::AwsIsoF),
    ] {
        assert_eq!(Region::new(region).unwrap().partition(), partition, "{region}");
    }
}

#[test]
fn each_partition_has_its_own_domains() {
    assert_eq!(
        url(Plane::Data, "us-east-1", false, false),
        "https://bedrock-runtime.us-east-1.amazonaws.com"
    );
    assert_eq!(url(Plane::Control, "us-east-1", true, true), "https://bedrock-fips.us-east-1.api.aws");
    assert_eq!(
        url(Plane::Control, "cn-north-1", false, false),
        "https://bedrock.cn-north-1.amazonaws.com.cn"
    );
    assert_eq!(
        url(Plane::Data, "eusc-de-east-1", false, true),
        "https://bedrock-runtime.eusc-de-east-1.api.amazonwebservices.eu"
    );
    assert_eq!(
        url(Plane::Data, "us-gov-west-1", true, false),
        "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com"
    );
    assert_eq!(url(Plane::Data, "eu-isoe-west-1", false, false), {
        "https://bedrock-runtime.eu-isoe-west-1.cloud.adc-e.uk"
    });
    let names = ["us-east-1", "cn-north-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1"]
        .map(|region| Region::new(region).unwrap().partition().as_str());
    assert_eq!(names, ["aws", "aws-cn", "aws-eusc", "aws-iso", "aws-iso-b"]);
}

#[test]
fn profile_prefixes_go_from_near_to_far() {
    let prefixes = |region: &str| Region::new(region).unwrap().profile_prefixes();
    assert_eq!(prefixes("us-west-2"), ["us.", "global."]);
    assert_eq!(prefixes("eu-north-1"), ["eu.", "global."]);
    assert_eq!(prefixes("ap-northeast-1"), ["jp.", "apac.", "global."]);
    assert_eq!(prefixes("ap-southeast-2"), ["au.", "apac.", "global."]);
    assert_eq!(prefixes("ap-south-1"), ["in.", "apac.", "global."]);
    assert_eq!(prefixes("ca-central-1"), ["ca.", "us.", "global."]);
    assert_eq!(prefixes("sa-east-1"), ["global."]);
    assert_eq!(prefixes("us-gov-east-1"), ["us-gov."]);
    assert!(prefixes("cn-north-1").is_empty());
}

#[test]
fn a_custom_endpoint_is_written_in_one_form() {
    for (given, expected) in [
        ("https://example.com", "https://example.com"),
        (" https://Example.COM/ ", "https://example.com"),
        ("HTTPS://example.com:443", "https://example.com"),
        ("http://example.com:80/", "http://example.com"),
        ("https://example.com:80", "https://example.com:80"),
        ("http://example.com:443", "http://example.com:443"),
        ("http://localhost:4566/", "http://localhost:4566"),
        ("http://[::1]:8080/a/b/", "http://[::1]:8080/a/b"),
        ("https://gateway.test/Bedrock//", "https://gateway.test/Bedrock"),
    ] {
        assert_eq!(Endpoint::custom(given).unwrap().url(), expected, "{given}");
    }
}

#[test]
fn an_endpoint_that_cannot_be_one_says_why() {
    for (given, problem) in [
        ("", "not a URL"),
        ("localhost:4566", "no scheme"),
        ("example.com", "no scheme"),
        ("/path", "no scheme"),
        ("ftp://example.com", "scheme is neither"),
        ("https://", "not a URL"),
        ("https://exa mple.com", "not a URL"),
        ("https://example.com:", "port"),
        ("https://example.com:99999", "port"),
        ("https://example.com/?x=1", "query"),
        ("https://example.com/#x", "fragment"),
        ("https://me:canary@example.com", "user information"),
    ] {
        let error = Endpoint::custom(given).expect_err(given).to_string();
        assert!(error.contains(problem), "{given}: {error}");
        assert!(error.contains("one looks like https://bedrock-runtime."), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
    for given in
        ["me:canary@example.com", "ftp://me:canary@example.com/x", "https://canary@example.com:bad/#x"]
    {
        let error = Endpoint::custom(given).expect_err(given).to_string();
        assert!(!error.contains("canary"), "{error}");
    }
}

#[test]
fn a_custom_endpoint_excludes_fips_and_dual_stack() {
    let region = Region::new("us-east-1").unwrap();
    let resolve = |fips, dual_stack, custom| {
        Endpoint::resolve(Plane::Data, Some(&region), HostVariant::new(fips, dual_stack), custom)
    };
    assert_eq!(resolve(true, true, Some("https://a")), Err(EndpointError::FipsWithCustomEndpoint));
    assert_eq!(resolve(false, true, Some("https://a")), Err(EndpointError::DualStackWithCustomEndpoint));
    assert_eq!(resolve(false, false, Some("https://a")).unwrap().url(), "https://a");
    assert!(resolve(true, true, None).unwrap().is_https());
    let nothing = Endpoint::resolve(Plane::Data, None, HostVariant::default(), None);
    assert_eq!(nothing, Err(EndpointError::MissingRegion));
    let alone = Endpoint::resolve(Plane::Data, None, HostVariant::default(), Some("http://a"));
    assert!(!alone.unwrap().is_https());
}

#[test]
fn only_literal_loopback_addresses_and_localhost_are_this_machine() {
    for url in
        ["http://localhost", "http://LOCALHOST:1", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]:1"]
    {
        assert!(Endpoint::custom(url).unwrap().is_loopback(), "{url}");
    }
    for url in [
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "http://2130706433",
        "http://10.0.0.1",
        "http://[::2]",
        "http://0.0.0.0",
    ] {
        assert!(!Endpoint::custom(url).unwrap().is_loopback(), "{url}");
    }
}

#[test]
fn a_path_follows_the_endpoints_own() {
    let endpoint = Endpoint::custom("https://gateway.test/bedrock/").unwrap();
    let uri = endpoint.uri("/model/a%3A0/converse").unwrap();
    assert_eq!(uri.to_string(), "https://gateway.test/bedrock/model/a%3A0/converse");
    assert_eq!(uri.host(), Some("gateway.test"));
    assert!(endpoint.uri("/model/a b").is_err());
    assert_eq!(endpoint.to_string(), endpoint.url());
}

#[cfg(feature = "client")]
#[test]
fn services_have_hosts_by_their_own_rules() {
    let url = |prefix: &str, region: &str, fips, dual_stack| {
        let region = Region::new(region).expect("a region");
        let endpoint = Endpoint::of_host_prefix(prefix, &region, HostVariant::new(fips, dual_stack));
        endpoint.expect("an endpoint").url().trim_start_matches("https://").to_owned()
    };
    for (prefix, region, fips, dual_stack, expected) in [
        (
            "bedrock-agent-runtime",
            "us-east-1",
            true,
            false,
            "bedrock-agent-runtime-fips.us-east-1.amazonaws.com",
        ),
        ("bedrock-agent-runtime", "us-east-1", false, true, "bedrock-agent-runtime.us-east-1.api.aws"),
        ("s3", "eu-west-1", false, true, "s3.dualstack.eu-west-1.amazonaws.com"),
        ("My.bucket.s3", "us-east-1", true, true, "my.bucket.s3-fips.dualstack.us-east-1.amazonaws.com"),
        ("s3", "us-gov-west-1", true, false, "s3-fips.us-gov-west-1.amazonaws.com"),
        ("s3", "cn-north-1", false, true, "s3.dualstack.cn-north-1.amazonaws.com.cn"),
        ("sts", "us-gov-west-1", true, false, "sts.us-gov-west-1.amazonaws.com"),
        ("sts", "us-east-2", true, false, "sts-fips.us-east-2.amazonaws.com"),
    ] {
        assert_eq!(url(prefix, region, fips, dual_stack), expected);
    }
}
