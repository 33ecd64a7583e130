//! `seeds TARGET FOLDER FILE...`: Java streams, in the format of a target that no golden file has, one file each in the folder.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

// The sources are built to be fuzzed: what they call is there.
use libfuzzer_sys as _;

use holdfast_fuzz::{COMPATIBLE, seed};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [target, folder, files @ ..] = arguments.as_slice() else {
        return Err("usage: seeds TARGET FOLDER FILE...".into());
    };
    let write = match target.as_str() {
        "kryo-compatible" => |java: &[u8]| seed::<holdfast_kryo::Kryo>(COMPATIBLE, java),
        "msgpack" => |java: &[u8]| seed::<holdfast_msgpack::Msgpack>(&[], java),
        other => return Err(format!("no seeds are made for '{other}'").into()),
    };
    for file in files {
        let file = Path::new(file);
        let java = fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        if let (Some(name), Some(seed)) = (file.file_stem(), write(&java)) {
            fs::write(Path::new(folder).join(name), seed)?;
        }
    }
    Ok(())
}
