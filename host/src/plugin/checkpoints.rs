//! Puts checkpoints into a component's code, at which a call that takes too long can be stopped.
//!
//! A checkpoint is a read of one byte at [`ADDRESS`] whose value nobody uses: one instruction of the machine, which
//! keeps nothing from staying in a register. It does nothing while the page at that address can be read, and traps
//! once it cannot. wasmtime's own checks of its epoch call into the host from every loop, and code that may call keeps
//! what it works with on the stack: it took a third longer. (wasmtime means to do the same one day:
//! bytecodealliance/wasmtime#1749.)
//!
//! They stand where time could otherwise pass without bound: at the head of every loop, and at the entry of every
//! function that calls twice or more, or calls in place of returning. What is left between two of them is no longer
//! than the code of the functions on the stack.
//!
//! Where code is read and written anew, the compiler is told of its branches, too.

use std::fmt;

use wasm_encoder::{BranchHint, BranchHints, Encode, Section as _};
use wasmparser::{
    BinaryReader, BinaryReaderError, CodeSectionReader, FunctionBody, ImportSectionReader,
    MemorySectionReader, Operator, TypeRef,
};

use super::branches::{self, Branch};

/// Where the page is that checkpoints read: below 2 GiB, so that the address fits into the instruction. No memory may
/// grow up to here.
pub(super) const ADDRESS: u32 = 0x7fff_0000;

/// Changes with what is done here, so that no code is used which an earlier form of it had changed. FNV-1a of the source.
pub(super) const VERSION: u64 =
    fnv1a(fnv1a(0xcbf2_9ce4_8422_2325, include_bytes!("checkpoints.rs")), include_bytes!("branches.rs"));

const fn fnv1a(mut hash: u64, source: &[u8]) -> u64 {
    let mut rest = source;
    while let [byte, behind @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = behind;
    }
    hash
}

/// What `\0asm` is followed by in a module and in a component.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Sections of a component that hold code further in.
const CORE_MODULE: u8 = 1;
const NESTED_COMPONENT: u8 = 4;

/// Sections of a module that are looked at.
const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const TABLES: u8 = 4;
const MEMORIES: u8 = 5;
const CODE: u8 = 10;

/// Gives a component with checkpoints.
///
/// # Errors
///
/// When the bytes are not a component. Not all that is wrong with one is found here; what is left is the engine's to
/// find.
pub(super) fn insert(component: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::with_capacity(component.len() + component.len() / 8);
    out.extend_from_slice(COMPONENT);
    for section in sections(component, COMPONENT)? {
        let Section { id, bytes } = section?;
        match id {
            CORE_MODULE => put(&mut out, id, &module(bytes)?),
            NESTED_COMPONENT => put(&mut out, id, &insert(bytes)?),
            _ => put(&mut out, id, bytes),
        }
    }
    Ok(out)
}

/// Why there are no checkpoints in a component.
#[derive(Debug)]
pub(super) struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl From<BinaryReaderError> for Malformed {
    fn from(error: BinaryReaderError) -> Self {
        Self(error.message().to_owned())
    }
}

fn module(module: &[u8]) -> Result<Vec<u8>, Malformed> {
    let memories = Memories::of(module)?;
    let checkpoint = memories.checkpoint();
    let mut missing = memories.usable.is_none() && wants_any(module)?;
    let mut out = Vec::with_capacity(module.len() + module.len() / 8);
    out.extend_from_slice(MODULE);
    for section in sections(module, MODULE)? {
        let Section { id, bytes } = section?;
        match id {
            MEMORIES if missing => {
                missing = false;
                put(&mut out, MEMORIES, &one_more(bytes)?);
                continue;
            }
            CUSTOM if is_about_code(bytes) => continue,
            // Behind the tables is the place of memories.
            CUSTOM..=TABLES => {}
            _ if missing => {
                missing = false;
                put(&mut out, MEMORIES, &one_more(&[0])?);
            }
            _ => {}
        }
        if id == CODE {
            let (code, hints) = code(bytes, &checkpoint, memories.functions)?;
            hints.append_to(&mut out);
            put(&mut out, id, &code);
        } else {
            put(&mut out, id, bytes);
        }
    }
    Ok(out)
}

/// What memories a module has, and what comes before its own functions.
struct Memories {
    /// How many functions it imports.
    functions: u32,
    count: u32,
    /// The first one that may have any byte: the engine takes a read of one that may not for a trap at once.
    usable: Option<u32>,
}

