//! What a class file says of its class: The Java Virtual Machine Specification, chapter 4.

use noak::error::DecodeError;
use noak::reader::attributes::{Code, ConstantValue, InnerClasses};
use noak::reader::cpool::{ConstantPool, Item};
use noak::reader::{self, Field as FieldInfo, Method};
use noak::{AccessFlags, MStr};
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
    Damaged(#[from] DecodeError),
    #[error("has a name that is no text")]
    Name,
    #[error("has a field whose type '{0}' is none")]
    Type(String),
}

type Result<T> = std::result::Result<T, ClassFileError>;

/// Reads a class file; nothing, where it describes a package or a module.
pub(super) fn read(bytes: &[u8]) -> Result<Option<ClassFile>> {
    let file = reader::Class::new(bytes)?;
    let this = file.pool().retrieve(file.this_class())?.name;
    let described = [&b"module-info"[..], b"package-info"];
    if file.access_flags().contains(AccessFlags::MODULE)
        || described.iter().any(|name| this.as_bytes().rsplit(|byte| *byte == b'/').next() == Some(name))
    {
        return Ok(None);
    }
    Look { file: &file, pool: file.pool(), this, unknown: Vec::new() }.class().map(Some)
}

struct Look<'a, 'f> {
    file: &'f reader::Class<'a>,
    pool: &'f ConstantPool<'a>,
    this: &'a MStr,
    unknown: Vec<String>,
}

/// A field or method with its texts.
struct Declared<'a> {
    flags: AccessFlags,
    name: &'a MStr,
    descriptor: &'a MStr,
}

impl<'a> Declared<'a> {
    fn is(&self, name: &str, descriptor: &str) -> bool {
        self.name.as_bytes() == name.as_bytes() && self.descriptor.as_bytes() == descriptor.as_bytes()
    }

    fn has(&self, flags: AccessFlags) -> bool {
        self.flags.contains(flags)
    }

    fn member(&self) -> Member<'a> {
        Member { name: mutf8(self.name), descriptor: mutf8(self.descriptor), modifiers: self.flags.bits() }
    }
}

