//! Documents that came from elsewhere, made such that Java's format can hold them.
//!
//! Kryo, XStream, Javolution and applications in other languages tell no `serialVersionUID`, have fields in an order of
//! their own, and enum constants by their ordinals. With the schema of the application's classes the document is
//! written anew as one that a Java stream would have given. That costs a second document; it is only done for what
//! cannot be written without.

mod jdk;
mod plan;
mod survey;

use std::collections::HashMap;
use std::rc::Rc;

use holdfast_document::{
    Definition, Error, Event, Extras, Head, Item, Kind, Number, Super, Width, Writer, path, whole,
};
use holdfast_schema::{Field, Schema};
use holdfast_sdk::Failure;

use crate::stream::MAX_SUPERCLASSES;
use plan::{CUSTOM, Plan, Plans};
use survey::{Attribute, Object, Survey};

type Step<T> = Result<T, Box<Failure>>;

/// Writes a document anew in which objects of classes that extend a collection, map or date have what Java writes of
/// these, if the document or the schema says all of their own fields; nothing, if there are none.
pub(crate) fn spread(document: &[u8], schema: &Schema) -> Result<Option<Vec<u8>>, Failure> {
    let misfit = |document: &[u8], misfit: whole::Misfit| Failure::Unrepresentable {
        path: path(document, misfit.at),
        text: misfit.text,
    };
    let mut extends = |name: &str| {
        let (number, own) = schema.extended(name, whole::number_of)?.into_fields();
        Some(whole::Extends::new(number, own))
    };
    let mut gathered = Vec::new();
    let is_gathered =
        whole::gather(document, &mut gathered, &mut extends).map_err(|found| misfit(document, found))?;
    let document = if is_gathered { &gathered } else { document };
    let mut has_no_fields = |name: &str| plan::has_no_fields(schema, name);
    let mut spread = Vec::new();
    let is_spread =
        whole::spread(document, &mut spread, &mut has_no_fields).map_err(|found| misfit(document, found))?;
    Ok(is_spread.then_some(spread))
}

/// Writes a document anew with what the schema knows of its classes; nothing, if it knows none of them.
pub(crate) fn retype(document: &[u8], schema: &Schema) -> Result<Option<Vec<u8>>, Failure> {
    let survey = Survey::of(document)?;
    let mut out = Vec::with_capacity(document.len() * 2);
    let count = u32::try_from(survey.attributes.len()).unwrap_or(u32::MAX);
    let mut walk = Walk {
        document,
        schema,
        survey: &survey,
        writer: Writer::document(&mut out, count),
        plans: Plans::default(),
        written: HashMap::new(),
        fixups: Vec::new(),
        retyped: false,
        home: 0,
        here: Here::default(),
    };
    for number in 0..survey.attributes.len() {
        walk.attribute(number).map_err(|failure| *failure)?;
    }
    let Walk { writer, written, fixups, retyped, .. } = walk;
    let extras = Extras { notes: Vec::new(), ..survey.extras.clone() };
    writer.end_with(&extras);
    for (at, target) in fixups {
        if let (Some(place), Some(field)) = (written.get(&target), out.get_mut(at.saturating_sub(4)..at)) {
            field.copy_from_slice(&place.to_be_bytes());
        }
    }
    Ok(retyped.then_some(out))
}

/// What belongs to the attribute that is being written.
#[derive(Debug, Default)]
struct Here {
    /// The new numbers of classes that the schema knows, by name.
    planned: HashMap<String, u32>,
    /// The new numbers of other definitions.
    others: HashMap<u32, u32>,
    /// What was found out of definitions whose objects are written by a plan, by number.
    objects: Vec<Option<Objects>>,
}

/// How the objects of a definition are written.
#[derive(Debug, Clone)]
struct Objects {
    /// The new number of the class.
    number: u32,
    slots: Rc<[Slot]>,
}

/// A slot of a plan: the number of the part that the document has there, and what the slot wants.
type Slot = (Option<usize>, Want);

/// What stands in a slot, as far as it matters for how a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Any,
    Primitive(u8),
    Boxed(Width),
    /// What a method of a class of the JDK always writes.
    Data(&'static [u8]),
}

