//! Enums that are written as the names of their variants.

use super::node::{Json, Node};
use crate::engine::{Engine, Timeouts};
use crate::error::{Error, ErrorKind};
use crate::failure::{AccessKind, AccessType, Hook, MemoryOrder, OrderWanted};
use crate::named::Named;
use crate::operation::{FileKind, SystemCall};
use crate::report::marker_home::Home;
use crate::schedule::StepKind;
use crate::verdict::Verdict;

macro_rules! names {
    ($($type:ident)*) => {
        $(impl Json for $type {
            fn write(&self) -> serde_json::Value {
                self.name().into()
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                $type::of_name(node.text()?).ok_or_else(|| node.unknown())
            }
        })*
    };
}

names! { AccessKind AccessType Engine ErrorKind FileKind Home Hook MemoryOrder OrderWanted StepKind SystemCall Timeouts Verdict }
