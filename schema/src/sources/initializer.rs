//! What the static initializer of a class says: constants of enums, `serialPersistentFields`, a number.
//!
//! It is not run. Compilers write the same few instructions for these, and they are looked for one after the other,
//! without a look at branches: `new C; dup; "NAME"; ordinal; arguments; C.<init>; putstatic`.

use cafebabe::bytecode::{ByteCode, Opcode};
use cafebabe::constant_pool::{LiteralConstant, Loadable, MemberRef, ObjectArrayType};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// Objects that went into static fields of the class itself, in that order.
    pub(super) objects: Vec<Object<'a>>,
    /// `serialPersistentFields`.
    pub(super) serial_fields: Option<Vec<SerialField<'a>>>,
    /// `serialVersionUID`, where it is no constant of the class file.
    pub(super) suid: Option<i64>,
}

/// An object in a static field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'a> {
    /// The field.
    pub(super) field: &'a str,
    /// The object's own class.
    pub(super) class: &'a str,
    /// The constant's own name and ordinal, as its constructor gets them: a field may have been renamed.
    pub(super) constant: Option<(&'a str, i64)>,
}

/// An `ObjectStreamField`: its name, and the descriptor or, for a class literal, the class of its type.
#[derive(Debug, Clone, Copy)]
pub(super) struct SerialField<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Type<'a>,
}

/// A class literal.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type<'a> {
    /// A descriptor.
    Primitive(char),
    /// As the constant pool names it: an array's is its descriptor.
    Class(&'a str),
    /// As `Class.forName` takes it, of classes compiled for Java before 5.
    Named(&'a str),
}

const STREAM_FIELD: &str = "java/io/ObjectStreamField";

/// Looks through the initializer of the class `this`.
pub(super) fn look<'a>(this: &str, code: &'a ByteCode<'_>) -> Found<'a> {
    let mut looking =
        Looking { this, found: Found::default(), begun: Vec::new(), made: None, number: None, fields: None };
    for (_, instruction) in &code.opcodes {
        looking.step(instruction);
    }
    looking.found
}

/// An object whose constructor was not called yet.
struct Begun<'a> {
    class: &'a str,
    texts: Vec<&'a str>,
    /// The number right behind the first text.
    ordinal: Option<i64>,
    kind: Option<Type<'a>>,
}

struct Looking<'a, 'p> {
    this: &'p str,
    found: Found<'a>,
    begun: Vec<Begun<'a>>,
    /// The object made last.
    made: Option<Begun<'a>>,
    /// The number pushed last, if nothing came after it.
    number: Option<i64>,
    /// The elements of the array of stream fields that is being made; `None` where one is not understood.
    fields: Option<Vec<SerialField<'a>>>,
}

impl<'a> Looking<'a, '_> {
    fn step(&mut self, instruction: &'a Opcode<'_>) {
        if let Some(number) = self.number_of(instruction) {
            if let Some(begun) = self.begun.last_mut()
                && begun.texts.len() == 1
                && begun.ordinal.is_none()
            {
                begun.ordinal = Some(number);
            }
            self.number = Some(number);
            return;
        }
        match instruction {
            Opcode::New(class) => {
                self.begun.push(Begun { class, texts: Vec::new(), ordinal: None, kind: None });
            }
            Opcode::Anewarray(ObjectArrayType::BinaryName(class)) if &**class == STREAM_FIELD => {
                self.fields = Some(Vec::new());
            }
            Opcode::Ldc(constant) | Opcode::LdcW(constant) => self.constant(constant),
            Opcode::Getstatic(field) => {
                if field.name_and_type.name == "TYPE"
                    && let (Some(code), Some(begun)) = (primitive(&field.class_name), self.begun.last_mut())
                {
                    begun.kind = Some(Type::Primitive(code));
                }
            }
            Opcode::Invokestatic(method) => self.class_by_name(method),
            Opcode::Invokespecial(method) => self.constructed(method),
            Opcode::Putstatic(field) => self.put(field),
            _ => {}
        }
        self.number = None;
    }

    fn number_of(&self, instruction: &Opcode<'_>) -> Option<i64> {
        Some(match instruction {
            Opcode::IconstM1 => -1,
            Opcode::Iconst0 | Opcode::Lconst0 => 0,
            Opcode::Iconst1 | Opcode::Lconst1 => 1,
            Opcode::Iconst2 => 2,
            Opcode::Iconst3 => 3,
            Opcode::Iconst4 => 4,
            Opcode::Iconst5 => 5,
            Opcode::Bipush(value) => i64::from(*value),
            Opcode::Sipush(value) => i64::from(*value),
            // A conversion of the number that was pushed before.
            Opcode::I2l => return self.number,
            Opcode::Ldc(constant) | Opcode::LdcW(constant) | Opcode::Ldc2W(constant) => match constant {
                Loadable::LiteralConstant(LiteralConstant::Integer(number)) => i64::from(*number),
                Loadable::LiteralConstant(LiteralConstant::Long(number)) => *number,
                _ => return None,
            },
            _ => return None,
        })
    }

    fn constant(&mut self, constant: &'a Loadable<'_>) {
        let Some(begun) = self.begun.last_mut() else { return };
        match constant {
            Loadable::LiteralConstant(LiteralConstant::String(text)) => begun.texts.push(text),
            Loadable::ClassInfo(class) => begun.kind = Some(Type::Class(class)),
            _ => {}
        }
    }

    /// Before Java 5, compilers wrote a method `class$` for class literals.
    fn class_by_name(&mut self, method: &MemberRef<'_>) {
        if let ("class$", Some(begun)) = (&*method.name_and_type.name, self.begun.last_mut())
            && begun.texts.len() > 1
        {
            begun.kind = begun.texts.pop().map(Type::Named);
        }
    }

    fn constructed(&mut self, method: &MemberRef<'_>) {
        let class = &*method.class_name;
        let at = self.begun.iter().rposition(|begun| begun.class == class);
        let (Some(at), "<init>") = (at, &*method.name_and_type.name) else { return };
        let made = self.begun.swap_remove(at);
        self.begun.truncate(at);
        if class == STREAM_FIELD
            && let Some(fields) = &mut self.fields
        {
            match (made.texts.first(), made.kind) {
                (Some(name), Some(kind)) => fields.push(SerialField { name, kind }),
                _ => self.fields = None,
            }
        }
        self.made = Some(made);
    }

    fn put(&mut self, field: &'a MemberRef<'_>) {
        if field.class_name != self.this {
            return;
        }
        let made = self.made.take();
        match &*field.name_and_type.name {
            "serialPersistentFields" => self.found.serial_fields = self.fields.take(),
            "serialVersionUID" => self.found.suid = self.number,
            field => {
                if let Some(Begun { class, texts, ordinal, .. }) = made {
                    let constant = texts.first().copied().zip(ordinal);
                    self.found.objects.push(Object { field, class, constant });
                }
            }
        }
    }
}

fn primitive(class: &str) -> Option<char> {
    Some(match class {
        "java/lang/Boolean" => 'Z',
        "java/lang/Byte" => 'B',
        "java/lang/Character" => 'C',
        "java/lang/Short" => 'S',
        "java/lang/Integer" => 'I',
        "java/lang/Long" => 'J',
        "java/lang/Float" => 'F',
        "java/lang/Double" => 'D',
        _ => return None,
    })
}
