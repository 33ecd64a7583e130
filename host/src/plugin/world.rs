//! The two worlds of the contract: what a component exports, and how it is called.

use wasmtime::Store;
use wasmtime::component::InstancePre;

use super::bindings::{
    CONVERTER, Converter, ConverterDescription, ConverterPre, Declarations, Description, Failure, SERIALIZER,
    Serializer, SerializerPre, Settings,
};
use super::guest::Guest;
use super::measure::Direction;

/// What kind of plugin a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum World {
    Serializer,
    Converter,
}

impl World {
    /// Its exports, as the contract writes them.
    pub(super) const fn exports(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Serializer => SERIALIZER,
            Self::Converter => CONVERTER,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Serializer => "serializer",
            Self::Converter => "converter",
        }
    }
}

/// A component that is ready to be instantiated.
#[derive(Clone)]
pub(super) enum Code {
    Serializer(SerializerPre<Guest>),
    Converter(ConverterPre<Guest>),
}

/// What an instance exports.
pub(super) enum Exports {
    Serializer(Serializer),
    Converter(Converter),
}

/// Who a plugin says it is.
pub(super) enum Told {
    Serializer(Description),
    Converter(ConverterDescription),
}

impl Code {
    pub(super) fn new(world: World, code: InstancePre<Guest>) -> wasmtime::Result<Self> {
        Ok(match world {
            World::Serializer => Self::Serializer(SerializerPre::new(code)?),
            World::Converter => Self::Converter(ConverterPre::new(code)?),
        })
    }

    pub(super) fn instantiate(&self, store: &mut Store<Guest>) -> wasmtime::Result<Exports> {
        Ok(match self {
            Self::Serializer(code) => Exports::Serializer(code.instantiate(store)?),
            Self::Converter(code) => Exports::Converter(code.instantiate(store)?),
        })
    }
}

impl Exports {
    pub(super) fn describe(&self, store: &mut Store<Guest>) -> wasmtime::Result<Told> {
        Ok(match self {
            Self::Serializer(it) => Told::Serializer(it.call_describe(store)?),
            Self::Converter(it) => Told::Converter(it.call_describe(store)?),
        })
    }

    pub(super) fn configure(
        &self,
        store: &mut Store<Guest>,
        settings: &Settings,
    ) -> wasmtime::Result<Result<(), Failure>> {
        match self {
            Self::Serializer(it) => it.call_configure(store, settings),
            Self::Converter(it) => it.call_configure(store, settings),
        }
    }

    /// A serializer has none.
    pub(super) fn declarations(&self, store: &mut Store<Guest>) -> wasmtime::Result<Option<Declarations>> {
        match self {
            Self::Serializer(_) => Ok(None),
            Self::Converter(it) => it.call_declarations(store).map(Some),
        }
    }

    /// What is done with sessions on their way to storage, or back.
    pub(super) fn convert(
        &self,
        store: &mut Store<Guest>,
        direction: Direction,
        input: &[u8],
    ) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        match (self, direction) {
            (Self::Serializer(it), Direction::Serialize) => it.call_serialize(store, input),
            (Self::Serializer(it), Direction::Deserialize) => it.call_deserialize(store, input),
            (Self::Converter(it), Direction::Serialize) => it.call_before_serialize(store, input),
            (Self::Converter(it), Direction::Deserialize) => it.call_after_deserialize(store, input),
        }
    }
}