impl Want {
    fn of(Field { descriptor, name }: &Field) -> Self {
        match descriptor.as_str() {
            CUSTOM => Self::Data(jdk::data(name).unwrap_or_default()),
            "Ljava/lang/Byte;" => Self::Boxed(Width::Byte),
            "Ljava/lang/Short;" => Self::Boxed(Width::Short),
            "Ljava/lang/Integer;" => Self::Boxed(Width::Int),
            "Ljava/lang/Long;" => Self::Boxed(Width::Long),
            _ => match descriptor.as_bytes() {
                [code] => Self::Primitive(*code),
                _ => Self::Any,
            },
        }
    }
}

/// A container whose end is still to come.
enum Frame {
    /// The values stand one behind the other; of an enum's constant, its class.
    Values { left: u64, constant_of: Option<u32> },
    /// The parts of an object, in the order of the slots, from the next one on. Then reading goes on behind it.
    Parts { object: Object, slots: Rc<[Slot]>, next: usize },
}

struct Walk<'d, 's, 'w> {
    document: &'d [u8],
    schema: &'s Schema,
    survey: &'s Survey<'d>,
    writer: Writer<'w>,
    plans: Plans,
    /// Where what references lead to stands now.
    written: HashMap<(usize, u32), u32>,
    /// References, by where they end, and what they lead to.
    fixups: Vec<(usize, (usize, u32))>,
    retyped: bool,
    home: usize,
    here: Here,
}

impl<'d> Walk<'d, '_, '_> {
    fn attribute(&mut self, number: usize) -> Step<()> {
        let survey = self.survey;
        let Some(attribute) = survey.attributes.get(number) else { return Ok(()) };
        self.home = number;
        self.here = Here::default();
        self.writer.attribute(attribute.name);
        let mut reader = attribute.reader.clone();
        // It stands behind the last attribute's value unless it is told where this one's is.
        let mut stack = vec![Frame::Values { left: 1, constant_of: None }];
        reader.seek(0);
        loop {
            let (want, constant_of) = match stack.last_mut() {
                None => return Ok(()),
                Some(Frame::Values { left: 0, .. }) => {
                    stack.pop();
                    continue;
                }
                Some(Frame::Values { left, constant_of }) => {
                    *left -= 1;
                    (Want::Any, *constant_of)
                }
                Some(Frame::Parts { object, slots, next }) => {
                    let Some((part, want)) = slots.get(*next).copied() else {
                        reader.seek(object.end);
                        stack.pop();
                        continue;
                    };
                    *next += 1;
                    let Some(place) = part.and_then(|part| attribute.part(*object, part)) else {
                        self.absent(want);
                        continue;
                    };
                    reader.seek(place);
                    (want, None)
                }
            };
            let at = reader.place();
            let start = reader.at();
            if survey.is_target(number, at) {
                self.written.insert((number, at), self.writer.place());
            }
            if want == Want::Any
                && constant_of.is_none()
                && let Some(scalar) = reader.take_scalar()
            {
                self.writer.copy(scalar);
                continue;
            }
            let event = reader.next().map_err(|error| broken(attribute, error))?;
            match event {
                Event::Int(Number { value, .. }) if constant_of.is_some() => {
                    self.constant(attribute, at, constant_of, value)?;
                }
                Event::Int(number) => self.number(number, want),
                Event::Ref(place) => {
                    self.writer.reference(0);
                    self.fixups.push((self.writer.len(), (number, place)));
                }
                Event::Xref(name, place) => {
                    self.writer.xref(name, 0);
                    if let Some(other) = survey.number_of(name) {
                        self.fixups.push((self.writer.len(), (other, place)));
                    }
                }
                Event::Array(count) => self.writer.array(count),
                Event::Map(count) => self.writer.map(count),
                Event::Class(head) => {
                    self.writer.class();
                    self.head(attribute, at, number_of(&head), builtin_of(&head))?;
                }
                Event::Typed(head, parts) => {
                    let frame = self.typed(attribute, at, &head, parts)?;
                    stack.push(frame);
                    continue;
                }
                _ => self.writer.copy(self.document.get(start..reader.at()).unwrap_or_default()),
            }
            if event.inside() > 0 {
                stack.push(Frame::Values { left: event.inside(), constant_of: None });
            }
        }
    }

