//! An empty world for plugins that import WASI, as many toolchains make them do.
//!
//! No files, no environment, no arguments, no network; the clocks stand still and random numbers are always the same,
//! because the same document must give the same bytes. Output is kept for errors. Whatever is not listed here exists,
//! so that a plugin can be instantiated, and ends the call that uses it.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, Resource, ResourceType, Val};
use wasmtime::{Engine, Result, StoreContextMut, bail, format_err};

use super::guest::Guest;

/// One type stands for every resource: a plugin only ever hands them back.
struct Handle;

/// A plugin may ask for so many random bytes at a time.
const RANDOM_BYTES: usize = 64 << 10;

/// Whether an import is an interface of WASI.
pub(super) fn is_wasi(import: &str) -> bool {
    import.starts_with("wasi:")
}

/// Defines every interface of WASI that the component imports, whatever its version, with the types that it expects.
pub(super) fn add(linker: &mut Linker<Guest>, component: &Component, engine: &Engine) -> Result<()> {
    for (interface, import) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else { continue };
        if !is_wasi(interface) {
            continue;
        }
        let unversioned = interface.split('@').next().unwrap_or(interface);
        let mut defined = linker.instance(interface)?;
        for (name, export) in instance.exports(engine) {
            match export.ty {
                ComponentItem::Resource(_) => {
                    defined.resource(name, ResourceType::host::<Handle>(), |_, _| Ok(()))?;
                }
                ComponentItem::ComponentFunc(_) => {
                    let function = format!("{unversioned}#{name}");
                    defined.func_new(name, move |store, _type, arguments, results| {
                        call(store, &function, arguments, results)
                    })?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn call(
    mut store: StoreContextMut<'_, Guest>,
    function: &str,
    arguments: &[Val],
    results: &mut [Val],
) -> Result<()> {
    let answer = match function {
        "wasi:cli/environment#get-environment"
        | "wasi:cli/environment#get-arguments"
        | "wasi:filesystem/preopens#get-directories" => Some(Val::List(Vec::new())),
        "wasi:cli/environment#initial-cwd" => Some(Val::Option(None)),
        terminal if terminal.starts_with("wasi:cli/terminal-") => Some(Val::Option(None)),
        "wasi:cli/stdin#get-stdin"
        | "wasi:cli/stdout#get-stdout"
        | "wasi:cli/stderr#get-stderr"
        | "wasi:io/streams#[method]output-stream.subscribe" => Some(handle(&mut store)?),
        // Go refuses to start where the monotonic clock says 0.
        "wasi:clocks/monotonic-clock#now" | "wasi:clocks/monotonic-clock#resolution" => Some(Val::U64(1)),
        "wasi:clocks/wall-clock#now" | "wasi:clocks/wall-clock#resolution" => Some(Val::Record(vec![
            ("seconds".to_owned(), Val::U64(0)),
            ("nanoseconds".to_owned(), Val::U32(0)),
        ])),
        "wasi:random/random#get-random-bytes" | "wasi:random/insecure#get-insecure-random-bytes" => {
            let Some(Val::U64(wanted)) = arguments.first() else {
                bail!("{function} was called without a number")
            };
            let wanted = usize::try_from(*wanted).ok().filter(|wanted| *wanted <= RANDOM_BYTES);
            let wanted = wanted.ok_or_else(|| format_err!("it wanted too many random bytes at once"))?;
            Some(Val::List(vec![Val::U8(7); wanted]))
        }
        "wasi:random/random#get-random-u64" | "wasi:random/insecure#get-insecure-random-u64" => {
            Some(Val::U64(7))
        }
        "wasi:random/insecure-seed#insecure-seed" => Some(Val::Tuple(vec![Val::U64(7), Val::U64(7)])),
        "wasi:io/streams#[method]output-stream.check-write" => {
            Some(Val::Result(Ok(Some(Box::new(Val::U64(4096))))))
        }
        "wasi:io/streams#[method]output-stream.write"
        | "wasi:io/streams#[method]output-stream.blocking-write-and-flush" => {
            if let Some(Val::List(bytes)) = arguments.get(1) {
                store.data_mut().print(bytes.iter().filter_map(|byte| match byte {
                    Val::U8(byte) => Some(*byte),
                    _ => None,
                }));
            }
            Some(Val::Result(Ok(None)))
        }
        "wasi:io/streams#[method]output-stream.flush"
        | "wasi:io/streams#[method]output-stream.blocking-flush" => Some(Val::Result(Ok(None))),
        _ => bail!("it called {function}, which plugins may not use"),
    };
    // A function defined this way owns the handles that it was lent; one left over would fail the call.
    for argument in arguments {
        if let Val::Resource(lent) = argument {
            lent.resource_drop(&mut store)?;
        }
    }
    if let (Some(result), Some(answer)) = (results.first_mut(), answer) {
        *result = answer;
    }
    Ok(())
}

fn handle(store: &mut StoreContextMut<'_, Guest>) -> Result<Val> {
    Ok(Val::Resource(Resource::<Handle>::new_own(1).try_into_resource_any(store)?))
}
