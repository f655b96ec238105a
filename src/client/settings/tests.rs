use super::*;
use crate::endpoint::HostVariant;
use crate::machine::{ProfileFiles, StaticMachine};

const CONFIG: &str = "/home/me/.aws/config";

fn machine(config: &str) -> StaticMachine {
    StaticMachine::new().with_home("/home/me").with_file(CONFIG, config)
}

/// What `look_up` finds on `host`.
fn on<T>(
    machine: &StaticMachine,
    look_up: impl Fn(Settings<'_>) -> Result<T, SettingsError>,
) -> Result<T, String> {
    let profiles = ProfileFiles::load(machine, None).expect("files that can be read");
    look_up(Settings { machine, profiles: &profiles }).map_err(|error| error.to_string())
}

fn region(machine: &StaticMachine) -> Result<Option<String>, String> {
    on(machine, |settings| Ok(super::region(settings, None)?.map(|(region, _)| region.as_str().to_owned())))
}

fn endpoint(machine: &StaticMachine, plane: Plane) -> Result<Option<String>, String> {
    on(machine, |settings| Ok(endpoint_url(settings, plane)?.map(|(url, _)| url)))
}

#[test]
fn the_region_comes_from_the_first_place_that_names_one() {
    let all = machine("[default]\nregion = eu-west-1\n")
        .with_var("AWS_REGION", "us-east-2")
        .with_var("AWS_DEFAULT_REGION", "us-west-1");
    assert_eq!(region(&all), Ok(Some("us-east-2".to_owned())));
    let all = all.with_var("AWS_REGION", " \n");
    assert_eq!(region(&all), Ok(Some("us-west-1".to_owned())));
    let all = all.with_var("AWS_DEFAULT_REGION", "");
    assert_eq!(region(&all), Ok(Some("eu-west-1".to_owned())));
    assert_eq!(region(&machine("[default]\nregion =\n")), Ok(None));
    assert_eq!(region(&StaticMachine::new()), Ok(None));
}

#[test]
fn a_bad_region_is_named_with_its_place() {
    let error = region(&StaticMachine::new().with_var("AWS_REGION", "US East")).unwrap_err();
    assert!(error.starts_with("AWS_REGION: \"US East\" is not a region"), "{error}");
    let error = region(&machine("[default]\nregion = evil.test/#\n")).unwrap_err();
    assert!(error.starts_with("/home/me/.aws/config:2: \"evil.test/#\" is not a region"), "{error}");
}

#[test]
fn the_endpoint_of_a_plane_takes_precedence_over_that_of_all_services() {
    let config = "[default]\nservices = here\nendpoint_url = http://profile\n\
                  [services here]\nbedrock_runtime =\n  endpoint_url = http://section\n";
    let mut all = machine(config)
        .with_var("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://runtime")
        .with_var("AWS_ENDPOINT_URL_BEDROCK", "http://control")
        .with_var("AWS_ENDPOINT_URL", "http://variable");
    for (blank, data, control) in [
        ("", "http://runtime", "http://control"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://variable", "http://control"),
        ("AWS_ENDPOINT_URL_BEDROCK", "http://variable", "http://variable"),
        ("AWS_ENDPOINT_URL", "http://section", "http://profile"),
    ] {
        all = all.with_var(blank, " ");
        assert_eq!(endpoint(&all, Plane::Data), Ok(Some(data.to_owned())), "{blank}");
        assert_eq!(endpoint(&all, Plane::Control), Ok(Some(control.to_owned())), "{blank}");
    }
    assert_eq!(endpoint(&StaticMachine::new(), Plane::Data), Ok(None));
}

#[test]
fn a_services_section_that_is_not_there_is_an_error() {
    let error = endpoint(&machine("[default]\nservices = nowhere\n"), Plane::Data).unwrap_err();
    assert!(error.contains("config:2 names services \"nowhere\""), "{error}");
}

#[test]
fn configured_endpoints_can_be_switched_off() {
    let config = "[default]\nendpoint_url = http://profile\n";
    let by_variable = machine(config)
        .with_var("AWS_ENDPOINT_URL", "http://variable")
        .with_var("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
    assert_eq!(endpoint(&by_variable, Plane::Data), Ok(None));
    let by_profile = machine(&format!("{config}ignore_configured_endpoint_urls = true\n"));
    assert_eq!(endpoint(&by_profile, Plane::Data), Ok(None));
    let not = by_profile.with_var("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false");
    assert_eq!(endpoint(&not, Plane::Data), Ok(Some("http://profile".to_owned())));
}

#[test]
fn a_switch_is_true_or_false() {
    let variant = |machine: &StaticMachine| on(machine, |settings| settings.host_variant());
    let config = "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = False\n";
    assert_eq!(variant(&StaticMachine::new()), Ok(HostVariant::default()));
    assert_eq!(variant(&machine(config)), Ok(HostVariant::new(true, false)));
    let over = machine(config)
        .with_var("AWS_USE_FIPS_ENDPOINT", "FALSE")
        .with_var("AWS_USE_DUALSTACK_ENDPOINT", "true");
    assert_eq!(variant(&over), Ok(HostVariant::new(false, true)));
    let error = variant(&machine(config).with_var("AWS_USE_FIPS_ENDPOINT", "yes\u{7}")).unwrap_err();
    assert_eq!(error, "AWS_USE_FIPS_ENDPOINT: \"yes\\u{7}\" is neither true nor false");
    let error = variant(&machine("[default]\nuse_fips_endpoint = 1\n")).unwrap_err();
    assert_eq!(error, "/home/me/.aws/config:2: \"1\" is neither true nor false");
    let error = endpoint(&machine("").with_var("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "0"), Plane::Data);
    assert!(error.unwrap_err().starts_with("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "a bad switch");
}

#[cfg(feature = "reqwest")]
#[test]
fn the_ca_bundle_is_read_from_where_it_is_named() {
    let bundle = |machine: &StaticMachine| on(machine, ca_bundle);
    let profile = machine("[default]\nca_bundle = /ca/profile.pem\n").with_file("/ca/profile.pem", "profile");
    assert_eq!(bundle(&StaticMachine::new()), Ok(None));
    assert_eq!(bundle(&profile), Ok(Some(b"profile".to_vec())));
    let variable = profile.with_var("AWS_CA_BUNDLE", "/ca/variable.pem");
    let error = bundle(&variable).unwrap_err();
    assert!(error.starts_with("AWS_CA_BUNDLE: /ca/variable.pem cannot be read"), "{error}");
    assert_eq!(bundle(&variable.with_file("/ca/variable.pem", "v")), Ok(Some(b"v".to_vec())));
}
