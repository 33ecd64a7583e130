//! What a class file says of its class: The Java Virtual Machine Specification, chapter 4.

use cafebabe::attributes::{AttributeData, AttributeInfo, InnerClassAccessFlags};
use cafebabe::bytecode::ByteCode;
use cafebabe::constant_pool::LiteralConstant;
use cafebabe::{FieldAccessFlags, MethodAccessFlags, ParseError, ParseOptions, parse_class_with_options};
use thiserror::Error;

use super::initializer::{self, Found, SerialField, Type};
use super::suid::{self, Member, Members};
use crate::class::{Class, Constant, Field, Kind};
use crate::text::types::is_descriptor;

/// A class as its file alone shows it: what comes from its supertypes is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClassFile {
    pub(super) class: Class,
    /// What its `serialVersionUID` is, if it turns out to be serializable.
    pub(super) suid: Option<i64>,
    /// What could not be found out.
    pub(super) unknown: Vec<String>,
}

/// Why a file is no class.
#[derive(Debug, Error)]
pub(super) enum ClassFileError {
    #[error("is no class file, or a damaged one: {0}")]
    Damaged(#[from] ParseError),
    #[error("has a field whose type '{0}' is none")]
    Type(String),
}

type Result<T> = std::result::Result<T, ClassFileError>;

/// Reads a class file; nothing, where it describes a package or a module.
pub(super) fn read(bytes: &[u8]) -> Result<Option<ClassFile>> {
    let file = parse_class_with_options(bytes, ParseOptions::default().parse_bytecode(false))?;
    let this: &str = &file.this_class;
    if ["module-info", "package-info"].contains(&this.rsplit('/').next().unwrap_or(this)) {
        return Ok(None);
    }
    let look = Look::new(&file);
    if !look.needs_initializer() {
        return look.class(&Found::default()).map(Some);
    }
    // Instructions cost more than all else, and few classes have something in them.
    let file = parse_class_with_options(bytes, &ParseOptions::default())?;
    let found =
        initializer_of(&file).map_or_else(Found::default, |code| initializer::look(&file.this_class, code));
    Look::new(&file).class(&found).map(Some)
}

fn initializer_of<'a>(file: &'a cafebabe::ClassFile<'_>) -> Option<&'a ByteCode<'a>> {
    let method = file.methods.iter().find(|method| method.name == "<clinit>")?;
    method.attributes.iter().find_map(|attribute| match &attribute.data {
        AttributeData::Code(code) => code.bytecode.as_ref(),
        _ => None,
    })
}

/// A field with its texts.
struct FieldInfo<'a> {
    flags: FieldAccessFlags,
    name: &'a str,
    descriptor: String,
    attributes: &'a [AttributeInfo<'a>],
}

/// A method with its texts.
struct Method<'a> {
    flags: MethodAccessFlags,
    name: &'a str,
    descriptor: String,
}

impl Method<'_> {
    fn is(&self, name: &str, descriptor: &str) -> bool {
        self.name == name && self.descriptor == descriptor
    }
}

struct Look<'a> {
    file: &'a cafebabe::ClassFile<'a>,
    modifiers: InnerClassAccessFlags,
    kind: Kind,
    fields: Vec<FieldInfo<'a>>,
    methods: Vec<Method<'a>>,
    unknown: Vec<String>,
}

impl<'a> Look<'a> {
    fn new(file: &'a cafebabe::ClassFile<'a>) -> Self {
        let modifiers = modifiers(file);
        let fields = file.fields.iter().map(|field| FieldInfo {
            flags: field.access_flags,
            name: &field.name,
            descriptor: field.descriptor.to_string(),
            attributes: &field.attributes,
        });
        let methods = file.methods.iter().map(|method| Method {
            flags: method.access_flags,
            name: &method.name,
            descriptor: method.descriptor.to_string(),
        });
        Self {
            file,
            modifiers,
            kind: kind(modifiers, file.super_class.as_deref()),
            fields: fields.collect(),
            methods: methods.collect(),
            unknown: Vec::new(),
        }
    }

