//! What the static initializer of a class says: constants of enums, `serialPersistentFields`, a number.
//!
//! It is not run. Compilers write the same few instructions for these, and they are looked for one after the other,
//! without a look at branches: `new C; dup; "NAME"; ordinal; arguments; C.<init>; putstatic`.

use noak::MStr;
use noak::error::DecodeError;
use noak::reader::attributes::{Code, RawInstruction};
use noak::reader::cpool::{self, ConstantPool, Item};

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
    pub(super) field: &'a MStr,
    /// The object's own class.
    pub(super) class: &'a MStr,
    /// The constant's own name and ordinal, as its constructor gets them: a field may have been renamed.
    pub(super) constant: Option<(&'a MStr, i64)>,
}

/// An `ObjectStreamField`: its name, and the descriptor or, for a class literal, the class of its type.
#[derive(Debug, Clone, Copy)]
pub(super) struct SerialField<'a> {
    pub(super) name: &'a MStr,
    pub(super) kind: Type<'a>,
}

/// A class literal.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type<'a> {
    /// A descriptor.
    Primitive(char),
    /// As the constant pool names it: an array's is its descriptor.
    Class(&'a MStr),
    /// As `Class.forName` takes it, of classes compiled for Java before 5.
    Named(&'a MStr),
}

const STREAM_FIELD: &[u8] = b"java/io/ObjectStreamField";

/// Looks through the initializer of the class `this`.
pub(super) fn look<'a>(
    this: &MStr,
    code: &Code<'a>,
    pool: &ConstantPool<'a>,
) -> Result<Found<'a>, DecodeError> {
    let mut looking = Looking {
        this,
        pool,
        found: Found::default(),
        begun: Vec::new(),
        made: None,
        number: None,
        fields: None,
    };
    for instruction in code.raw_instructions() {
        looking.step(&instruction?.1)?;
    }
    Ok(looking.found)
}

/// An object whose constructor was not called yet.
struct Begun<'a> {
    class: &'a MStr,
    texts: Vec<&'a MStr>,
    /// The number right behind the first text.
    ordinal: Option<i64>,
    kind: Option<Type<'a>>,
}

struct Looking<'a, 'p> {
    this: &'p MStr,
    pool: &'p ConstantPool<'a>,
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
    fn step(&mut self, instruction: &RawInstruction<'a>) -> Result<(), DecodeError> {
        if let Some(number) = self.number_of(instruction)? {
            if let Some(begun) = self.begun.last_mut()
                && begun.texts.len() == 1
                && begun.ordinal.is_none()
            {
                begun.ordinal = Some(number);
            }
            self.number = Some(number);
            return Ok(());
        }
        match instruction {
            RawInstruction::New { index } => {
                let class = self.pool.retrieve(*index)?.name;
                self.begun.push(Begun { class, texts: Vec::new(), ordinal: None, kind: None });
            }
            RawInstruction::ANewArray { index } => {
                if self.pool.retrieve(*index)?.name.as_bytes() == STREAM_FIELD {
                    self.fields = Some(Vec::new());
                }
            }
            RawInstruction::LdC { index } | RawInstruction::LdCW { index } => self.constant(*index)?,
            RawInstruction::GetStatic { index } => {
                let field = self.pool.retrieve(*index)?;
                if field.name_and_type.name.as_bytes() == b"TYPE"
                    && let (Some(code), Some(begun)) = (primitive(field.class.name), self.begun.last_mut())
                {
                    begun.kind = Some(Type::Primitive(code));
                }
            }
            RawInstruction::InvokeStatic { index } => self.class_by_name(*index)?,
            RawInstruction::InvokeSpecial { index } => self.constructed(*index)?,
            RawInstruction::PutStatic { index } => self.put(*index)?,
            _ => {}
        }
        self.number = None;
        Ok(())
    }

