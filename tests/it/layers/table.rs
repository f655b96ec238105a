//! The one table of the floors. `ARCHITECTURE.md` shows it.

/// A crate: its floors, and what its rooms may use of their own floor.
pub struct Table {
    /// The folder of its sources.
    pub folder: &'static str,
    /// The floors, the lowest first.
    pub floors: &'static [Floor],
    /// Uses between rooms of one floor: the first uses the second.
    pub same_floor: &'static [(&'static str, &'static str)],
}

/// The library.
pub const LIBRARY: Table = Table { folder: "src", floors: &FLOORS, same_floor: SAME_FLOOR };

/// The command.
pub const COMMAND: Table = Table {
    folder: "crates/cli/src",
    floors: &[
        Floor {
            name: "ground",
            rooms: &["failure", "flags", "interrupt"],
            purpose: "what was asked for, and how it ends",
        },
        Floor { name: "screen", rooms: &["runtime", "screen"], purpose: "what a person sees while it runs" },
        Floor { name: "input", rooms: &["input"], purpose: "files and stdin, opened in one place" },
        Floor { name: "setup", rooms: &["setup", "tape"], purpose: "clients, messages and recordings" },
        Floor { name: "command", rooms: &["command"], purpose: "the commands, a module each" },
    ],
    same_floor: &[],
};

/// Rooms on one level: each may use those of lower floors.
pub struct Floor {
    /// What it is called.
    pub name: &'static str,
    /// The modules at the crate's root that are on it.
    pub rooms: &'static [&'static str],
    /// What its rooms are for, and what they may not do.
    pub purpose: &'static str,
}

/// The floors, the lowest first.
const FLOORS: [Floor; 6] = [
    Floor {
        name: "ground",
        rooms: &["base", "credentials", "terminal", "lore"],
        purpose: "text, values, and what is known about models and geographies; no I/O, no clock",
    },
    Floor {
        name: "protocols",
        rooms: &["eventstream", "sigv4", "profile"],
        purpose: "one protocol each; pure, and they never use each other",
    },
    Floor {
        name: "shapes",
        rooms: &[
            "shape",
            "endpoint",
            "model_id",
            "converse",
            "fit",
            "models",
            "catalog",
            "config",
            "operation",
        ],
        purpose: "what Bedrock sends and answers; pure",
    },
    Floor {
        name: "outside",
        rooms: &["machine", "transport", "auth"],
        purpose: "the computer, the network and the sources of credentials, behind traits",
    },
    Floor {
        name: "client",
        rooms: &["client"],
        purpose: "puts everything together; the only room that reads the clock",
    },
    Floor {
        name: "testing",
        rooms: &["test_util"],
        purpose: "the scripted server of tests, benchmarks and demo; no part of the API yet",
    },
];

/// The rooms that have no folder here, because they are crates of their own.
pub const CRATES: [&str; 1] = ["eventstream"];

const SAME_FLOOR: &[(&str, &str)] = &[
    ("base", "terminal"),
    ("credentials", "base"),
    ("model_id", "endpoint"),
    ("operation", "endpoint"),
    ("operation", "model_id"),
    ("operation", "converse"),
    ("operation", "models"),
    ("operation", "shape"),
    ("converse", "model_id"),
    ("converse", "shape"),
    ("fit", "converse"),
    ("fit", "shape"),
    ("models", "model_id"),
    ("models", "shape"),
    ("models", "converse"),
    ("catalog", "converse"),
    ("catalog", "models"),
    ("catalog", "endpoint"),
    ("catalog", "model_id"),
    ("config", "catalog"),
    ("config", "converse"),
    ("config", "endpoint"),
    ("config", "models"),
    ("auth", "machine"),
    ("auth", "transport"),
    ("transport", "machine"),
];

/// Circles that are known: modules of one folder that use each other.
pub const KNOWN_CIRCLES: &[(&str, &[&str])] = &[
    // The transport over hyper will be replaced by one of our own, which does not have to fit into hyper's pool.
    ("src/transport/via_hyper", &["connection", "pool"]),
];

/// The table as `ARCHITECTURE.md` shows it: the highest floor first.
pub fn markdown() -> String {
    let mut text = "| floor | rooms | what for |\n| --- | --- | --- |\n".to_owned();
    for Floor { name, rooms, purpose } in FLOORS.iter().rev() {
        let rooms: Vec<String> = rooms.iter().map(|room| format!("`{room}`")).collect();
        text.push_str(&format!("| {name} | {} | {purpose} |\n", rooms.join(", ")));
    }
    text
}

impl Table {
    /// The floor of `room`, 0 for the lowest.
    pub fn floor(&self, room: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.rooms.contains(&room))
    }
}