impl Memories {
    fn of(module: &[u8]) -> Result<Self, Malformed> {
        let mut found = Self { functions: 0, count: 0, usable: None };
        for section in sections(module, MODULE)? {
            let Section { id, bytes } = section?;
            match id {
                IMPORTS => {
                    for import in ImportSectionReader::new(BinaryReader::new(bytes, 0))?.into_imports() {
                        match import?.ty {
                            TypeRef::Memory(memory) => found.add(memory.maximum),
                            TypeRef::Func(_) | TypeRef::FuncExact(_) => found.functions += 1,
                            _ => {}
                        }
                    }
                }
                MEMORIES => {
                    for memory in MemorySectionReader::new(BinaryReader::new(bytes, 0))? {
                        found.add(memory?.maximum);
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn add(&mut self, maximum: Option<u64>) {
        if self.usable.is_none() && maximum != Some(0) {
            self.usable = Some(self.count);
        }
        self.count = self.count.saturating_add(1);
    }

    /// The read itself. It is atomic because the page changes behind the code's back: the engine leaves out no atomic
    /// read and moves none.
    fn checkpoint(&self) -> Vec<u8> {
        let memory = self.usable.unwrap_or(self.count);
        let mut code = Vec::new();
        let at = wasm_encoder::MemArg { offset: 0, align: 0, memory_index: memory };
        let address = i32::try_from(ADDRESS).unwrap_or(i32::MAX);
        for instruction in [
            wasm_encoder::Instruction::I32Const(address),
            wasm_encoder::Instruction::I32AtomicLoad8U(at),
            wasm_encoder::Instruction::Drop,
        ] {
            instruction.encode(&mut code);
        }
        code
    }
}

/// A section of memories with one more, which has no byte but may have.
fn one_more(memories: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = BinaryReader::new(memories, 0);
    let count = reader.read_var_u32()?;
    let mut out = Vec::new();
    count.saturating_add(1).encode(&mut out);
    out.extend_from_slice(reader.read_bytes(reader.bytes_remaining())?);
    wasm_encoder::MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    }
    .encode(&mut out);
    Ok(out)
}

/// Code with checkpoints, and what the compiler is told of its branches. The numbers of its functions begin at `first`.
fn code(bytes: &[u8], checkpoint: &[u8], first: u32) -> Result<(Vec<u8>, BranchHints), Malformed> {
    let functions = CodeSectionReader::new(BinaryReader::new(bytes, 0))?;
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut hints = BranchHints::new();
    functions.count().encode(&mut out);
    let mut places = Vec::new();
    for (number, function) in (first..).zip(functions) {
        let function = function?;
        find(&function, &mut places)?;
        let branches = branches::find(&function)?;
        if !branches.is_empty() {
            let begin = function.range().start;
            hints.function_hints(
                number,
                branches.into_iter().map(|Branch { at, is_taken }| {
                    let moved = places.partition_point(|place| *place <= at) * checkpoint.len();
                    BranchHint {
                        branch_func_offset: u32::try_from(at - begin + moved).unwrap_or(u32::MAX),
                        branch_hint_value: u32::from(is_taken),
                    }
                }),
            );
        }
        let range = function.range();
        let mut from = range.start;
        let len = range.len() + places.len() * checkpoint.len();
        u32::try_from(len).map_err(|_| Malformed("a function is too long".to_owned()))?.encode(&mut out);
        for place in places.drain(..) {
            out.extend_from_slice(bytes.get(from..place).unwrap_or_default());
            out.extend_from_slice(checkpoint);
            from = place;
        }
        out.extend_from_slice(bytes.get(from..range.end).unwrap_or_default());
    }
    Ok((out, hints))
}

/// Whether there is any place in a module where a checkpoint belongs. Modules that only pass calls on have none, and
/// then need no memory.
fn wants_any(module: &[u8]) -> Result<bool, Malformed> {
    let mut places = Vec::new();
    for section in sections(module, MODULE)? {
        let Section { id: CODE, bytes } = section? else { continue };
        for function in CodeSectionReader::new(BinaryReader::new(bytes, 0))? {
            find(&function?, &mut places)?;
        }
    }
    Ok(!places.is_empty())
}

/// Where in a function checkpoints belong.
fn find(function: &FunctionBody<'_>, places: &mut Vec<usize>) -> Result<(), Malformed> {
    let mut operators = function.get_operators_reader()?;
    let entry = operators.original_position();
    let mut calls = 0u32;
    while !operators.eof() {
        match operators.read()? {
            Operator::Loop { .. } => places.push(operators.original_position()),
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::CallRef { .. } => calls += 1,
            Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::ReturnCallRef { .. } => calls = 2,
            _ => {}
        }
    }
    if calls >= 2 {
        places.insert(0, entry);
    }
    Ok(())
}

/// Sections that tell of places in the code, which move: hints for branches, and where lines of source are.
fn is_about_code(custom: &[u8]) -> bool {
    BinaryReader::new(custom, 0)
        .read_string()
        .is_ok_and(|name| name.starts_with("metadata.code.") || name.starts_with(".debug_"))
}

struct Section<'a> {
    id: u8,
    bytes: &'a [u8],
}

/// The sections behind a header.
fn sections<'a>(
    bytes: &'a [u8],
    header: &[u8],
) -> Result<impl Iterator<Item = Result<Section<'a>, Malformed>> + use<'a>, Malformed> {
    let rest = bytes
        .strip_prefix(header)
        .ok_or_else(|| Malformed("it does not begin as a component or module does".to_owned()))?;
    let mut reader = BinaryReader::new(rest, header.len());
    Ok(std::iter::from_fn(move || {
        if reader.eof() {
            return None;
        }
        let mut section = || {
            let id = reader.read_u8()?;
            let len = reader.read_var_u32()? as usize;
            Ok(Section { id, bytes: reader.read_bytes(len)? })
        };
        let section = section();
        if section.is_err() {
            reader = BinaryReader::new(&[], 0);
        }
        Some(section)
    }))
}

fn put(out: &mut Vec<u8>, id: u8, bytes: &[u8]) {
    out.push(id);
    bytes.encode(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many checkpoints a component gets, which is as valid with them.
    fn checkpoints(text: &str) -> usize {
        let component = wat::parse_str(text).unwrap();
        let with = insert(&component).unwrap();
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
            .validate_all(&with)
            .unwrap();
        let address = i32::try_from(ADDRESS).unwrap();
        let mut read = Vec::new();
        wasm_encoder::Instruction::I32Const(address).encode(&mut read);
        with.windows(read.len()).filter(|bytes| *bytes == read).count()
    }

    #[test]
    fn loops_and_functions_that_call_twice_are_watched_and_no_others() {
        let text = |code: &str| {
            format!(
                "(component (core module (memory 1) (table 1 funcref) (func $once (call $none)) (func $none) {code}))"
            )
        };
        assert_eq!(checkpoints(&text("")), 0);
        assert_eq!(checkpoints(&text("(func (loop (loop)) (block))")), 2);
        assert_eq!(checkpoints(&text("(func (call $once) (call_indirect (i32.const 0)))")), 1);
        assert_eq!(checkpoints(&text("(func $again (return_call $again))")), 1);
        assert_eq!(checkpoints(&text("(func (call $once) (loop (call $once)))")), 2);
    }

    #[test]
    fn the_compiler_is_told_of_branches_where_they_stand_between_checkpoints() {
        let component = wat::parse_str(
            r#"(component (core module
                (import "a" "b" (func))
                (memory 1)
                (func (loop))
                (func (param i32) (call 0) (call 0)
                    (block (loop (br_if 1 (local.get 0)) (loop (br_if 2 (local.get 0)) (br_if 0 (local.get 0))) (br 0))))))"#,
        )
        .unwrap();
        let with = insert(&component).unwrap();
        let (mut bodies, mut told) = (Vec::new(), Vec::new());
        for payload in wasmparser::Parser::new(0).parse_all(&with) {
            match payload.unwrap() {
                wasmparser::Payload::CodeSectionEntry(body) => bodies.push(body),
                wasmparser::Payload::CustomSection(section) => {
                    let wasmparser::KnownCustom::BranchHints(functions) = section.as_known() else {
                        continue;
                    };
                    for function in functions {
                        let function = function.unwrap();
                        let begin = bodies.len();
                        told.extend(
                            function.hints.into_iter().map(|hint| (function.func, begin, hint.unwrap())),
                        );
                    }
                }
                _ => {}
            }
        }
        assert_eq!(bodies.len(), 2);
        assert_eq!(told.iter().map(|(.., hint)| hint.taken).collect::<Vec<_>>(), [false, false, true]);
        let body = &bodies[1];
        for (function, before, hint) in told {
            assert_eq!((function, before), (2, 0), "imports count, and what is told comes before the code");
            let at = body.range().start + hint.func_offset as usize;
            let mut operators = body.get_operators_reader().unwrap();
            while operators.original_position() < at {
                operators.read().unwrap();
            }
            assert_eq!(operators.original_position(), at);
            assert!(matches!(operators.read().unwrap(), Operator::BrIf { .. }));
        }
    }

    #[test]
    fn a_module_without_memory_gets_one_only_when_it_is_watched() {
        let memories = |text: &str| {
            let with = insert(&wat::parse_str(text).unwrap()).unwrap();
            Memories::of(sections(&with, COMPONENT).unwrap().next().unwrap().unwrap().bytes).unwrap().count
        };
        assert_eq!(memories("(component (core module (func)))"), 0);
        assert_eq!(memories("(component (core module (func (loop))))"), 1);
        assert_eq!(memories("(component (core module (memory 0 0) (func (loop))))"), 2);
        assert_eq!(
            memories(r#"(component (core module (import "a" "b" (memory 1)) (memory 1) (func (loop))))"#),
            2
        );
        assert_eq!(checkpoints("(component (core module (global i32 (i32.const 0)) (func (loop))))"), 1);
        assert_eq!(checkpoints("(component (component (core module (table 1 funcref) (func (loop)))))"), 1);
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_refused_or_left_to_the_engine() {
        let component = include_bytes!("echo.wasm");
        for at in 0..component.len() {
            let _ = insert(&component[..at]);
            let mut damaged = component.to_vec();
            damaged[at] ^= 0x55;
            let _ = insert(&damaged);
        }
        assert!(insert(b"\0asm\x01\0\0\0").is_err());
    }
}