    fn number_of(&self, instruction: &RawInstruction<'a>) -> Result<Option<i64>, DecodeError> {
        Ok(Some(match instruction {
            RawInstruction::IConstM1 => -1,
            RawInstruction::IConst0 | RawInstruction::LConst0 => 0,
            RawInstruction::IConst1 | RawInstruction::LConst1 => 1,
            RawInstruction::IConst2 => 2,
            RawInstruction::IConst3 => 3,
            RawInstruction::IConst4 => 4,
            RawInstruction::IConst5 => 5,
            RawInstruction::BIPush { value } => i64::from(*value),
            RawInstruction::SIPush { value } => i64::from(*value),
            // A conversion of the number that was pushed before.
            RawInstruction::I2L => return Ok(self.number),
            RawInstruction::LdC { index }
            | RawInstruction::LdCW { index }
            | RawInstruction::LdC2W { index } => match self.pool.get(*index)? {
                Item::Integer(number) => i64::from(number.value),
                Item::Long(number) => number.value,
                _ => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    fn constant(&mut self, index: cpool::Index<Item<'a>>) -> Result<(), DecodeError> {
        let Some(begun) = self.begun.last_mut() else { return Ok(()) };
        match self.pool.get(index)? {
            Item::String(text) => begun.texts.push(self.pool.retrieve(text.string)?),
            Item::Class(class) => begun.kind = Some(Type::Class(self.pool.retrieve(class.name)?)),
            _ => {}
        }
        Ok(())
    }

    /// Before Java 5, compilers wrote a method `class$` for class literals.
    fn class_by_name(&mut self, index: cpool::Index<Item<'a>>) -> Result<(), DecodeError> {
        if let (Some((_, b"class$")), Some(begun)) = (self.method(index)?, self.begun.last_mut())
            && begun.texts.len() > 1
        {
            begun.kind = begun.texts.pop().map(Type::Named);
        }
        Ok(())
    }

    fn constructed(&mut self, index: cpool::Index<Item<'a>>) -> Result<(), DecodeError> {
        let Some((class, b"<init>")) = self.method(index)? else { return Ok(()) };
        let Some(at) = self.begun.iter().rposition(|begun| begun.class == class) else { return Ok(()) };
        let made = self.begun.swap_remove(at);
        self.begun.truncate(at);
        if class.as_bytes() == STREAM_FIELD
            && let Some(fields) = &mut self.fields
        {
            match (made.texts.first(), made.kind) {
                (Some(name), Some(kind)) => fields.push(SerialField { name, kind }),
                _ => self.fields = None,
            }
        }
        self.made = Some(made);
        Ok(())
    }

    fn put(&mut self, index: cpool::Index<cpool::FieldRef<'a>>) -> Result<(), DecodeError> {
        let field = self.pool.retrieve(index)?;
        if field.class.name != self.this {
            return Ok(());
        }
        let made = self.made.take();
        let name = field.name_and_type.name;
        match name.as_bytes() {
            b"serialPersistentFields" => self.found.serial_fields = self.fields.take(),
            b"serialVersionUID" => self.found.suid = self.number,
            _ => {
                if let Some(Begun { class, texts, ordinal, .. }) = made {
                    let constant = texts.first().copied().zip(ordinal);
                    self.found.objects.push(Object { field: name, class, constant });
                }
            }
        }
        Ok(())
    }

    fn method(&self, index: cpool::Index<Item<'a>>) -> Result<Option<(&'a MStr, &'a [u8])>, DecodeError> {
        let (class, name_and_type) = match self.pool.get(index)? {
            Item::MethodRef(method) => (method.class, method.name_and_type),
            Item::InterfaceMethodRef(method) => (method.class, method.name_and_type),
            _ => return Ok(None),
        };
        let (class, name) = (self.pool.retrieve(class)?.name, self.pool.retrieve(name_and_type)?.name);
        Ok(Some((class, name.as_bytes())))
    }
}

fn primitive(class: &MStr) -> Option<char> {
    Some(match class.as_bytes() {
        b"java/lang/Boolean" => 'Z',
        b"java/lang/Byte" => 'B',
        b"java/lang/Character" => 'C',
        b"java/lang/Short" => 'S',
        b"java/lang/Integer" => 'I',
        b"java/lang/Long" => 'J',
        b"java/lang/Float" => 'F',
        b"java/lang/Double" => 'D',
        _ => return None,
    })
}
