//! `credential_process`: what a program may do, and that no process is left behind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bedrill::auth::{Auth, AuthError, Cache, Chain, Resolved};
use bedrill::machine::{Machine as _, ProcessEnd, ProcessLimits, StaticMachine, SystemMachine};

use super::{CONFIG, host, key_id};
use crate::support::replies::{DiskMachine, run};

const DOCUMENT: &str = r#"{"Version":1,"AccessKeyId":"AKIAPROCESSEXAMPLE","SecretAccessKey":"canary"}"#;

fn load(command: &str) -> Result<Resolved, AuthError> {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    std::fs::create_dir(home.join(".aws")).expect("a folder");
    let config = format!("[profile dev]\ncredential_process = {command}\n");
    std::fs::write(home.join(".aws/config"), config).expect("written");
    let host = DiskMachine(StaticMachine::new().with_home(home));
    run(Chain::builder().machine(Arc::new(host)).profile("dev").build().load())
}

#[track_caller]
fn refused(command: &str) -> String {
    let error = load(command).expect_err("an error");
    let text = format!("{error} {error:?} {error:#?}");
    assert!(!text.contains("canary"), "{text}");
    error.to_string()
}

#[test]
fn what_the_program_prints_are_the_credentials() {
    let resolved = load(&format!("printf '%s' '{DOCUMENT}'")).expect("credentials");
    assert_eq!(key_id(resolved.auth()), "AKIAPROCESSEXAMPLE");
    assert!(matches!(resolved.auth(), Auth::SigV4(keys) if keys.expiration().is_none()));
    assert!(resolved.origin().starts_with("credential_process of profile dev ("), "{}", resolved.origin());
    assert!(resolved.origin().ends_with("/.aws/config:2)"), "{}", resolved.origin());
}

#[test]
fn what_goes_wrong_is_said_without_arguments_and_output() {
    for (command, problem) in [
        ("echo canary", "printed something that contains no credentials: it is not JSON"),
        ("true", "\"true\" printed something that contains no credentials: it is empty"),
        ("echo null", "it is JSON, but not an object"),
        ("echo '{\"Version\":2}' canary-argument", "\"echo ** arguments redacted **\" printed"),
        ("sh -c 'echo canary; echo canary >&2; exit 7' 2>/dev/null", "exited with code 7"),
        ("KEY=canary sh -c 'exit 3'", "\"** command redacted **\" exited with code 3"),
        ("kill -9 $$", "was killed by a signal"),
        ("/nowhere/canary-less-program canary 2>/dev/null", "exited with code 127"),
        ("exit 1", "\"exit ** arguments redacted **\" exited with code 1"),
    ] {
        let error = refused_unless_name(command);
        assert!(error.starts_with("credential_process: ") && error.contains(problem), "{error}");
        assert!(error.contains("/.aws/config:2: "), "{error}");
    }
    let endless = refused("cat /dev/zero canary");
    assert!(endless.contains("printed more than 64 KiB and was killed"), "{endless}");
}

/// As `refused`; the name of the program may be shown.
#[track_caller]
fn refused_unless_name(command: &str) -> String {
    let error = load(command).expect_err("an error");
    let text = format!("{error} {error:?} {error:#?}").replace("/nowhere/canary-less-program", "");
    assert!(!text.contains("canary"), "{text}");
    error.to_string()
}

#[test]
fn a_gigabyte_of_output_is_cut_off_at_once() {
    let begun = Instant::now();
    let limits = ProcessLimits::new(Duration::from_secs(30), 64 * 1024);
    let output = run(SystemMachine.run("head -c 1073741824 /dev/zero", limits)).expect("it ran");
    assert_eq!((output.end(), output.stdout().len()), (ProcessEnd::TooMuchOutput, 0));
    assert!(begun.elapsed() < Duration::from_secs(10));
    let output = run(SystemMachine.run("head -c 65536 /dev/zero", limits)).expect("it ran");
    assert_eq!((output.end(), output.stdout().len()), (ProcessEnd::Exited(0), 64 * 1024));
}

/// The processes whose command line contains `mark`.
#[cfg(target_os = "linux")]
fn alive(mark: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").expect("a list").flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(mark))
        .collect()
}

