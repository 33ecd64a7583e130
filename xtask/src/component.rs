//! Makes a component of the core module that cargo builds.

use anyhow::{Context, Result, bail};
use wit_component::{ComponentEncoder, DecodedWasm, decode};
use wit_parser::{Resolve, WorldId};

/// What a serializer exports, by the contract in `wit/`, and what a converter does.
const SERIALIZER: &[&str] = &["configure", "describe", "deserialize", "serialize"];
const CONVERTER: &[&str] =
    &["after-deserialize", "before-serialize", "configure", "declarations", "describe"];

/// The component of a core module that carries the description of its world, as the `export!` of
/// `holdfast_sdk` or `holdfast_converter_sdk` leaves it.
pub(crate) fn componentize(module: &[u8]) -> Result<Vec<u8>> {
    let component = ComponentEncoder::default().validate(true).module(module)?.encode()?;
    let exports = match decode(&component).context("the component made of it cannot be read back")? {
        DecodedWasm::Component(resolve, world) => exports(&resolve, world),
        DecodedWasm::WitPackage(..) => bail!("it holds a contract and no code"),
    };
    let has = |name: &&str| exports.iter().any(|export| export == name);
    let (world, cure) = if has(&"declarations") {
        (CONVERTER, "holdfast_converter_sdk::export!(..)")
    } else {
        (SERIALIZER, "holdfast_sdk::export!(..)")
    };
    let missing: Vec<_> = world.iter().copied().filter(|name| !has(name)).collect();
    if !missing.is_empty() {
        bail!("it does not export {}; {cure} in its lib.rs would", missing.join(", "));
    }
    Ok(component)
}

fn exports(resolve: &Resolve, world: WorldId) -> Vec<String> {
    let Some(world) = resolve.worlds.get(world) else { return Vec::new() };
    world.exports.keys().map(|key| resolve.name_world_key(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_a_plugin_is_refused_with_the_cure() {
        let module = wat::parse_str("(module)").unwrap();
        let error = componentize(&module).unwrap_err().to_string();
        assert_eq!(
            error,
            "it does not export configure, describe, deserialize, serialize; holdfast_sdk::export!(..) in its \
             lib.rs would"
        );
    }
}