impl<'a> Look<'a, '_> {
    fn class(mut self) -> Result<ClassFile> {
        let fields = self.fields()?;
        let methods = self.methods()?;
        let modifiers = self.modifiers()?;
        let superclass = match self.file.super_class() {
            Some(index) => Some(self.pool.retrieve(index)?.name),
            None => None,
        };
        let kind = kind(modifiers, superclass);
        let found = self.initializer(&fields, kind)?;

        let mut class = Class {
            name: dotted(self.this)?,
            kind,
            superclass: superclass.map(dotted).transpose()?.filter(|name| name != "java.lang.Object"),
            interfaces: self.interfaces()?.into_iter().map(dotted).collect::<Result<_>>()?,
            is_final: modifiers.contains(AccessFlags::FINAL),
            is_abstract: modifiers.contains(AccessFlags::ABSTRACT),
            is_public: modifiers.contains(AccessFlags::PUBLIC),
            fields: instance_fields(&fields)?,
            ..Class::default()
        };
        for method in &methods {
            note(method, &mut class);
        }
        class.serial_fields = self.serial_fields(&fields, &found)?;
        if kind == Kind::Enum {
            class.constants = self.constants(&fields, &found, class.is_final)?;
        }
        let suid = self.suid(kind, &fields, &methods, modifiers, &found)?;
        Ok(ClassFile { class, suid, unknown: self.unknown })
    }

    fn fields(&self) -> Result<Vec<(Declared<'a>, FieldInfo<'a>)>> {
        let field = |field: std::result::Result<FieldInfo<'a>, DecodeError>| {
            let field = field?;
            Ok((self.declared(field.access_flags(), field.name(), field.descriptor())?, field))
        };
        self.file.fields().iter().map(field).collect()
    }

    fn methods(&self) -> Result<Vec<Declared<'a>>> {
        let method = |method: std::result::Result<Method<'a>, DecodeError>| {
            let method = method?;
            self.declared(method.access_flags(), method.name(), method.descriptor())
        };
        self.file.methods().iter().map(method).collect()
    }

    fn declared(
        &self,
        flags: AccessFlags,
        name: reader::cpool::Index<reader::cpool::Utf8<'a>>,
        descriptor: reader::cpool::Index<reader::cpool::Utf8<'a>>,
    ) -> Result<Declared<'a>> {
        Ok(Declared { flags, name: self.pool.retrieve(name)?, descriptor: self.pool.retrieve(descriptor)? })
    }

    fn interfaces(&self) -> Result<Vec<&'a MStr>> {
        self.file.interfaces().iter().map(|index| Ok(self.pool.retrieve(index?)?.name)).collect()
    }

    /// What `Class.getModifiers` gives: of a nested class, what its declaration says.
    fn modifiers(&self) -> Result<AccessFlags> {
        if let Some(classes) = self.file.attributes().find_attribute::<InnerClasses<'a>>(self.pool)? {
            for class in classes.classes().iter() {
                let class = class?;
                if self.pool.retrieve(class.inner_class())?.name == self.this {
                    return Ok(class.inner_access_flags());
                }
            }
        }
        Ok(self.file.access_flags())
    }

    /// Looks into the static initializer, where there is something to be found.
    fn initializer(&self, fields: &[(Declared<'a>, FieldInfo<'a>)], kind: Kind) -> Result<Found<'a>> {
        let wanted = |field: &Declared<'_>| {
            [&b"serialVersionUID"[..], b"serialPersistentFields"].contains(&field.name.as_bytes())
        };
        if kind != Kind::Enum && !fields.iter().any(|(field, _)| wanted(field)) {
            return Ok(Found::default());
        }
        for method in self.file.methods().iter() {
            let method = method?;
            if self.pool.retrieve(method.name())?.as_bytes() == b"<clinit>"
                && let Some(code) = method.attributes().find_attribute::<Code<'a>>(self.pool)?
            {
                return Ok(initializer::look(self.this, &code, self.pool)?);
            }
        }
        Ok(Found::default())
    }

    fn suid(
        &mut self,
        kind: Kind,
        fields: &[(Declared<'a>, FieldInfo<'a>)],
        methods: &[Declared<'a>],
        modifiers: AccessFlags,
        found: &Found<'a>,
    ) -> Result<Option<i64>> {
        if kind == Kind::Enum {
            return Ok(Some(0));
        }
        let declared = fields.iter().find(|(field, _)| {
            field.name.as_bytes() == b"serialVersionUID"
                && field.has(AccessFlags::STATIC | AccessFlags::FINAL)
                && matches!(field.descriptor.as_bytes(), b"J" | b"I" | b"S" | b"B" | b"C")
        });
        if let Some((_, field)) = declared {
            let constant = field.attributes().find_attribute::<ConstantValue<'a>>(self.pool)?;
            let value = match constant.map(|constant| self.pool.get(constant.value())).transpose()? {
                Some(Item::Long(number)) => Some(number.value),
                Some(Item::Integer(number)) => Some(i64::from(number.value)),
                _ => found.suid,
            };
            if value.is_none() {
                self.unknown.push("its serialVersionUID is computed when the class is loaded".to_owned());
            }
            return Ok(value);
        }
        if kind == Kind::Record {
            return Ok(Some(0));
        }
        let of_kind = |wanted: fn(&[u8]) -> bool| {
            methods.iter().filter(|method| wanted(method.name.as_bytes())).map(Declared::member).collect()
        };
        Ok(Some(suid::compute(Members {
            name: mutf8(self.this),
            modifiers: modifiers.bits(),
            interfaces: self.interfaces()?.into_iter().map(mutf8).collect(),
            fields: fields.iter().map(|(field, _)| field.member()).collect(),
            has_initializer: methods.iter().any(|method| method.is("<clinit>", "()V")),
            constructors: of_kind(|name| name == b"<init>"),
            methods: of_kind(|name| !name.starts_with(b"<")),
        })))
    }

    /// Java wants the field private, static and final; it ignores others.
    fn serial_fields(
        &mut self,
        fields: &[(Declared<'a>, FieldInfo<'a>)],
        found: &Found<'a>,
    ) -> Result<Option<Vec<Field>>> {
        let all = AccessFlags::PRIVATE | AccessFlags::STATIC | AccessFlags::FINAL;
        let is_it = |field: &Declared<'_>| {
            field.is("serialPersistentFields", "[Ljava/io/ObjectStreamField;") && field.has(all)
        };
        if !fields.iter().any(|(field, _)| is_it(field)) {
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
    fn constants(
        &mut self,
        fields: &[(Declared<'a>, FieldInfo<'a>)],
        found: &Found<'a>,
        is_final: bool,
    ) -> Result<Vec<Constant>> {
        let mut constants = Vec::new();
        let declared = fields.iter().map(|(field, _)| field).filter(|field| field.has(AccessFlags::ENUM));
        for (position, field) in declared.enumerate() {
            let object = found.objects.iter().find(|object| object.field == field.name);
            if object.is_none() && !is_final {
                self.unknown.push(format!("the class of its constant {}", field.name.display()));
            }
            let body = object.map(|object| object.class).filter(|class| *class != self.this);
            let told = object.and_then(|object| object.constant);
            let ordinal = told.and_then(|(_, ordinal)| usize::try_from(ordinal).ok()).unwrap_or(position);
            constants.push((
                ordinal,
                Constant {
                    name: text(told.map_or(field.name, |(name, _)| name))?,
                    body: body.map(dotted).transpose()?,
                },
            ));
        }
        constants.sort_by_key(|(ordinal, _)| *ordinal);
        Ok(constants.into_iter().map(|(_, constant)| constant).collect())
    }
}

fn kind(modifiers: AccessFlags, superclass: Option<&MStr>) -> Kind {
    if modifiers.contains(AccessFlags::INTERFACE) {
        Kind::Interface
    } else if modifiers.contains(AccessFlags::ENUM) {
        Kind::Enum
    } else if superclass.is_some_and(|name| name.as_bytes() == b"java/lang/Record") {
        Kind::Record
    } else {
        Kind::Class
    }
}

/// Whether a method is one of those that serialization looks for.
fn note(method: &Declared<'_>, class: &mut Class) {
    let private = method.has(AccessFlags::PRIVATE) && !method.has(AccessFlags::STATIC);
    let concrete = !method.flags.intersects(AccessFlags::STATIC | AccessFlags::ABSTRACT);
    class.has_write_object |= private && method.is("writeObject", "(Ljava/io/ObjectOutputStream;)V");
    class.has_read_object |= private && method.is("readObject", "(Ljava/io/ObjectInputStream;)V");
    class.has_write_replace |= concrete && method.is("writeReplace", "()Ljava/lang/Object;");
    class.has_read_resolve |= concrete && method.is("readResolve", "()Ljava/lang/Object;");
}

fn instance_fields(fields: &[(Declared<'_>, FieldInfo<'_>)]) -> Result<Vec<Field>> {
    let stored =
        |field: &&Declared<'_>| !field.flags.intersects(AccessFlags::STATIC | AccessFlags::TRANSIENT);
    fields
        .iter()
        .map(|(field, _)| field)
        .filter(stored)
        .map(|declared| field(text(declared.name)?, text(declared.descriptor)?))
        .collect()
}

fn serial_field(stream_field: &SerialField<'_>) -> Result<Field> {
    let descriptor = match stream_field.kind {
        Type::Primitive(code) => code.to_string(),
        Type::Class(name) => of_class(&text(name)?),
        Type::Named(name) => of_class(&text(name)?.replace('.', "/")),
    };
    field(text(stream_field.name)?, descriptor)
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

fn dotted(name: &MStr) -> Result<String> {
    text(name).map(|name| name.replace('/', "."))
}

fn text(text: &MStr) -> Result<String> {
    match text.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => text.chars().collect::<std::result::Result<_, _>>().map_err(|_| ClassFileError::Name),
    }
}

/// The bytes of the class file.
fn mutf8(text: &MStr) -> &[u8] {
    text.as_bytes()
}
