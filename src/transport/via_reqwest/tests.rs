use super::*;

#[test]
fn this_machine_and_its_link_are_never_asked_through_a_proxy() {
    let transport = ReqwestTransport::builder()
        .proxy_variables(|name| (name == "ALL_PROXY").then(|| "http://proxy.test".to_owned()))
        .build()
        .expect("a transport");
    let goes_directly = |uri: &str| transport.way_of(&uri.parse().expect("a URI")) == Way::Direct;
    for uri in [
        "http://localhost/",
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "http://169.254.170.2/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
    ] {
        assert!(goes_directly(uri), "{uri}");
    }
    for uri in [
        "https://bedrock-runtime.us-east-1.amazonaws.com/",
        "http://169.253.169.254/",
        "http://169.254.169.254.evil.test/",
        "http://[fd00:ec3::254]/",
        "http://[fec0::1]/",
        "http://10.0.0.1/",
    ] {
        assert!(!goes_directly(uri), "{uri}");
    }
}

#[test]
fn each_runtime_has_its_clients_and_only_so_many_are_kept() {
    let transport = ReqwestTransport::new().expect("a transport");
    let kept = || {
        let clients = transport.clients.lock().expect("the clients");
        clients.iter().map(|clients| clients.runtime).collect::<Vec<_>>()
    };
    assert!(transport.client_for(&Way::Direct).is_err(), "without a runtime");
    let runtimes: Vec<_> =
        std::iter::repeat_with(|| tokio::runtime::Builder::new_current_thread().build().expect("a runtime"))
            .take(MAX_RUNTIMES + 2)
            .collect();
    for runtime in &runtimes {
        for _ in 0..2 {
            runtime.block_on(async { transport.client_for(&Way::Direct).expect("a client") });
        }
        // It is used all the time.
        runtimes[0].block_on(async { transport.client_for(&Way::Direct).expect("a client") });
    }
    let mut expected: Vec<_> = runtimes.iter().skip(3).map(|runtime| Some(runtime.handle().id())).collect();
    expected.push(Some(runtimes[0].handle().id()));
    assert_eq!(kept(), expected);
}
