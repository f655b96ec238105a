//! Marks up to which a prompt may be cached.

open_enum! {
    /// The kind of a cache point.
    pub enum CachePointType {
        /// The only kind there is.
        Default = "default",
    }
}

open_enum! {
    /// How long a cached prefix lives after its last use.
    pub enum CacheTtl {
        /// Five minutes.
        FiveMinutes = "5m",
        /// One hour.
        OneHour = "1h",
    }
}

structure! {
    /// A mark up to which the service may cache the prompt.
    ///
    /// See <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html>.
    pub struct CachePoint {
        required {
            /// The kind.
            kind: CachePointType = "type",
        }
        optional {
            /// How long the prefix lives; five minutes by default.
            ttl / with_ttl: CacheTtl = "ttl",
        }
    }
}

impl Default for CachePoint {
    fn default() -> Self {
        Self::new(CachePointType::Default)
    }
}