    /// A typed value up to its first part.
    fn typed(&mut self, attribute: &Attribute<'d>, at: u32, head: &Head<'d>, parts: u32) -> Step<Frame> {
        let in_order = |constant_of| Frame::Values { left: u64::from(parts), constant_of };
        let Some(number) = number_of(head) else {
            if let Head::Builtin(builtin) = head {
                self.writer.builtin(*builtin, parts);
            }
            return Ok(in_order(None));
        };
        let object = attribute.object(at);
        if let Some(Some(Objects { number, slots })) = self.here.objects.get(number as usize)
            && let Some(object) = object
        {
            self.writer.known(*number, slots.len() as u32);
            return Ok(Frame::Parts { object, slots: Rc::clone(slots), next: 0 });
        }
        let definition = definition(attribute, number)?;
        if parts == 0 && jdk::is_of_its_fields(definition.name) {
            let text = format!("nothing of a {} is kept in the format that it came from", definition.name);
            return Err(self.misfit(attribute, at, text));
        }
        if let Some(plan) = self.plan(attribute, at, definition)?
            && let Some(object) = object
        {
            self.retyped = true;
            let slots = u32::try_from(plan.slots.len()).unwrap_or(u32::MAX);
            let known = self.here.planned.get(definition.name).copied();
            self.begin(slots, known);
            let new = match known {
                Some(number) => number,
                None => self.define(&plan),
            };
            let order = self.order(attribute, at, definition, object, &plan)?;
            let wants = plan.slots.iter().map(|(_, field)| Want::of(field));
            let slots: Rc<[Slot]> = order.into_iter().zip(wants).collect();
            if !definition.named {
                let place = number as usize;
                if self.here.objects.len() <= place {
                    self.here.objects.resize(place + 1, None);
                }
                if let Some(place) = self.here.objects.get_mut(place) {
                    *place = Some(Objects { number: new, slots: Rc::clone(&slots) });
                }
            }
            return Ok(Frame::Parts { object, slots, next: 0 });
        }
        let known = self.here.others.get(&number).copied();
        self.begin(parts, known);
        if known.is_none() {
            self.copy_definition(attribute, number)?;
        }
        Ok(in_order((definition.kind == Kind::Enum).then_some(number)))
    }

    /// The array of a value of this many parts, and its class where that has a number.
    fn begin(&mut self, parts: u32, known: Option<u32>) {
        match known {
            Some(number) => self.writer.known(number, parts),
            None => self.writer.defined(parts),
        }
    }

    /// The class of a class literal.
    fn head(&mut self, attribute: &Attribute<'d>, at: u32, number: Option<u32>, builtin: u16) -> Step<()> {
        let Some(number) = number else {
            self.writer.head_builtin(builtin);
            return Ok(());
        };
        let definition = definition(attribute, number)?;
        match self.plan(attribute, at, definition)? {
            Some(plan) => {
                self.retyped = true;
                match self.here.planned.get(definition.name) {
                    Some(number) => self.writer.head_known(*number),
                    None => {
                        self.define(&plan);
                    }
                }
            }
            None => match self.here.others.get(&number) {
                Some(number) => self.writer.head_known(*number),
                None => self.copy_definition(attribute, number)?,
            },
        }
        Ok(())
    }

    /// The plan of a class that came without what Java needs, if the schema knows it.
    fn plan(
        &mut self,
        attribute: &Attribute<'d>,
        at: u32,
        definition: &Definition<'d>,
    ) -> Step<Option<Rc<Plan>>> {
        if definition.kind != Kind::Bean || definition.java.is_some() {
            return Ok(None);
        }
        match self.plans.get(self.schema, definition.name) {
            None => Ok(None),
            Some(Ok(plan)) => Ok(Some(plan)),
            Some(Err(why)) => Err(self.misfit(attribute, at, why)),
        }
    }

