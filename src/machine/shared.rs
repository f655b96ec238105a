//! A machine that several own.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{FileLock, Machine, ProcessLimits, ProcessOutput};
use crate::base::BoxFuture;
use crate::credentials::Secret;

// Every method, or a default would stand in for what the machine does.
impl<T: Machine + ?Sized> Machine for Arc<T> {
    fn var(&self, name: &str) -> Option<String> {
        (**self).var(name)
    }

    fn home(&self) -> Option<PathBuf> {
        (**self).home()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        (**self).read(path)
    }

    fn setting(&self, name: &str) -> Option<String> {
        (**self).setting(name)
    }

    fn modified(&self, path: &Path) -> Option<SystemTime> {
        (**self).modified(path)
    }

    fn writable_by_others(&self, path: &Path) -> bool {
        (**self).writable_by_others(path)
    }

    fn write_private(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        (**self).write_private(path, contents)
    }

    fn remove_old(&self, folder: &Path, age: Duration, is_ours: fn(&str) -> bool) {
        (**self).remove_old(folder, age, is_ours);
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<FileLock>> {
        (**self).try_lock(path)
    }

    fn run(&self, command: &str, limits: ProcessLimits) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        (**self).run(command, limits)
    }

    fn run_with(
        &self,
        command: &str,
        variables: &[(&str, &str)],
        limits: ProcessLimits,
    ) -> BoxFuture<'static, io::Result<ProcessOutput>> {
        (**self).run_with(command, variables, limits)
    }

    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        (**self).resolve(name)
    }

    fn ask(&self, prompt: &str) -> BoxFuture<'static, io::Result<Option<Secret>>> {
        (**self).ask(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every method differently from its default.
    struct Answering;

    impl Machine for Answering {
        fn var(&self, _: &str) -> Option<String> {
            Some("var".to_owned())
        }

        fn home(&self) -> Option<PathBuf> {
            Some("/home".into())
        }

        fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
            Ok(b"read".to_vec())
        }

        fn setting(&self, _: &str) -> Option<String> {
            Some("setting".to_owned())
        }

        fn modified(&self, _: &Path) -> Option<SystemTime> {
            Some(SystemTime::UNIX_EPOCH)
        }

        fn writable_by_others(&self, _: &Path) -> bool {
            true
        }

        fn write_private(&self, _: &Path, _: &[u8]) -> io::Result<()> {
            Ok(())
        }

        fn remove_old(&self, _: &Path, _: Duration, _: fn(&str) -> bool) {
            panic!("removed");
        }

        fn try_lock(&self, _: &Path) -> io::Result<Option<FileLock>> {
            Ok(None)
        }

        fn run(&self, _: &str, _: ProcessLimits) -> BoxFuture<'static, io::Result<ProcessOutput>> {
            panic!("run");
        }

        fn run_with(
            &self,
            _: &str,
            _: &[(&str, &str)],
            _: ProcessLimits,
        ) -> BoxFuture<'static, io::Result<ProcessOutput>> {
            panic!("run with");
        }

        fn resolve(&self, _: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            panic!("resolved");
        }

        fn ask(&self, _: &str) -> BoxFuture<'static, io::Result<Option<Secret>>> {
            panic!("asked");
        }
    }

    #[test]
    fn a_shared_machine_answers_as_the_one_it_shares() {
        let shared: Arc<dyn Machine> = Arc::new(Answering);
        let shared = &Arc::new(shared);
        let path = Path::new("file");
        assert_eq!(Machine::var(shared, "x").as_deref(), Some("var"));
        assert_eq!(shared.home(), Some("/home".into()));
        assert_eq!(Machine::read(shared, path).unwrap(), b"read");
        assert_eq!(shared.setting("x").as_deref(), Some("setting"));
        assert_eq!(shared.modified(path), Some(SystemTime::UNIX_EPOCH));
        assert!(shared.writable_by_others(path));
        assert!(shared.write_private(path, b"").is_ok());
        assert!(shared.try_lock(path).unwrap().is_none());
        let limits = ProcessLimits::new(Duration::ZERO, 0);
        let calls: [(&str, &dyn Fn()); 5] = [
            ("removed", &|| shared.remove_old(path, Duration::ZERO, |_| true)),
            ("run", &|| drop(shared.run("x", limits))),
            ("run with", &|| drop(shared.run_with("x", &[], limits))),
            ("resolved", &|| drop(shared.resolve("x"))),
            ("asked", &|| drop(shared.ask("x"))),
        ];
        for (reached, call) in calls {
            let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&reached));
        }
    }
}