#[cfg(target_os = "linux")]
#[track_caller]
fn assert_gone(mark: &str) {
    let end = Instant::now() + Duration::from_secs(5);
    while !alive(mark).is_empty() {
        assert!(Instant::now() < end, "left behind: {:?}", alive(mark));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_hangs_is_killed_with_all_that_it_started() {
    let limits = ProcessLimits::new(Duration::from_millis(300), 64 * 1024);
    for (mark, command) in [
        ("1000.125", "sleep 1000.125 & sh -c 'sleep 1000.125 & sleep 1000.125' & sleep 1000.125"),
        // The output is closed, and the process stays.
        ("1000.25", "exec >&-; sleep 1000.25"),
        // The process is gone, and its child keeps the output open.
        ("1000.375", "sh -c 'sleep 1000.375; :' & sleep 0.2; echo x; kill -STOP $$"),
        ("1000.5", "trap '' TERM INT HUP; while :; do sleep 1000.5; done"),
    ] {
        let begun = Instant::now();
        let output = run(SystemMachine.run(command, limits)).expect("it ran");
        assert_eq!(output.end(), ProcessEnd::TimedOut, "{command}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{command}");
        assert_gone(mark);
    }
}

/// Each process starts the next one, in a group of its own, so that one that runs on has another child by the time it is
/// killed.
#[cfg(target_os = "linux")]
#[test]
fn a_chain_of_programs_that_grows_is_killed_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("grow-1000.75");
    // The end is for the case that the test fails.
    std::fs::write(&script, "[ $1 -lt 400 ] || sleep 5\nsetsid sh $0 $(($1 + 1)) &\nwait\n")
        .expect("written");
    for milliseconds in [20, 50, 100] {
        let limits = ProcessLimits::new(Duration::from_millis(milliseconds), 64 * 1024);
        let output = run(SystemMachine.run(&format!("sh {} 0", script.display()), limits)).expect("it ran");
        assert_eq!(output.end(), ProcessEnd::TimedOut);
        assert_gone("grow-1000.75");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn dropping_the_future_ends_the_program() {
    let limits = ProcessLimits::new(Duration::from_secs(60), 64 * 1024);
    run(async {
        let running = SystemMachine.run("sleep 1001.125 & sleep 1001.125", limits);
        let timed_out = tokio::time::timeout(Duration::from_millis(300), running).await;
        assert!(timed_out.is_err());
        assert_gone("1001.125");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn the_program_of_a_cache_lives_as_long_as_somebody_waits_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join(".aws")).expect("a folder");
    let config = "[profile dev]\ncredential_process = sleep 1001.25 & sleep 1001.25\n";
    std::fs::write(folder.path().join(".aws/config"), config).expect("written");
    let host = DiskMachine(StaticMachine::new().with_home(folder.path()));
    let cache = Cache::new(Chain::builder().machine(Arc::new(host)).profile("dev").build());
    run(async {
        let mut first = Box::pin(cache.load());
        let mut second = Box::pin(cache.load());
        for caller in [&mut first, &mut second] {
            let limit = Duration::from_millis(200);
            assert!(tokio::time::timeout(limit, caller).await.is_err());
        }
        drop(first);
        std::thread::sleep(Duration::from_millis(100));
        assert!(!alive("1001.25").is_empty(), "the second still waits");
        drop(second);
        assert_gone("1001.25");
    });
}

#[test]
fn a_config_file_that_others_may_write_to_is_warned_about() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join(".aws")).expect("a folder");
    let path = folder.path().join(".aws/config");
    std::fs::write(&path, format!("[profile dev]\ncredential_process = echo '{DOCUMENT}'\n"))
        .expect("written");
    for (mode, warned) in [(0o600, false), (0o644, false), (0o620, true), (0o602, true), (0o666, true)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
        let host = DiskMachine(StaticMachine::new().with_home(folder.path()));
        let resolved =
            run(Chain::builder().machine(Arc::new(host)).profile("dev").build().load()).expect("credentials");
        assert_eq!(resolved.warnings().len(), usize::from(warned), "{mode:o}: {:?}", resolved.warnings());
        assert!(resolved.warnings().iter().all(|warning| warning.contains("chmod go-w")));
    }
}

/// What only root can set up.
mod as_root {
    use super::*;

    #[test]
    #[ignore = "needs root, to give a file away"]
    fn a_config_file_of_another_user_is_warned_about() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(".aws")).expect("a folder");
        let path = folder.path().join(".aws/config");
        std::fs::write(&path, format!("[profile dev]\ncredential_process = echo '{DOCUMENT}'\n"))
            .expect("written");
        std::os::unix::fs::chown(&path, Some(65_534), None).expect("only root can give a file away");
        let host = DiskMachine(StaticMachine::new().with_home(folder.path()));
        let resolved =
            run(Chain::builder().machine(Arc::new(host)).profile("dev").build().load()).expect("credentials");
        let [warning] = resolved.warnings() else { panic!("{:?}", resolved.warnings()) };
        assert!(warning.contains("make it yours"), "{warning}");
    }
}

#[cfg(all(target_os = "linux", feature = "reqwest"))]
#[test]
fn the_program_inherits_no_connection() {
    use bedrill::test_util::Server;
    use bedrill::test_util::responses::response;
    use bedrill::transport::{ReqwestTransport, Transport as _};

    let server = Server::sending(response("200 OK", &[], ""));
    let listed = run(async move {
        let transport = ReqwestTransport::new().expect("a transport");
        let request = http::Request::get(server.url()).body(bytes::Bytes::new());
        let response = transport.send(request.expect("a request")).await.expect("a response");
        // Its connection is back in the pool; the server's two sockets are open too.
        let own = std::fs::read_dir("/proc/self/fd").expect("a list").flatten();
        let targets = own.filter_map(|entry| std::fs::read_link(entry.path()).ok());
        assert!(targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count() >= 3);
        let limits = ProcessLimits::new(Duration::from_secs(20), 64 * 1024);
        // Its standard streams are the test's, whatever those are.
        let command = "for fd in /proc/$$/fd/*; do [ ${fd##*/} -le 2 ] || readlink $fd; done; echo end";
        let listed = SystemMachine.run(command, limits).await.expect("it ran");
        drop((transport, response, server));
        listed
    });
    let listed = String::from_utf8_lossy(listed.stdout()).into_owned();
    assert!(listed.ends_with("end\n") && !listed.contains("socket:"), "{listed}");
}

#[test]
fn a_made_up_machine_runs_nothing() {
    let host = host().with_file(CONFIG, "[profile dev]\ncredential_process = echo canary\n");
    let error =
        run(Chain::builder().machine(Arc::new(host)).profile("dev").build().load()).expect_err("no process");
    assert!(error.to_string().contains("could not be run: this machine runs no processes"), "{error}");
}
