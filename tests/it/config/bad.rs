//! Bad configurations, and every word that is said about each.

use bedrill::config::{Config, ConfigError, Problem, Severity};

/// A text, and its problems in the order of the text.
type Case = (&'static str, &'static [&'static str]);

/// Both a text and its problems are in the tables without what all cases of a block share: the objects around it, and
/// the path that leads to it. Columns count from the start of the block's content.
struct Block {
    before: &'static str,
    after: &'static str,
    path: &'static str,
    cases: &'static [Case],
}

const BLOCKS: [Block; 3] = [
    Block {
        before: "{ models: { bedrockDiscovery: { ",
        after: " } } }",
        path: "models.bedrockDiscovery.",
        cases: DISCOVERY,
    },
    Block {
        before: "{ models: { providers: { \"amazon-bedrock\": { ",
        after: " } } } }",
        path: "models.providers.\"amazon-bedrock\".",
        cases: PROVIDER,
    },
    Block {
        before: "{ models: { providers: { \"amazon-bedrock\": { models: [ ",
        after: " ] } } } }",
        path: "models.providers.\"amazon-bedrock\".models",
        cases: MODEL,
    },
];

/// Compares what is read from `text` with `expected`, line by line; `parse` must refuse it if, and only if, one
/// of them is an error.
#[track_caller]
fn check(text: &str, expected: &[String]) {
    let (_, problems) = Config::read(text);
    assert_eq!(problems.iter().map(Problem::to_string).collect::<Vec<_>>(), expected, "{text}");
    let is_error = |problem: &&Problem| problem.severity() == Severity::Error;
    let errors: Vec<_> = problems.iter().filter(is_error).map(Problem::to_string).collect();
    match Config::parse(text) {
        Ok(_) => assert_eq!(errors, [""; 0], "{text}"),
        Err(error) => {
            assert_eq!(error.to_string(), errors.join("\n"), "{text}");
            assert_eq!(ConfigError::problems(&error), problems, "{text}");
        }
    }
}

#[test]
fn every_mistake_is_reported_with_its_place_and_what_was_expected() {
    let mut count = 0;
    for (text, problems) in WHOLE {
        check(text, &problems.iter().map(ToString::to_string).collect::<Vec<_>>());
        count += 1;
    }
    for block in BLOCKS {
        for (text, problems) in block.cases {
            let whole = |problem: &&str| {
                let (column, rest) = problem.split_once(' ').expect("a column");
                let (severity, rest) = rest.split_once(' ').expect("a severity");
                let column = block.before.len() + column.parse::<usize>().expect("a number");
                format!("1:{column}: {severity}: {}{rest}", block.path)
            };
            let text = format!("{}{text}{}", block.before, block.after);
            check(&text, &problems.iter().map(whole).collect::<Vec<_>>());
            count += 1;
        }
    }
    assert!(count >= 110, "only {count} cases");
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let (_, problems) =
        Config::read("{ models: { bedrockDiscovery: { regoin: 'us-east-1', maxTokens: 1 } } }");
    assert_eq!(problems[0].path(), "models.bedrockDiscovery.regoin");
    assert_eq!(problems[0].message(), "unknown key; did you mean \"region\"?");
    assert_eq!(problems[0].nearest(), Some("region"));
    assert_eq!(problems[1].nearest(), Some("defaultMaxTokens"));
}

#[test]
fn no_problem_shows_a_secret() {
    for text in [
        "{ models: { providers: { 'amazon-bedrock': { auth: 'SECRET' } } } }",
        "{ models: { providers: { 'amazon-bedrock': { baseUrl: 'https://me:SECRET@host' } } } }",
        "{ models: { providers: { 'amazon-bedrock': { apiKey: 'SECRET', models: 'SECRET' } } } }",
        "{ auth: { preferBearer: 'SECRET' } }",
        "{ auth: SECRET }",
    ] {
        let (_, problems) = Config::read(text);
        assert_ne!(problems, [], "{text}");
        assert!(!format!("{problems:?}").contains("SECRET"), "{problems:?}");
    }
}

/// Whole texts: what is not JSON5, and blocks of the wrong kind.
#[rustfmt::skip]
const WHOLE: &[Case] = &[
    ("{",
     &["1:1: error: not JSON5: this object is not closed"]),
    ("[",
     &["1:1: error: not JSON5: this list is not closed"]),
    ("{ models: }",
     &["1:11: error: not JSON5: unexpected close brace"]),
    ("{ models: 1 auth: 2 }",
     &["1:12: error: not JSON5: expected a comma after this"]),
    ("{ models 1 }",
     &["1:10: error: not JSON5: expected a colon after the key"]),
    ("{ models: {} } }",
     &["1:16: error: not JSON5: there is more text after the end"]),
    (r#"{ models: "x }"#,
     &["1:11: error: not JSON5: this string is not closed"]),
    ("{ models: {} /* }",
     &["1:14: error: not JSON5: this comment is not closed"]),
    ("{ models: tru }",
     &["1:11: error: not JSON5: a word without quotes is not a value"]),
    ("{ models: 1,, }",
     &["1:13: error: not JSON5: expected a key or a closing brace"]),
    ("{ models: #1 }",
     &["1:11: error: not JSON5: this is neither a value nor a key nor punctuation"]),
    ("{ models: 0x }",
     &["1:13: error: not JSON5: expected a digit"]),
    ("{ models: 1e }",
     &["1:13: error: not JSON5: expected plus, minus, or digit in number literal"]),
    (r"{ models: '\1' }",
     &["1:12: error: not JSON5: invalid escape"]),
    (r"{ models: '\u12' }",
     &["1:12: error: not JSON5: expected four hex digits"]),
    (r"{ models: '\ud800' }",
     &["1:12: error: not JSON5: this escape is half of a surrogate pair"]),
    (r#"{
  // two
  models: {
    providers: { },
    mode: "merge"
    bedrockDiscovery: { },
  },
}"#,
     &["5:18: error: not JSON5: expected a comma after this"]),
    ("[1 2]",
     &["1:3: error: not JSON5: expected a comma after this"]),
    ("models: {}",
     &["1:1: error: not JSON5: a word without quotes is not a value"]),
    ("[]",
     &["1:1: error: expected an object { ... }, found a list"]),
    ("'text'",
     &["1:1: error: expected an object { ... }, found a string"]),
    ("null",
     &["1:1: error: expected an object { ... }, found null"]),
    ("{ models: [] }",
     &["1:11: error: models: expected an object { ... }, found a list"]),
    ("{ models: { bedrockDiscovery: true } }",
     &["1:31: error: models.bedrockDiscovery: expected an object { ... }, found true"]),
    ("{ models: { providers: 'amazon-bedrock' } }",
     &["1:24: error: models.providers: expected an object { ... }, found a string"]),
    (r#"{ models: { providers: { "amazon-bedrock": null } } }"#,
     &[r#"1:44: error: models.providers."amazon-bedrock": expected an object { ... }, found null"#]),
    ("{ agents: 1 }",
     &["1:11: error: agents: expected an object { ... }, found a number"]),
    ("{ agents: { defaults: [] } }",
     &["1:23: error: agents.defaults: expected an object { ... }, found a list"]),
    ("{ agents: { defaults: { model: 5 } } }",
     &["1:32: error: agents.defaults.model: expected an object { ... }, found a number"]),
    ("{ agents: { defaults: { model: { primary: ['x'] } } } }",
     &[r#"1:43: error: agents.defaults.model.primary: expected a string such as "amazon-bedrock/MODEL", found a list"#]),
    ("{ auth: 'aws-sdk' }",
     &["1:9: error: auth: expected an object { ... }, found a string"]),
    (r#"{ plugins: { entries: { "amazon-bedrock": { config: { discovery: { enabled: "yes", windw: 1 } } } } } }"#,
     &[r#"1:77: error: plugins.entries."amazon-bedrock".config.discovery.enabled: expected true or false, found a string"#,
       r#"1:84: warning: plugins.entries."amazon-bedrock".config.discovery.windw: unknown key; the nearest known key is "defaultContextWindow" (known: enabled, region, providerFilter, refreshInterval, defaultContextWindow, defaultMaxTokens)"#]),
    (r#"{ plugins: { entries: { "amazon-bedrock": { config: { discovery: [] } } } } }"#,
     &[r#"1:66: error: plugins.entries."amazon-bedrock".config.discovery: expected an object { ... }, found a list"#]),
    ("{ models: { bedrockDiscvery: {} } }",
     &[r#"1:13: warning: models.bedrockDiscvery: unknown key; did you mean "bedrockDiscovery"?"#]),
    ("{ models: { provider: {} } }",
     &[r#"1:13: warning: models.provider: unknown key; did you mean "providers"?"#]),
    ("{ models: { providers: { amazonBedrock: {} } } }",
     &[r#"1:26: warning: models.providers.amazonBedrock: unknown key; did you mean "amazon-bedrock"?"#]),
    ("{ agents: { defaults: { model: { primry: 'x' } } } }",
     &[r#"1:34: warning: agents.defaults.model.primry: unknown key; did you mean "primary"?"#]),
    ("{ auth: { prefer_bearer: true } }",
     &[r#"1:11: warning: auth.prefer_bearer: unknown key; did you mean "preferBearer"?"#]),
    ("{ auth: { preferBearer: 'no' } }",
     &["1:25: error: auth.preferBearer: expected true or false, found a string"]),
    ("{ auth: { preferBearer: true, preferBearer: false } }",
     &["1:31: warning: auth.preferBearer: appears twice, first at 1:11; the last one is used"]),
    ("{ models: {}, models: {} }",
     &["1:15: warning: models: appears twice, first at 1:3; the last one is used"]),
    (r#"{
  models: {
    bedrockDiscovery: {
      // meant as region
      regoin: "us-east-1",
      enabled: "yes",
    },
  },
}"#,
     &[r#"5:7: warning: models.bedrockDiscovery.regoin: unknown key; did you mean "region"?"#,
       "6:16: error: models.bedrockDiscovery.enabled: expected true or false, found a string"]),
    ("{\r\n  \"auth\": {\r\n\t\"preferBearer\": 0\r\n  }\r\n}",
     &["3:18: error: auth.preferBearer: expected true or false, found a number"]),
    ("{ /* \u{fc}\u{fc} */ auth: { preferBearer: 0 } }",
     &["1:34: error: auth.preferBearer: expected true or false, found a number"]),
];

/// Inside `models.bedrockDiscovery`.
#[rustfmt::skip]
const DISCOVERY: &[Case] = &[
    ("enabled: 'true'",
     &["10 error enabled: expected true or false, found a string"]),
    ("enabled: 1",
     &["10 error enabled: expected true or false, found a number"]),
    ("enabled: null",
     &["10 error enabled: expected true or false, found null"]),
    ("region: 1",
     &[r#"9 error region: expected a region such as "us-east-1", found a number"#]),
    ("region: 'US East'",
     &[r#"9 error region: "US East" is not a region: one looks like us-east-1 or eu-central-1 (lower-case letters, digits and -)"#]),
    ("region: ''",
     &[r#"9 warning region: is blank and is ignored; expected a region such as "us-east-1""#]),
    ("region: ['us-east-1']",
     &[r#"9 error region: expected a region such as "us-east-1", found a list"#]),
    ("providerFilter: 5",
     &["17 error providerFilter: expected a provider's name or a list of names, found a number"]),
    ("providerFilter: { anthropic: true }",
     &["17 error providerFilter: expected a provider's name or a list of names, found an object"]),
    ("providerFilter: ['amazon', 7]",
     &["28 error providerFilter[1]: expected a provider's name, found a number"]),
    ("providerFilter: ['amazon', ' ']",
     &["28 warning providerFilter[1]: is blank and is ignored; expected a provider's name"]),
    ("refreshInterval: '3600'",
     &["18 error refreshInterval: expected a number of seconds, found a string"]),
    ("refreshInterval: '1h'",
     &["18 error refreshInterval: expected a number of seconds, found a string"]),
    ("refreshInterval: -1",
     &["18 warning refreshInterval: is below 0; 0 is used, which turns the cache off"]),
    ("refreshInterval: 1.5",
     &["18 warning refreshInterval: is not a whole number; 1 is used"]),
    ("refreshInterval: Infinity",
     &["18 error refreshInterval: expected a number of seconds, found Infinity"]),
    ("refreshInterval: 1e300",
     &["18 error refreshInterval: expected a number of seconds up to 4294967295"]),
    ("defaultContextWindow: NaN",
     &["23 error defaultContextWindow: expected a number of tokens, found NaN"]),
    ("defaultContextWindow: 0",
     &["23 warning defaultContextWindow: is not above 0; the default of 32000 is used"]),
    ("defaultContextWindow: '32k'",
     &["23 error defaultContextWindow: expected a number of tokens, found a string"]),
    ("defaultContextWindow: 4294967296",
     &["23 error defaultContextWindow: expected a number of tokens up to 4294967295"]),
    ("defaultMaxTokens: -0.5",
     &["19 warning defaultMaxTokens: is not above 0; the default of 4096 is used"]),
    ("defaultMaxTokens: 4096.5",
     &["19 warning defaultMaxTokens: is not a whole number; 4096 is used"]),
    ("defaultMaxTokens: [4096]",
     &["19 error defaultMaxTokens: expected a number of tokens, found a list"]),
    ("defaultMaxTokens: false",
     &["19 error defaultMaxTokens: expected a number of tokens, found false"]),
    ("regoin: 'us-east-1'",
     &[r#"1 warning regoin: unknown key; did you mean "region"?"#]),
    ("provider_filter: []",
     &[r#"1 warning provider_filter: unknown key; did you mean "providerFilter"?"#]),
    ("RefreshInterval: 1",
     &[r#"1 warning RefreshInterval: unknown key; did you mean "refreshInterval"?"#]),
    ("enable: true",
     &[r#"1 warning enable: unknown key; did you mean "enabled"?"#]),
    ("ttl: 1",
     &[r#"1 warning ttl: unknown key; the nearest known key is "enabled" (known: enabled, region, providerFilter, refreshInterval, defaultContextWindow, defaultMaxTokens)"#]),
    ("maxTokens: 1",
     &[r#"1 warning maxTokens: unknown key; the nearest known key is "defaultMaxTokens" (known: enabled, region, providerFilter, refreshInterval, defaultContextWindow, defaultMaxTokens)"#]),
    (r"'\u001b[31m': 1",
     &["1 warning \"\\u{1b}[31m\": unknown key; the nearest known key is \"enabled\" (known: enabled, region, providerFilter, refreshInterval, defaultContextWindow, defaultMaxTokens)"]),
    ("enabled: 1, regoin: 2, enabled: true",
     &[r#"13 warning regoin: unknown key; did you mean "region"?"#,
       "24 warning enabled: appears twice, first at 1:33; the last one is used"]),
];

/// Inside `models.providers."amazon-bedrock"`.
#[rustfmt::skip]
const PROVIDER: &[Case] = &[
    ("baseURL: 'http://localhost'",
     &[r#"1 warning baseURL: unknown key; did you mean "baseUrl"?"#]),
    ("endpoint: 'http://localhost'",
     &[r#"1 warning endpoint: unknown key; the nearest known key is "baseUrl" (known: baseUrl, api, auth, models)"#]),
    ("model: []",
     &[r#"1 warning model: unknown key; did you mean "models"?"#]),
    ("baseUrl: 5",
     &[r#"10 error baseUrl: expected a URL such as "https://bedrock-runtime.us-east-1.amazonaws.com", found a number"#]),
    ("baseUrl: 'bedrock-runtime.us-east-1.amazonaws.com'",
     &[r#"10 error baseUrl: "bedrock-runtime.us-east-1.amazonaws.com" cannot be the endpoint: it has no scheme (https://); one looks like https://bedrock-runtime.us-east-1.amazonaws.com or http://localhost:4566"#]),
    ("baseUrl: 'ftp://host'",
     &[r#"10 error baseUrl: "ftp://host" cannot be the endpoint: its scheme is neither https nor http; one looks like https://bedrock-runtime.us-east-1.amazonaws.com or http://localhost:4566"#]),
    ("baseUrl: 'https://user:secret@host'",
     &[r#"10 error baseUrl: "https://..@host" cannot be the endpoint: it contains user information, which would end up in logs; one looks like https://bedrock-runtime.us-east-1.amazonaws.com or http://localhost:4566"#]),
    ("baseUrl: ' '",
     &[r#"10 warning baseUrl: is blank and is ignored; expected a URL such as "https://bedrock-runtime.us-east-1.amazonaws.com""#]),
    ("api: 'openai-completions'",
     &[r#"6 error api: expected "bedrock-converse-stream", found another string"#]),
    ("api: true",
     &[r#"6 error api: expected "bedrock-converse-stream", found true"#]),
    ("auth: 'sk-secret'",
     &[r#"7 error auth: expected "aws-sdk", found another string"#]),
    ("auth: {}",
     &[r#"7 error auth: expected "aws-sdk", found an object"#]),
    ("models: {}",
     &["9 error models: expected a list of models, found an object"]),
    ("models: 'a.b'",
     &["9 error models: expected a list of models, found a string"]),
];

/// Inside `models` of the provider.
#[rustfmt::skip]
const MODEL: &[Case] = &[
    ("{ id: 'a.b', contextwindow: 1 }",
     &[r#"14 warning [0].contextwindow: unknown key; did you mean "contextWindow"?"#]),
    ("{ id: 'a.b', max_tokens: 1 }",
     &[r#"14 warning [0].max_tokens: unknown key; did you mean "maxTokens"?"#]),
    ("{ id: 'a.b', costs: {} }",
     &[r#"14 warning [0].costs: unknown key; did you mean "cost"?"#]),
    ("{ id: 'a.b', cost: { cache_read: 1 } }",
     &[r#"22 warning [0].cost.cache_read: unknown key; did you mean "cacheRead"?"#]),
    ("{ id: 'a.b', cost: { total: 1 } }",
     &[r#"22 warning [0].cost.total: unknown key; the nearest known key is "input" (known: input, output, cacheRead, cacheWrite, cacheWrite1h)"#]),
    ("'a.b'",
     &["1 error [0]: expected an object { ... }, found a string"]),
    ("{}",
     &[r#"1 error [0]: a model needs an id, such as id: "amazon.nova-lite-v1:0""#]),
    ("{ name: 'B' }",
     &[r#"1 error [0]: a model needs an id, such as id: "amazon.nova-lite-v1:0""#]),
    ("{ id: '' }",
     &[r#"1 error [0]: a model needs an id, such as id: "amazon.nova-lite-v1:0""#,
       "7 warning [0].id: is blank and is ignored; expected a model id"]),
    ("{ id: 5 }",
     &["7 error [0].id: expected a model id, found a number"]),
    ("{ id: 'a.b', name: 5 }",
     &["20 error [0].name: expected a name, found a number"]),
    ("{ id: 'a.b', reasoning: 'yes' }",
     &["25 error [0].reasoning: expected true or false, found a string"]),
    ("{ id: 'a.b', input: 'text' }",
     &[r#"21 error [0].input: expected a list of "text" and "image", found a string"#]),
    ("{ id: 'a.b', input: ['text', 'sound'] }",
     &["30 warning [0].input[1]: unknown kind of input is left out; known: text, image"]),
    ("{ id: 'a.b', input: [1] }",
     &[r#"22 error [0].input[0]: expected "text" or "image", found a number"#]),
    ("{ id: 'a.b', cost: 3 }",
     &["20 error [0].cost: expected an object { ... }, found a number"]),
    ("{ id: 'a.b', cost: { input: '3' } }",
     &["29 error [0].cost.input: expected a price in USD per million tokens, found a string"]),
    ("{ id: 'a.b', cost: { output: -1 } }",
     &["30 error [0].cost.output: expected a price in USD per million tokens, found one below 0"]),
    ("{ id: 'a.b', cost: { cacheRead: NaN } }",
     &["33 error [0].cost.cacheRead: expected a price in USD per million tokens, found NaN"]),
    ("{ id: 'a.b', contextWindow: '200k' }",
     &["29 error [0].contextWindow: expected a number of tokens, found a string"]),
    ("{ id: 'a.b', contextWindow: 0 }",
     &["29 warning [0].contextWindow: is not above 0; defaultContextWindow is used"]),
    ("{ id: 'a.b', maxTokens: 8192.5 }",
     &["25 warning [0].maxTokens: is not a whole number; 8192 is used"]),
    ("{ id: 'a.b', maxTokens: -1 }",
     &["25 warning [0].maxTokens: is not above 0; defaultMaxTokens is used"]),
    ("{ id: 'a.b', api: 'anthropic-messages' }",
     &[r#"19 error [0].api: expected "bedrock-converse-stream", found another string"#]),
    ("{ id: 'a.b' }, { id: ' a.b ' }",
     &["16 warning [1]: the model at 1:56 has the same id; this one is left out"]),
];