    /// Whether the static initializer may say something about serialization.
    fn needs_initializer(&self) -> bool {
        let told = |field: &FieldInfo<'_>| {
            field.name == "serialPersistentFields"
                || field.name == "serialVersionUID" && constant_of(field).is_none()
        };
        self.kind == Kind::Enum || self.fields.iter().any(told)
    }

    fn class(mut self, found: &Found<'_>) -> Result<ClassFile> {
        let superclass = self.file.super_class.as_deref().map(dotted);
        let mut class = Class {
            name: dotted(&self.file.this_class),
            kind: self.kind,
            superclass: superclass.filter(|name| name != "java.lang.Object"),
            interfaces: self.file.interfaces.iter().map(|name| dotted(name)).collect(),
            is_final: self.modifiers.contains(InnerClassAccessFlags::FINAL),
            is_abstract: self.modifiers.contains(InnerClassAccessFlags::ABSTRACT),
            is_public: self.modifiers.contains(InnerClassAccessFlags::PUBLIC),
            fields: self.instance_fields()?,
            serial_fields: self.serial_fields(found)?,
            ..Class::default()
        };
        for method in &self.methods {
            note(method, &mut class);
        }
        if self.kind == Kind::Enum {
            class.constants = self.constants(found, class.is_final);
        }
        let suid = self.suid(found);
        Ok(ClassFile { class, suid, unknown: self.unknown })
    }

    fn instance_fields(&self) -> Result<Vec<Field>> {
        let stored = |field: &&FieldInfo<'_>| {
            !field.flags.intersects(FieldAccessFlags::STATIC | FieldAccessFlags::TRANSIENT)
        };
        let stored = self.fields.iter().filter(stored);
        stored.map(|info| field(info.name.to_owned(), info.descriptor.clone())).collect()
    }

    fn suid(&mut self, found: &Found<'_>) -> Option<i64> {
        if self.kind == Kind::Enum {
            return Some(0);
        }
        let declared = self.fields.iter().find(|field| {
            field.name == "serialVersionUID"
                && field.flags.contains(FieldAccessFlags::STATIC | FieldAccessFlags::FINAL)
                && matches!(&*field.descriptor, "J" | "I" | "S" | "B" | "C")
        });
        if let Some(field) = declared {
            let value = constant_of(field).or(found.suid);
            if value.is_none() {
                self.unknown.push("its serialVersionUID is computed when the class is loaded".to_owned());
            }
            return value;
        }
        if self.kind == Kind::Record {
            return Some(0);
        }
        let of_kind = |wanted: fn(&str) -> bool| {
            self.methods
                .iter()
                .filter(|method| wanted(method.name))
                .map(|method| Member {
                    name: method.name,
                    descriptor: &method.descriptor,
                    modifiers: method.flags.bits(),
                })
                .collect()
        };
        Some(suid::compute(Members {
            name: &self.file.this_class,
            modifiers: self.modifiers.bits(),
            interfaces: self.file.interfaces.iter().map(|name| &**name).collect(),
            fields: self
                .fields
                .iter()
                .map(|field| Member {
                    name: field.name,
                    descriptor: &field.descriptor,
                    modifiers: field.flags.bits(),
                })
                .collect(),
            has_initializer: self.methods.iter().any(|method| method.is("<clinit>", "()V")),
            constructors: of_kind(|name| name == "<init>"),
            methods: of_kind(|name| !name.starts_with('<')),
        }))
    }

    /// Java wants the field private, static and final; it ignores others.
    fn serial_fields(&mut self, found: &Found<'_>) -> Result<Option<Vec<Field>>> {
        let all = FieldAccessFlags::PRIVATE | FieldAccessFlags::STATIC | FieldAccessFlags::FINAL;
        let is_it = |field: &FieldInfo<'_>| {
            field.name == "serialPersistentFields"
                && field.descriptor == "[Ljava/io/ObjectStreamField;"
                && field.flags.contains(all)
        };
        if !self.fields.iter().any(is_it) {
            return Ok(None);
        }
        match &found.serial_fields {
            Some(fields) => fields.iter().map(serial_field).collect::<Result<_>>().map(Some),
            None => {
                self.unknown.push("its serialPersistentFields are no plain list".to_owned());
                Ok(None)
            }
        }
    }

    /// The constants of an enum, by ordinal. A class of a constant with a body is marked as an enum too, and has none.
    fn constants(&mut self, found: &Found<'_>, is_final: bool) -> Vec<Constant> {
        let this: &str = &self.file.this_class;
        let mut constants = Vec::new();
        let declared = self.fields.iter().filter(|field| field.flags.contains(FieldAccessFlags::ENUM));
        for (position, field) in declared.enumerate() {
            let object = found.objects.iter().find(|object| object.field == field.name);
            if object.is_none() && !is_final {
                self.unknown.push(format!("the class of its constant {}", field.name));
            }
            let body = object.map(|object| object.class).filter(|class| *class != this).map(dotted);
            let told = object.and_then(|object| object.constant);
            let ordinal = told.and_then(|(_, ordinal)| usize::try_from(ordinal).ok()).unwrap_or(position);
            let name = told.map_or(field.name, |(name, _)| name).to_owned();
            constants.push((ordinal, Constant { name, body }));
        }
        constants.sort_by_key(|(ordinal, _)| *ordinal);
        constants.into_iter().map(|(_, constant)| constant).collect()
    }
}

