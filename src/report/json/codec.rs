//! How values are written as JSON and read back: both from one table, so that they agree.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::node::{Json, Node};
use crate::engine::{PointsNote, WaitRules};
use crate::error::Error;
use crate::failure::ValueOrText;
use crate::schedule::Schedule;

/// Structs that are written as objects. Fields after the semicolon are not written.
macro_rules! object {
    ($type:ty: $($field:ident = $name:literal),* $(; $($left_out:ident),*)?) => {
        impl Json for $type {
            fn write(&self) -> Value {
                json!({ $($name: Json::write(&self.$field)),* })
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                Ok(Self {
                    $($field: node.read($name)?,)*
                    $($($left_out: Default::default(),)*)?
                })
            }
        }
    };
}

/// Structs that are written as lists of their fields.
macro_rules! row {
    ($type:ident: $($field:ident),*) => {
        impl Json for $type {
            fn write(&self) -> Value {
                json!([$(Json::write(&self.$field)),*])
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                let [$($field),*] = node.items()?;
                Ok($type { $($field: Json::read(&$field)?),* })
            }
        }
    };
}

/// Enums, which are written as objects with the name of the variant in the field `is`. The other
/// fields are those of the variant; those of what it holds, for a variant in brackets.
macro_rules! variants {
    (@object) => { json!({}) };
    (@object $inner:ident) => { $inner.write() };
    (@read $inner:ident $node:ident) => { Json::read($node) };
    ($type:ident: $(
        $name:literal = $variant:ident
            $(($($item:ident),*))? $({ $($field:ident),* })? $([$inner:ident])?
    ),* $(,)?) => {
        impl Json for $type {
            fn write(&self) -> Value {
                match self {
                    $($type::$variant $(($($item),*))? $({ $($field),* })? $(($inner))? => {
                        let mut object = variants!(@object $($inner)?);
                        $($(object[stringify!($item)] = $item.write();)*)?
                        $($(object[stringify!($field)] = $field.write();)*)?
                        object["is"] = $name.into();
                        object
                    })*
                }
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                let is = node.field("is")?;
                Ok(match is.text()? {
                    $($name => $type::$variant
                        $(($(node.read(stringify!($item))?),*))?
                        $({ $($field: node.read(stringify!($field))?),* })?
                        $((variants!(@read $inner node)?))?,)*
                    _ => return Err(is.unknown()),
                })
            }
        }
    };
}

/// Structs that are written like their only field.
macro_rules! wrapper {
    ($type:ident.$field:tt) => {
        impl Json for $type {
            fn write(&self) -> Value {
                self.$field.write()
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                Ok($type {
                    $field: Json::read(node)?,
                })
            }
        }
    };
}

pub(super) use {object, row, variants, wrapper};

macro_rules! plain {
    ($($type:ty: $read:ident),*) => {
        $(impl Json for $type {
            fn write(&self) -> Value {
                (*self).into()
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                node.$read()
            }
        })*
    };
}

plain! { u32: number, u64: number, usize: number, bool: flag }

macro_rules! strings {
    ($($type:ty)*) => {
        $(impl Json for $type {
            fn write(&self) -> Value {
                (**self).into()
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                Ok(node.text()?.to_owned().into())
            }
        })*
    };
}

strings! { String Arc<str> Cow<'static, str> }

/// Seconds, and nanoseconds.
impl Json for Duration {
    fn write(&self) -> Value {
        json!([self.as_secs(), self.subsec_nanos()])
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let [seconds, nanos] = node.items()?;
        let below_a_second = nanos.number::<u32>()?;
        if below_a_second >= 1_000_000_000 {
            return Err(nanos.wrong("is a second or more"));
        }
        Ok(Duration::new(seconds.number()?, below_a_second))
    }
}

impl Json for WaitRules {
    fn write(&self) -> Value {
        json!({
            "timeouts": self.timeouts.write(),
            "real_time": self.real_time,
            "spurious_wakeups": self.spurious_wakeups,
        })
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        Ok(WaitRules {
            timeouts: node.read("timeouts")?,
            real_time: node.read("real_time")?,
            spurious_wakeups: node.read("spurious_wakeups")?,
        })
    }

    fn absent() -> Option<Self> {
        Some(WaitRules::default())
    }
}

impl Json for PointsNote {
    fn write(&self) -> Value {
        (*self.0).into()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        Ok(PointsNote(node.text()?.to_owned()))
    }

    fn absent() -> Option<Self> {
        Some(PointsNote::default())
    }
}

impl Json for Schedule {
    fn write(&self) -> Value {
        self.versioned().into()
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let schedule = node.text()?.parse();
        schedule.map_err(|error: Error| node.wrong(&format!("is {error}")))
    }
}

impl<T: Json> Json for Option<T> {
    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        node.some().map(T::read).transpose()
    }
}

impl<T: Json> Json for Box<T> {
    fn write(&self) -> Value {
        T::write(self)
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        T::read(node).map(Box::new)
    }
}

macro_rules! lists {
    ($($type:ty)*) => {
        $(impl<T: Json> Json for $type {
            fn write(&self) -> Value {
                self.iter().map(T::write).collect()
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                node.list()?.iter().map(T::read).collect()
            }
        })*
    };
}

lists! { Vec<T> Arc<[T]> }

macro_rules! tuples {
    ($($($type:ident)*;)*) => {
        $(#[allow(non_snake_case, reason = "values are called as their types")]
        impl<$($type: Json),*> Json for ($($type),*) {
            fn write(&self) -> Value {
                let ($($type),*) = self;
                json!([$($type.write()),*])
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                let [$($type),*] = node.items()?;
                Ok(($(Json::read(&$type)?),*))
            }
        })*
    };
}

tuples! { A B; A B C; }

impl<T: Json> Json for BTreeMap<String, T> {
    fn write(&self) -> Value {
        let fields = self.iter();
        let fields = fields.map(|(name, value)| (name.clone(), value.write()));
        Value::Object(fields.collect::<Map<_, _>>())
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let fields = node.fields()?.into_iter();
        fields
            .map(|(name, value)| Ok((name.to_owned(), T::read(&value)?)))
            .collect()
    }
}

/// No value is written as a text, so a text is recognized as one.
impl<T: Json> Json for ValueOrText<T> {
    fn write(&self) -> Value {
        match self {
            ValueOrText::Value(value) => value.write(),
            ValueOrText::Text(text) => text.write(),
        }
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        match node.text() {
            Ok(text) => Ok(ValueOrText::Text(text.to_owned())),
            Err(_) => T::read(node).map(ValueOrText::Value),
        }
    }
}