    /// Defines a class, and before it is complete those that it extends. Gives its number.
    fn define(&mut self, plan: &Plan) -> u32 {
        let mut first = None;
        let mut open = 0;
        let mut closed = false;
        for (level, class) in plan.levels.iter().enumerate() {
            if let Some(number) = self.here.planned.get(&class.name) {
                self.writer.head_known(*number);
                closed = true;
                break;
            }
            let items = plan.slots_from(level as u32).count() as u32;
            let java = Some((class.flags, class.suid));
            let number = self.writer.begin_definition(Kind::Bean, false, java, &class.name, items);
            self.here.planned.insert(class.name.clone(), number);
            first.get_or_insert(number);
            open += 1;
        }
        if !closed {
            self.writer.nil();
        }
        for level in (0..open).rev() {
            for (above, Field { descriptor, name }) in plan.slots_from(level) {
                if descriptor == CUSTOM {
                    self.writer.item_custom(above);
                } else {
                    self.writer.item(above, descriptor, name);
                }
            }
        }
        first.unwrap_or_default()
    }

    /// Writes a definition as it stands, and those of its superclasses.
    fn copy_definition(&mut self, attribute: &Attribute<'d>, number: u32) -> Step<()> {
        let mut open = Vec::new();
        let mut next = number;
        loop {
            if let Some(number) = self.here.others.get(&next) {
                self.writer.head_known(*number);
                break;
            }
            let class = definition(attribute, next)?;
            let new =
                self.writer.begin_definition(class.kind, class.named, class.java, class.name, class.len());
            self.here.others.insert(next, new);
            open.push(class);
            match class.superclass {
                None => self.writer.nil(),
                Some(Super::Builtin(number)) => self.writer.head_builtin(number),
                Some(Super::Known(number)) if open.len() <= MAX_SUPERCLASSES => {
                    next = number;
                    continue;
                }
                Some(Super::Known(_)) => self.writer.nil(),
            }
            break;
        }
        for class in open.iter().rev() {
            for item in class.items() {
                match item.map_err(|error| broken(attribute, error))? {
                    Item::Field { level, descriptor, name } => self.writer.item(level, descriptor, name),
                    Item::Custom { level } => self.writer.item_custom(level),
                    Item::TypedCustom { level } => self.writer.item(level, "+", ""),
                    Item::Whole { level } => self.writer.item_whole(level),
                    Item::Interface(name) => self.writer.str(name),
                }
            }
        }
        Ok(())
    }

    /// For each slot of the plan, the number of the part that it has in the document.
    fn order(
        &mut self,
        attribute: &Attribute<'d>,
        at: u32,
        definition: &Definition<'d>,
        object: Object,
        plan: &Plan,
    ) -> Step<Vec<Option<usize>>> {
        let mut order = vec![None; plan.slots.len()];
        let mut find = |writing: &Self, level: Option<u32>, name: &str, index: usize| {
            let is_it = |(above, field): &(u32, Field)| {
                let is_named = if name == CUSTOM {
                    field.descriptor == CUSTOM
                } else {
                    field.name == name && field.descriptor != CUSTOM
                };
                is_named && level.is_none_or(|level| level == *above)
            };
            match plan.slots.iter().rposition(is_it).and_then(|slot| order.get_mut(slot)) {
                Some(place) => *place = Some(index),
                // Java leaves out what superclasses have that are not serializable.
                None if level.is_some_and(|level| level as usize >= plan.levels.len()) => {}
                None => {
                    let text = format!("the schema's {} has no field {name}", definition.name);
                    return Err(writing.misfit(attribute, at, text));
                }
            }
            Ok(())
        };
        if definition.named {
            let mut reader = attribute.reader.clone();
            for index in (0..object.parts.saturating_sub(1)).step_by(2) {
                let Some(place) = attribute.part(object, index) else { break };
                reader.seek(place);
                let Event::Str(name) = reader.next().map_err(|error| broken(attribute, error))? else {
                    continue;
                };
                let name = std::str::from_utf8(name).unwrap_or_default();
                // `Class#field` is a field that a subclass hides.
                let (class, name) =
                    name.rsplit_once('#').map_or((None, name), |(class, name)| (Some(class), name));
                let level = class.and_then(|class| plan.levels.iter().position(|level| level.name == class));
                find(self, level.map(|level| level as u32), name, index + 1)?;
            }
            self.is_told(attribute, at, definition, plan, &order)?;
            return Ok(order);
        }
        for (index, item) in definition.items().enumerate() {
            match item.map_err(|error| broken(attribute, error))? {
                Item::Field { level, name, .. } => find(self, Some(level), name, index)?,
                Item::Custom { level } if plan.tells(level) => find(self, Some(level), CUSTOM, index)?,
                Item::Whole { .. } | Item::Custom { .. } | Item::TypedCustom { .. } => {
                    let text = format!(
                        "{} came with custom data, of which the schema says that Java has none",
                        definition.name
                    );
                    return Err(self.misfit(attribute, at, text));
                }
                Item::Interface(_) => {}
            }
        }
        self.is_told(attribute, at, definition, plan, &order)?;
        Ok(order)
    }

