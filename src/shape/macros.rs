//! The three macros that turn a table of members into a type and its JSON: `structure!`, `union!`, `open_enum!`; and
//! `outermost!` for the types that are read and written as a whole.

/// Writes `serde::Serialize` and `serde::Deserialize` over the shape's own JSON.
macro_rules! serde_by_shape {
    ($name:ident) => {
        impl serde_core::Serialize for $name {
            fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde_core::Serialize::serialize(&$crate::shape::Shape::to_json(self), serializer)
            }
        }

        impl<'de> serde_core::Deserialize<'de> for $name {
            fn deserialize<D: serde_core::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::shape::deserialize(deserializer)
            }
        }
    };
}

/// A structure without builders: public fields, `extra` for members that the model does not name, and JSON conversion.
///
/// `padded` after the name marks an event, which Bedrock pads.
macro_rules! structure_without_builders {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $($padded:ident)? {
            required { $( $(#[$req_meta:meta])* $req:ident: $req_type:ty = $req_wire:literal, )* }
            optional { $( $(#[$opt_meta:meta])* $opt:ident: $opt_type:ty = $opt_wire:literal, )* }
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$req_meta])* pub $req: $req_type, )*
            $( $(#[$opt_meta])* pub $opt: Option<$opt_type>, )*
            /// Members that this version of the API model does not name. They are written back.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::shape::Shape for $name {
            fn blank() -> Self {
                Self {
                    $( $req: $crate::shape::Shape::blank(), )*
                    $( $opt: None, )*
                    extra: serde_json::Map::new(),
                }
            }

            fn read(&mut self, value: serde_json::Value) -> Result<(), $crate::shape::ShapeError> {
                #[allow(unused_mut)]
                let mut members = $crate::shape::Members::of(value);
                $( drop_padding!(members, $padded); )?
                $( members.read($req_wire, &mut self.$req); )*
                $( members.read($opt_wire, &mut self.$opt); )*
                members.end(&mut self.extra)
            }

            fn to_json(&self) -> serde_json::Value {
                #[allow(unused_mut)]
                let mut members = serde_json::Map::new();
                $( $crate::shape::write(&mut members, $req_wire, &self.$req); )*
                $( $crate::shape::write(&mut members, $opt_wire, &self.$opt); )*
                $crate::shape::with_extra(members, &self.extra)
            }

            fn find_unknown(&self, at: &$crate::shape::Path<'_>, found: &mut Vec<String>) {
                $( self.$req.find_unknown(&$crate::shape::Path::Member(at, $req_wire), found); )*
                $( self.$opt.find_unknown(&$crate::shape::Path::Member(at, $opt_wire), found); )*
                $crate::shape::find_extra(&self.extra, at, found);
            }
        }

        serde_by_shape!($name);
    };
}

/// What `padded` does when a structure is read.
macro_rules! drop_padding {
    ($members:ident, padded) => {
        $members.drop_padding()
    };
}

/// What `new` takes for a member: what its type is made from, or the type that the declaration names after `as`.
macro_rules! taken_by_new {
    ($type:ty) => {
        $type
    };
    ($type:ty as $taken:ty) => {
        $taken
    };
}

/// A structure of the API: `new` takes the required members, `with_*` sets an optional one. A member declared
/// `name: Type as Other` is taken as what `Other` is made from.
macro_rules! structure {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $($padded:ident)? {
            required {
                $( $(#[$req_meta:meta])* $req:ident: $req_type:ty $(as $taken:ty)? = $req_wire:literal, )*
            }
            optional {
                $( $(#[$opt_meta:meta])* $opt:ident / $with:ident: $opt_type:ty = $opt_wire:literal, )*
            }
        }
    ) => {
        structure_without_builders! {
            $(#[$meta])*
            pub struct $name $($padded)? {
                required { $( $(#[$req_meta])* $req: $req_type = $req_wire, )* }
                optional { $( $(#[$opt_meta])* $opt: $opt_type = $opt_wire, )* }
            }
        }

        impl $name {
            /// Creates the shape from its required members.
            #[must_use]
            pub fn new($( $req: impl Into<taken_by_new!($req_type $(as $taken)?)> ),*) -> Self {
                $( let $req: taken_by_new!($req_type $(as $taken)?) = $req.into(); )*
                Self {
                    $( $req: $req.into(), )*
                    $( $opt: None, )*
                    extra: serde_json::Map::new(),
                }
            }

            $(
                #[doc = concat!("Sets [`", stringify!($opt), "`](Self::", stringify!($opt), ").")]
                #[must_use]
                pub fn $with(mut self, $opt: impl Into<$opt_type>) -> Self {
                    self.$opt = Some($opt.into());
                    self
                }
            )*
        }
    };
}

/// What stands for a list of `$item`: one of them, or several.
macro_rules! one_or_several {
    ($(#[$meta:meta])* pub struct $name:ident($item:ty);) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(Vec<$item>);

        impl<T: Into<$item>> From<T> for $name {
            fn from(one: T) -> Self {
                Self(vec![one.into()])
            }
        }

        impl<T: Into<$item>> From<Vec<T>> for $name {
            fn from(several: Vec<T>) -> Self {
                Self(several.into_iter().map(Into::into).collect())
            }
        }

        impl<T: Into<$item>, const N: usize> From<[T; N]> for $name {
            fn from(several: [T; N]) -> Self {
                Self(several.into_iter().map(Into::into).collect())
            }
        }

        impl From<$name> for Vec<$item> {
            fn from(list: $name) -> Self {
                list.0
            }
        }
    };
}

/// A union of the API: one variant per member, and `Unknown` for members that the model does not name.
///
/// A closing `_ => Variant` accepts a union without members, where a service is known to send one.
macro_rules! union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$member_meta:meta])* $variant:ident($type:ty) = $wire:literal, )*
            $( _ => $(#[$empty_meta:meta])* $empty:ident )?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$member_meta])* $variant($type), )*
            $( $(#[$empty_meta])* $empty, )?
            /// A member that this version of the API model does not name. It is written back.
            Unknown {
                /// The member.
                name: String,
                /// Its value.
                value: serde_json::Value,
            },
        }

        impl $name {
            /// Reads the bare value of the member `name`.
            pub(crate) fn read_member(
                &mut self,
                name: &str,
                value: serde_json::Value,
            ) -> Result<(), $crate::shape::ShapeError> {
                let read = match name {
                    $(
                        $wire => {
                            *self = Self::$variant($crate::shape::Shape::blank());
                            match self {
                                Self::$variant(member) => $crate::shape::Shape::read(member, value),
                                _ => Ok(()),
                            }
                        }
                    )*
                    _ => {
                        *self = Self::Unknown { name: name.to_owned(), value };
                        Ok(())
                    }
                };
                read.map_err(|error| error.in_member(name))
            }
        }

        impl $crate::shape::Shape for $name {
            without_member!($( $empty )?);

            fn read(&mut self, value: serde_json::Value) -> Result<(), $crate::shape::ShapeError> {
                match $crate::shape::only_member(value)? {
                    Some((name, value)) => self.read_member(&name, value),
                    None if Self::ABSENCE == $crate::shape::Absence::Blank => Ok(()),
                    None => Err($crate::shape::ShapeError::new($crate::shape::Problem::NoMember)),
                }
            }

            fn to_json(&self) -> serde_json::Value {
                match self {
                    $( Self::$variant(value) => $crate::shape::union_json($wire, value.to_json()), )*
                    $( Self::$empty => serde_json::Value::Object(serde_json::Map::new()), )?
                    Self::Unknown { name, value } => $crate::shape::union_json(name, value.clone()),
                }
            }

            fn find_unknown(&self, at: &$crate::shape::Path<'_>, found: &mut Vec<String>) {
                match self {
                    $(
                        Self::$variant(value) => {
                            value.find_unknown(&$crate::shape::Path::Member(at, $wire), found);
                        }
                    )*
                    $( Self::$empty => {} )?
                    Self::Unknown { name, .. } => {
                        found.push($crate::shape::Path::Member(at, name).to_string());
                    }
                }
            }
        }

        serde_by_shape!($name);
    };
}

/// What a union is before it is read, and whether it may stay so without a member.
macro_rules! without_member {
    () => {
        fn blank() -> Self {
            Self::Unknown { name: String::new(), value: serde_json::Value::Null }
        }
    };
    ($empty:ident) => {
        const ABSENCE: $crate::shape::Absence = $crate::shape::Absence::Blank;

        fn blank() -> Self {
            Self::$empty
        }
    };
}

/// A string enum of the API, open to values that the model does not name.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$value_meta:meta])* $variant:ident = $wire:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$value_meta])* $variant, )*
            /// A value that this version of the API model does not name. It is written back.
            Unknown(String),
        }

        impl $name {
            /// The value as the API writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $wire, )*
                    Self::Unknown(value) => value,
                }
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                match value.as_str() {
                    $( $wire => Self::$variant, )*
                    _ => Self::Unknown(value),
                }
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                Self::from(value.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::shape::Shape for $name {
            fn blank() -> Self {
                Self::Unknown(String::new())
            }

            fn read(&mut self, value: serde_json::Value) -> Result<(), $crate::shape::ShapeError> {
                *self = Self::from(String::from_json(value)?);
                Ok(())
            }

            fn to_json(&self) -> serde_json::Value {
                serde_json::Value::String(self.as_str().to_owned())
            }

            fn find_unknown(&self, at: &$crate::shape::Path<'_>, found: &mut Vec<String>) {
                if let Self::Unknown(value) = self {
                    found.push(format!("{at}={value}"));
                }
            }
        }

        serde_by_shape!($name);
    };
}

/// What the outermost shapes offer: JSON conversion, and the list of what they only preserve.
macro_rules! outermost {
    ($name:ident) => {
        impl $name {
            /// Parses the API's own JSON.
            ///
            /// # Errors
            ///
            /// The value does not match the shape of the API.
            pub fn from_json(value: serde_json::Value) -> Result<Self, $crate::shape::ShapeError> {
                $crate::shape::Shape::from_json(value)
            }

            /// Returns the API's own JSON.
            #[must_use]
            pub fn to_json(&self) -> serde_json::Value {
                $crate::shape::Shape::to_json(self)
            }
        }

        unknown_members!($name);
    };
}

/// What an outermost shape only preserves.
macro_rules! unknown_members {
    ($name:ident) => {
        impl $name {
            /// Returns the paths of members and values that this version of the API model does not name. They are
            /// preserved and written back.
            #[must_use]
            pub fn unknown_members(&self) -> Vec<String> {
                let mut found = Vec::new();
                $crate::shape::Shape::find_unknown(self, &$crate::shape::Path::Root, &mut found);
                found
            }
        }
    };
}
