//! Long lists and long files take time in proportion to their length.

use bedrill::catalog::{Catalog, DiscoverySettings, ManualModel, Resolution};
use bedrill::endpoint::Region;

use super::{listing, model, profile};
use crate::support::growth::assert_linear;

fn region() -> Region {
    Region::new("us-east-1").expect("valid")
}

#[test]
fn the_join_of_models_and_profiles_grows_with_their_number() {
    let lists = |size: usize| {
        let id = |n: usize| format!("acme.writer-{n}-v1:0");
        let models: Vec<_> =
            (0..size).map(|n| model(&id(n), "Writer", "Acme", &["INFERENCE_PROFILE"])).collect();
        // Half of the profiles route to models that are not listed.
        let profiles: Vec<_> = (size / 2..size + size / 2).map(|n| profile("us", &id(n))).collect();
        listing(&models, Some(&profiles))
    };
    let (one, four) = (lists(500), lists(2_000));
    let of = |size| if size == 500 { &one } else { &four };
    assert_linear("the join", 500, |size| Catalog::new(of(size), &region(), &DiscoverySettings::new()));
}

#[test]
fn configured_models_replace_discovered_ones_in_proportion_to_their_number() {
    let id = |n: usize| format!("acme.writer-{n}-v1:0");
    let both = |size: usize| {
        let models: Vec<_> = (0..size).map(|n| model(&id(n), "Writer", "Acme", &["ON_DEMAND"])).collect();
        let manual = (0..size).map(|n| ManualModel::new(id(2 * n)));
        (listing(&models, Some(&[])), DiscoverySettings::new().with_manual_models(manual))
    };
    let (one, four) = (both(500), both(2_000));
    let of = |size| if size == 500 { &one } else { &four };
    assert_linear("the configured models", 500, |size| Catalog::new(&of(size).0, &region(), &of(size).1));
}

#[test]
fn suggestions_for_a_text_longer_than_any_id_are_not_looked_for() {
    let models: Vec<_> =
        (0..200).map(|n| model(&format!("acme.writer-{n}-v1:0"), "Writer", "Acme", &["ON_DEMAND"])).collect();
    let catalog = Catalog::new(&listing(&models, Some(&[])), &region(), &DiscoverySettings::new());
    assert_linear("the suggestions", 20_000, |size| {
        let Resolution::None { nearest, .. } = catalog.resolve(&"writer".repeat(size / 6)) else {
            panic!("none")
        };
        assert!(nearest.is_empty());
    });
}

#[cfg(feature = "config")]
#[test]
fn a_configuration_on_one_line_is_read_in_proportion_to_its_length() {
    let text = |size: usize| {
        let models: Vec<String> = (0..size).map(|n| format!("{{ id: 'acme.é{n}', odd{n}: 1 }}")).collect();
        let foreign: Vec<String> = (0..size).map(|n| format!("x{n}: 1, models: 1")).collect();
        format!(
            "{{ {}, models: {{ providers: {{ 'amazon-bedrock': {{ models: [{}] }} }} }} }}",
            foreign.join(", "),
            models.join(", ")
        )
    };
    let (one, four) = (text(1_000), text(4_000));
    assert_linear("the configuration", 1_000, |size| {
        let (config, problems) = bedrill::config::Config::read(if size == 1_000 { &one } else { &four });
        assert_eq!(config.provider.models.len(), size);
        assert!(problems.len() >= 2 * size);
    });
}