    /// Sees that the document tells what the methods of collections and dates write.
    fn is_told(
        &self,
        attribute: &Attribute<'d>,
        at: u32,
        definition: &Definition<'d>,
        plan: &Plan,
        order: &[Option<usize>],
    ) -> Step<()> {
        let mut slots = plan.slots.iter().zip(order);
        let missing = |((level, field), part): &(&(u32, Field), &Option<usize>)| {
            field.descriptor == CUSTOM && plan.tells(*level) && part.is_none()
        };
        match slots.find(missing) {
            None => Ok(()),
            Some(((_, field), _)) => {
                let text = format!(
                    "{} extends {}, and the document does not tell what is in it",
                    definition.name, field.name
                );
                Err(self.misfit(attribute, at, text))
            }
        }
    }

    /// An enum constant of which only the ordinal is known.
    fn constant(&mut self, attribute: &Attribute<'d>, at: u32, class: Option<u32>, ordinal: i64) -> Step<()> {
        let Some(number) = class else { return Ok(()) };
        let name = definition(attribute, number)?.name;
        let class = self.schema.class(name);
        let constants = class.map(|class| class.constants).unwrap_or_default();
        let Some(constant) = usize::try_from(ordinal).ok().and_then(|ordinal| constants.get(ordinal)) else {
            let text = format!(
                "the constant number {ordinal} of {name} needs its name, which Java writes and the schema does not tell"
            );
            return Err(self.misfit(attribute, at, text));
        };
        self.retyped = true;
        self.writer.str(&constant.name);
        Ok(())
    }

    fn number(&mut self, number: Number, want: Want) {
        let width = match want {
            Want::Any | Want::Data(_) => number.width,
            Want::Primitive(_) => Width::Untyped,
            Want::Boxed(width) if number.width == Width::Untyped => width,
            Want::Boxed(_) => number.width,
        };
        self.writer.number(Number { width, ..number });
    }

    /// What a field has that the document does not tell.
    fn absent(&mut self, want: Want) {
        match want {
            Want::Primitive(b'Z') => self.writer.bool(false),
            Want::Primitive(b'C') => self.writer.char(0),
            Want::Primitive(b'F') => self.writer.f32(0.0),
            Want::Primitive(b'D') => self.writer.f64(0.0),
            Want::Primitive(_) => self.writer.int(0),
            Want::Any | Want::Boxed(_) => self.writer.nil(),
            Want::Data([]) => self.writer.array(0),
            Want::Data(data) => {
                self.writer.array(1);
                self.writer.bin(data);
            }
        }
    }

    fn misfit(&self, attribute: &Attribute<'_>, at: u32, text: impl Into<String>) -> Box<Failure> {
        let path = path(self.document, attribute.base + at as usize);
        Box::new(Failure::Unrepresentable { path, text: text.into() })
    }
}

fn number_of(head: &Head<'_>) -> Option<u32> {
    match head {
        Head::Builtin(_) => None,
        Head::Known(number) => Some(*number),
        Head::Defined(definition) => Some(definition.number),
    }
}

fn builtin_of(head: &Head<'_>) -> u16 {
    if let Head::Builtin(number) = head { *number } else { 0 }
}

fn definition<'r, 'd>(attribute: &'r Attribute<'d>, number: u32) -> Step<&'r Definition<'d>> {
    attribute.reader.definition(number).ok_or_else(|| {
        Box::new(Failure::Damaged {
            offset: attribute.base as u64,
            text: "a class that the attribute does not define".into(),
        })
    })
}

fn broken(attribute: &Attribute<'_>, error: Error) -> Box<Failure> {
    Box::new(Error { at: attribute.base + error.at, ..error }.into())
}
