//! The values of the proxy variables and of `NO_PROXY`.

use super::proxy_value::{Exemptions, is_blank, proxy_url};

/// Three lines: a proxy, a list of exemptions, a host.
///
/// What is read as a URL is read again equal, also in quotes and with white space around it, and has none inside. A host is
/// listed whatever its case and a dot at its end; a longer list exempts no less, in any order; an empty one exempts nothing,
/// and `*` everything.
pub fn proxies(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(3, '\n');
    let [value, list, host] = [(); 3].map(|()| lines.next().unwrap_or_default());

    if let Some(url) = proxy_url(value) {
        assert!(!is_blank(value) && !url.contains(|c: char| c.is_whitespace() || c.is_control()), "{url:?}");
        for written in [url.clone(), format!("\"{url}\"\r"), format!(" '{url}' \n"), format!("{url}/")] {
            assert_eq!(proxy_url(&written).as_ref(), Some(&url), "{written:?}");
        }
    }

    let port = Some(u16::try_from(data.len()).unwrap_or(443));
    let covers = |list: &str, host: &str| Exemptions::parse(list).cover(host, port);
    let is_listed = covers(list, host);
    assert_eq!(covers(list, &host.to_ascii_uppercase()), is_listed, "{list:?} {host:?}");
    if !host.ends_with('.') {
        assert_eq!(covers(list, &format!("{host}.")), is_listed, "{list:?} {host:?}");
    }
    let mut entries: Vec<&str> = list.split(',').collect();
    entries.extend(["other.test", "10.0.0.0/99"]);
    entries.reverse();
    // Quotes around the whole list are taken away, which no longer are around it.
    if !list.contains(['"', '\'']) {
        assert!(!is_listed || covers(&entries.join(","), host), "{list:?} {host:?}");
    }
    assert!(!covers("", host) && !covers(" , ,\t", host) && covers("*", host));
}