/// What `Class.getModifiers` gives: of a nested class, what its declaration says.
fn modifiers(file: &cafebabe::ClassFile<'_>) -> InnerClassAccessFlags {
    let this: &str = &file.this_class;
    let classes = file.attributes.iter().filter_map(|attribute| match &attribute.data {
        AttributeData::InnerClasses(classes) => Some(classes),
        _ => None,
    });
    let declared = classes.flatten().find(|class| class.inner_class_info == this);
    declared.map_or_else(
        || InnerClassAccessFlags::from_bits_truncate(file.access_flags.bits()),
        |class| class.access_flags,
    )
}

fn kind(modifiers: InnerClassAccessFlags, superclass: Option<&str>) -> Kind {
    if modifiers.contains(InnerClassAccessFlags::INTERFACE) {
        Kind::Interface
    } else if modifiers.contains(InnerClassAccessFlags::ENUM) {
        Kind::Enum
    } else if superclass == Some("java/lang/Record") {
        Kind::Record
    } else {
        Kind::Class
    }
}

/// The number that a field is from the beginning.
fn constant_of(field: &FieldInfo<'_>) -> Option<i64> {
    field.attributes.iter().find_map(|attribute| match &attribute.data {
        AttributeData::ConstantValue(LiteralConstant::Long(number)) => Some(*number),
        AttributeData::ConstantValue(LiteralConstant::Integer(number)) => Some(i64::from(*number)),
        _ => None,
    })
}

/// Whether a method is one of those that serialization looks for.
fn note(method: &Method<'_>, class: &mut Class) {
    let private = method.flags.contains(MethodAccessFlags::PRIVATE)
        && !method.flags.contains(MethodAccessFlags::STATIC);
    let concrete = !method.flags.intersects(MethodAccessFlags::STATIC | MethodAccessFlags::ABSTRACT);
    class.has_write_object |= private && method.is("writeObject", "(Ljava/io/ObjectOutputStream;)V");
    class.has_read_object |= private && method.is("readObject", "(Ljava/io/ObjectInputStream;)V");
    class.has_write_replace |= concrete && method.is("writeReplace", "()Ljava/lang/Object;");
    class.has_read_resolve |= concrete && method.is("readResolve", "()Ljava/lang/Object;");
}

fn serial_field(stream_field: &SerialField<'_>) -> Result<Field> {
    let descriptor = match stream_field.kind {
        Type::Primitive(code) => code.to_string(),
        Type::Class(name) => of_class(name),
        Type::Named(name) => of_class(&name.replace('.', "/")),
    };
    field(stream_field.name.to_owned(), descriptor)
}

fn of_class(name: &str) -> String {
    if name.starts_with('[') { name.to_owned() } else { format!("L{name};") }
}

fn field(name: String, descriptor: String) -> Result<Field> {
    if is_descriptor(&descriptor) {
        Ok(Field { descriptor, name })
    } else {
        Err(ClassFileError::Type(descriptor))
    }
}

fn dotted(name: &str) -> String {
    name.replace('/', ".")
}
