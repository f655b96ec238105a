//! What this process holds, as the kernel counts it.

use std::io;

pub const MIB: u64 = 1024 * 1024;

#[derive(Clone, Copy)]
pub struct Process {
    /// In bytes, now.
    pub resident: u64,
    /// In bytes, at its height.
    pub peak: u64,
    pub descriptors: usize,
}

impl Process {
    pub fn look() -> io::Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib: Option<u64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
            kib.map(|kib| kib * 1024).ok_or_else(|| io::Error::other(format!("no {name}")))
        };
        // The listing has a descriptor of its own, each time.
        let descriptors = std::fs::read_dir("/proc/self/fd")?.count();
        Ok(Self { resident: field("VmRSS:")?, peak: field("VmHWM:")?, descriptors })
    }
}

/// As people write it.
pub fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / MIB as f64)
}
