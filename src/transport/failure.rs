//! Classifies failures by their chain of causes: the errors of HTTP clients say only "request" or "connect".

use std::error::Error;
use std::io;
use std::time::Duration;

use super::{TransportError, TransportErrorKind};
use crate::base::time::Seconds;
use crate::machine::is_out_of_descriptors;

/// Converts an error of the HTTP library, with the kind that its causes show, else `otherwise`; `action` is what was
/// tried, as in "could not reach HOST".
pub(super) fn describe(
    error: impl Into<Box<dyn Error + Send + Sync>>,
    host: &str,
    action: &str,
    otherwise: TransportErrorKind,
) -> TransportError {
    let error = error.into();
    let mut kind = None;
    // The innermost cause says what happened; the ones above only where.
    let mut root = String::new();
    let mut is_ours = false;
    let mut cause: Option<&(dyn Error + 'static)> = Some(&*error);
    while let Some(current) = cause {
        root = current.to_string();
        is_ours = is_ours || current.downcast_ref().is_some_and(is_out_of_descriptors);
        kind = kind.or_else(|| kind_of(current, &root));
        cause = current.source();
    }
    if is_ours {
        // No fault of the peer, which would be asked again.
        let message = format!(
            "could not {action} {host}: {root}; this program has too many files and connections open for its limit \
             (`ulimit -n`)"
        );
        return TransportError::new(TransportErrorKind::Other, message).with_source(error);
    }
    let kind = match kind.unwrap_or(otherwise) {
        TransportErrorKind::Dns => dns_kind(&root),
        kind => kind,
    };
    let message = match kind {
        TransportErrorKind::Dns | TransportErrorKind::DnsTemporary => {
            format!("could not resolve {host}: {root}; check the region, the endpoint and the network")
        }
        TransportErrorKind::Tls => format!(
            "could not make a TLS connection to {host}: {root}; a proxy that inspects TLS needs its CA in AWS_CA_BUNDLE or \
             SSL_CERT_FILE"
        ),
        TransportErrorKind::Proxy => format!("the proxy would not connect to {host}: {root}"),
        TransportErrorKind::Timeout => format!("could not {action} {host} in time: {root}"),
        TransportErrorKind::Broken => format!("the connection to {host} broke: {root}"),
        _ => format!("could not {action} {host}: {root}"),
    };
    TransportError::new(kind, message).with_source(error)
}

/// Names the limit when `error` is a connect timeout: the HTTP library's error does not know it.
pub(super) fn no_connection_within(limit: Duration, error: TransportError) -> TransportError {
    if error.kind != TransportErrorKind::Timeout {
        return error;
    }
    let message = format!("connect timeout after {} s: {}", Seconds(limit), error.message);
    TransportError { message, ..error }
}

/// Names the proxy of the request by its variable, or the one that the program set: the failure may be on the way to it.
#[cfg(feature = "reqwest")]
pub(super) fn through(variable: Option<&str>, error: TransportError) -> TransportError {
    let message = match variable {
        Some(variable) => format!("{} (through the proxy that {variable} names)", error.message),
        None => format!("{} (through a proxy)", error.message),
    };
    TransportError { message, ..error }
}

/// Distinguishes a resolver that did not answer from a name that does not exist: `EAI_AGAIN` as glibc and macOS, and as
/// musl write it.
fn dns_kind(text: &str) -> TransportErrorKind {
    let text = text.to_ascii_lowercase();
    if text.contains("temporary failure") || text.contains("try again") {
        TransportErrorKind::DnsTemporary
    } else {
        TransportErrorKind::Dns
    }
}

fn kind_of(cause: &(dyn Error + 'static), text: &str) -> Option<TransportErrorKind> {
    if cause.is::<rustls::Error>() {
        return Some(TransportErrorKind::Tls);
    }
    // A name that cannot be in any certificate does not exist either.
    if cause.is::<rustls::pki_types::InvalidDnsNameError>() {
        return Some(TransportErrorKind::Dns);
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        // `source` of an I/O error leaves out the error that it was made from: the TLS error, for one.
        if let Some(kind) = error.get_ref().and_then(|inner| kind_of(inner, &inner.to_string())) {
            return Some(kind);
        }
        return match error.kind() {
            io::ErrorKind::TimedOut => Some(TransportErrorKind::Timeout),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(TransportErrorKind::Broken),
            _ => None,
        };
    }
    // hyper-util keeps its connect errors private; only their text distinguishes them.
    if text.starts_with("dns error") {
        return Some(TransportErrorKind::Dns);
    }
    // A proxy that hangs up has not refused.
    if text == "tunnel error: unexpected end of file" {
        return Some(TransportErrorKind::Broken);
    }
    let has_cause = text == "tunnel error: io error establishing tunnel";
    if !has_cause && (text.contains("tunnel") || text.contains("proxy")) {
        return Some(TransportErrorKind::Proxy);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use TransportErrorKind::{Broken, Connect, Dns, DnsTemporary, Proxy, Timeout, Tls};

    /// An error that says `text`, because of `cause`.
    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<dyn Error + Send + Sync>>);

    impl std::fmt::Display for Layer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    fn kind_of_chain(text: &'static str, cause: Option<Box<dyn Error + Send + Sync>>) -> TransportErrorKind {
        let error = Layer("client error (Connect)", Some(Box::new(Layer(text, cause))));
        describe(error, "bedrock.test", "reach", Connect).kind()
    }

    #[test]
    fn a_resolver_that_does_not_answer_is_distinguished_from_a_name_that_does_not_exist() {
        for (said, kind) in [
            ("failed to lookup address information: Name or service not known", Dns),
            ("failed to lookup address information: nodename nor servname provided, or not known", Dns),
            ("failed to lookup address information: Name does not resolve", Dns),
            ("failed to lookup address information: No address associated with hostname", Dns),
            ("failed to lookup address information: Temporary failure in name resolution", DnsTemporary),
            ("failed to lookup address information: Try again", DnsTemporary),
        ] {
            assert_eq!(kind_of_chain("dns error", Some(io::Error::other(said).into())), kind, "{said}");
        }
    }

    #[test]
    fn the_cause_determines_the_kind_and_a_tunnel_is_the_proxys() {
        let io = |kind: io::ErrorKind| Some(io::Error::from(kind).into());
        for (text, cause, kind) in [
            ("tcp connect error", io(io::ErrorKind::ConnectionRefused), Connect),
            ("tcp connect error", io(io::ErrorKind::TimedOut), Timeout),
            ("connection error", io(io::ErrorKind::ConnectionReset), Broken),
            ("connection error", io(io::ErrorKind::UnexpectedEof), Broken),
            ("handshake", Some(io::Error::other(rustls::Error::DecryptError).into()), Tls),
            ("tunnel error: unsuccessful", None, Proxy),
            ("tunnel error: proxy authorization required", None, Proxy),
            (
                "tunnel error: failed to create underlying connection",
                io(io::ErrorKind::ConnectionRefused),
                Proxy,
            ),
            ("tunnel error: unexpected end of file", None, Broken),
            ("tunnel error: io error establishing tunnel", io(io::ErrorKind::ConnectionReset), Broken),
        ] {
            assert_eq!(kind_of_chain(text, cause), kind, "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn descriptors_that_we_have_run_out_of_are_no_fault_of_the_peer() {
        const EMFILE: i32 = 24;
        const ENFILE: i32 = 23;
        for (text, code) in [
            ("tcp open error", EMFILE),
            ("tcp connect error", ENFILE),
            ("dns error", EMFILE),
            ("tunnel error: x", EMFILE),
        ] {
            let cause = io::Error::from_raw_os_error(code);
            let error = describe(Layer(text, Some(cause.into())), "bedrock.test", "reach", Connect);
            assert_eq!(error.kind(), TransportErrorKind::Other, "{text}");
            assert!(error.to_string().contains("`ulimit -n`"), "{error}");
        }
    }

    #[test]
    fn a_look_up_without_a_thread_is_temporary() {
        let cause = io::Error::other("no thread can be started for it, try again later: os error 11");
        assert_eq!(kind_of_chain("dns error", Some(cause.into())), DnsTemporary);
    }

    #[cfg(feature = "reqwest")]
    #[test]
    fn a_proxy_on_the_way_is_named() {
        let error = || TransportError::new(Timeout, "no answer");
        assert_eq!(through(None, error()).to_string(), "no answer (through a proxy)");
        let named = through(Some("HTTPS_PROXY"), error());
        assert_eq!(
            (named.to_string().as_str(), named.kind()),
            ("no answer (through the proxy that HTTPS_PROXY names)", Timeout)
        );
    }
}
