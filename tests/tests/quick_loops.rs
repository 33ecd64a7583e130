//! The loops in which the serializers take what sessions are full of: compilers keep no value in a register over a call, so
//! that one call in them costs all of it (CONTRIBUTING.md). Whether a function is one is for the compiler to decide, and is
//! seen in what it made.

use std::fs;

use holdfast_tests::plugins;
use wasmparser::{KnownCustom, Name, Operator, Parser, Payload};

/// The functions whose loops call nothing.
const QUICK: [&str; 3] = ["run_plain", "run_quickly", "run_permuted"];

/// The quick functions of a plugin, and the calls in their loops.
fn calls(component: &[u8]) -> (Vec<String>, Vec<(String, String)>) {
    let (mut imports, mut names, mut bodies) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            // The plugin's own module is the first; those behind it only join it to the host.
            Payload::ModuleSection { .. } if !bodies.is_empty() => break,
            Payload::ImportSection(section) => {
                imports = section
                    .into_imports()
                    .filter(|import| matches!(import.as_ref().unwrap().ty, wasmparser::TypeRef::Func(_)))
                    .count();
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(section) = section.as_known() else { continue };
                for name in section {
                    if let Name::Function(functions) = name.unwrap() {
                        names.extend(functions.into_iter().map(|named| {
                            let named = named.unwrap();
                            (named.index as usize, named.name.to_owned())
                        }));
                    }
                }
            }
            _ => {}
        }
    }
    let name = |index: usize| {
        names.iter().find(|(named, _)| *named == index).map_or("?", |(_, name)| name.as_str()).to_owned()
    };
    let mut found = Vec::new();
    let mut functions = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        let function = name(imports + at);
        if !QUICK.iter().any(|quick| function.contains(quick)) {
            continue;
        }
        functions.push(function.clone());
        // Of each block that is open, whether it is a loop; the call that was seen last.
        let (mut open, mut called) = (Vec::new(), None);
        for operator in body.get_operators_reader().unwrap() {
            let operator = operator.unwrap();
            match called.take() {
                // What never returns leaves nothing to keep.
                Some(callee) if !matches!(operator, Operator::Unreachable) => {
                    found.push((function.clone(), callee));
                }
                _ => {}
            }
            match operator {
                Operator::Loop { .. } => open.push(true),
                Operator::Block { .. } | Operator::If { .. } => open.push(false),
                Operator::End => _ = open.pop(),
                Operator::Call { function_index } if open.contains(&true) => {
                    called = Some(name(function_index as usize));
                }
                Operator::CallIndirect { .. } if open.contains(&true) => {
                    called = Some("a pointer".to_owned())
                }
                _ => {}
            }
        }
    }
    (functions, found)
}

#[test]
fn loops_of_what_sessions_are_full_of_call_nothing() {
    let plugins = plugins();
    for (plugin, count) in [("java", 4), ("kryo", 4), ("kryo1", 4), ("javolution", 4), ("xstream", 3)] {
        let component = fs::read(plugins.join(plugin).with_extension("wasm")).unwrap();
        let (functions, calls) = calls(&component);
        assert_eq!(functions.len(), count, "{plugin}: {functions:?}");
        // One that became a function of its own has what it works with behind references.
        assert!(!functions.iter().any(|name| name.contains("closure")), "{plugin}: {functions:?}");
        assert!(calls.is_empty(), "{plugin} calls in a loop: {calls:#?}");
    }
}
