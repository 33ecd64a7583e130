//! Objects that the library writes by the fields of their classes: those of applications, and Java's own that documents
//! have no number for. Enum constants are among them.

use holdfast_document::{Kind as ClassKind, Number, Width};
use holdfast_sdk::Failure;

use super::{Again, Frame, Kind, Reading, Total};
use crate::TRUE_VALUE;
use crate::classes::ClassId;
use crate::codec::{self, Codec};
use crate::fault::{Outcome, damaged};
use crate::plan::{Field, Known, Place, Plan, Simple, Whole};
use crate::text::unescape;
use crate::xml::{Attribute, Open};

/// What is no field among the attributes of an object.
fn is_field(attribute: &Attribute<'_>) -> bool {
    !matches!(attribute.name, b"class" | b"__id")
}

impl<'x> Reading<'x, '_, '_> {
    /// An object whose class documents have no number for.
    pub(super) fn object(&mut self, open: Open<'x>, class: ClassId, name: &'x [u8]) -> Outcome<()> {
        // Objects have this attribute where they are enum constants, and hardly ever else: it repeats the class.
        if self.find("type").is_some_and(|kind| kind.raw == name) && self.find("value").is_some() {
            return self.constant(class, name, open);
        }
        if let Some(plan) = self.classes.plan(class).cloned() {
            return self.planned(open, class, &plan);
        }
        match self.classes.known(class).clone() {
            Known::Body(of) => self.body(open, class, name, &of),
            Known::Objects(plan) => self.named(open, class, name, Some(&plan)),
            Known::Whole(whole) => self.whole_of(open, class, &whole),
            Known::Not(_) | Known::Nothing => self.named(open, class, name, None),
        }
    }

    /// An object of a class that extends a collection or map, which stands here as that.
    fn whole_of(&mut self, open: Open<'x>, class: ClassId, whole: &Whole) -> Outcome<()> {
        if open.is_empty && self.find("size").is_some_and(|size| size.raw != b"0") {
            let text =
                "a collection or map of which the library wrote how much is in it, and nothing of that";
            return Err(self.unrepresentable(text));
        }
        self.number(open)?;
        match self.classes.definition(class, ClassKind::Bean, false) {
            Some(known) => self.doc.known(known, 1),
            None => {
                self.doc.defined(1);
                self.define_whole(open, class)?;
            }
        }
        match codec::by_number(whole.number) {
            Codec::List => self.list(open),
            Codec::Map => self.map(open),
            Codec::Elements(number) => self.sized(open, number, 0, 1),
            Codec::SortedElements(number) => self.sized(open, number, 1, 1),
            Codec::Entries(41) if self.find(TRUE_VALUE).is_some() => self.sized(open, 42, 0, 2),
            Codec::Entries(number) => self.sized(open, number, 0, 2),
            _ => self.sized(open, whole.number, 1, 2),
        }
    }

    /// Writes the definition of a class that extends a collection or map, with those of its superclasses in it.
    #[cold]
    fn define_whole(&mut self, open: Open<'x>, class: ClassId) -> Outcome<()> {
        let mut levels = Vec::new();
        let mut next = class;
        while let Known::Whole(whole) = self.classes.known(next).clone() {
            if let Some(known) = self.classes.definition(next, ClassKind::Bean, false) {
                self.doc.head_known(known);
                break;
            }
            if self.doc.definitions() > u32::from(u16::MAX) {
                return Err(self.unrepresentable("more than 65536 classes in one attribute"));
            }
            let name = self.classes.name(next);
            let name = std::str::from_utf8(name).map_err(|_| damaged(open.at, "not UTF-8"))?;
            let number = self.doc.begin_definition(ClassKind::Bean, false, None, name, 1);
            self.classes.define(next, ClassKind::Bean, false, number);
            levels.push(whole.level);
            if whole.level == 1 {
                self.doc.head_builtin(whole.number);
                break;
            }
            next = self.classes.find(whole.superclass.as_bytes()).0;
        }
        for level in levels.iter().rev() {
            self.doc.item_whole(*level);
        }
        Ok(())
    }

    /// An object of which the schema knows all fields, in the order in which the library writes them.
    fn planned(&mut self, open: Open<'x>, class: ClassId, plan: &Plan) -> Outcome<()> {
        self.number(open)?;
        self.head(open, class, plan)?;
        let truth = self.find(TRUE_VALUE).filter(|_| !plan.has_our_name);
        let mut left = self.attributes.iter().filter(|attribute| is_field(attribute)).count();
        left -= usize::from(truth.is_some());
        // The library writes them in this order.
        let mut next = self.attributes.iter().take_while(|attribute| !is_field(attribute)).count();
        for field in plan.fields.iter().take(plan.attributes) {
            let Place::Attribute(simple) = field.place else { continue };
            let name = field.xml.as_bytes();
            let found = match self.attributes.get(next) {
                Some(attribute) if attribute.name == name => Some(*attribute),
                _ => self.find(&field.xml),
            };
            match found {
                Some(attribute) => {
                    next += 1;
                    left = left.checked_sub(1).ok_or_else(|| self.irregular(class))?;
                    self.simple(open, field, simple, attribute, truth)?;
                }
                None => self.absent(simple),
            }
        }
        if left > 0 {
            return Err(self.unexpected_attribute(class, plan));
        }
        self.push(open, Kind::Bean { class, next: plan.attributes as u32 }, Total::Fixed)
    }

    /// Begins an object of a plan.
    #[inline]
    pub(super) fn head(&mut self, open: Open<'x>, class: ClassId, plan: &Plan) -> Outcome<()> {
        let parts = plan.fields.len() as u32;
        match self.classes.definition(class, ClassKind::Bean, false) {
            Some(known) => self.doc.known(known, parts),
            None => {
                self.doc.defined(parts);
                self.define_planned(open, class)?;
            }
        }
        Ok(())
    }

    /// Writes the definition of a class that has a plan, with those of its superclasses in it.
    #[cold]
    fn define_planned(&mut self, open: Open<'x>, class: ClassId) -> Outcome<()> {
        let mut inner = Vec::new();
        let mut next = Some(class);
        while let Some(class) = next {
            let Known::Objects(plan) = self.classes.known(class).clone() else { break };
            if let Some(known) = self.classes.definition(class, ClassKind::Bean, false) {
                self.doc.head_known(known);
                break;
            }
            if self.doc.definitions() > u32::from(u16::MAX) {
                return Err(self.unrepresentable("more than 65536 classes in one attribute"));
            }
            let name = self.classes.name(class);
            let name = std::str::from_utf8(name).map_err(|_| damaged(open.at, "not UTF-8"))?;
            let number =
                self.doc.begin_definition(ClassKind::Bean, false, None, name, plan.fields.len() as u32);
            self.classes.define(class, ClassKind::Bean, false, number);
            next = plan.superclass.as_ref().map(|name| self.classes.find(name.as_bytes()).0);
            if !next.is_some_and(|next| matches!(self.classes.known(next), Known::Objects(_))) {
                self.doc.nil();
                next = None;
            }
            inner.push(plan);
        }
        for plan in inner.iter().rev() {
            for field in &plan.fields {
                self.doc.item(field.level, &field.descriptor, &field.name);
            }
        }
        Ok(())
    }

    /// A field that is in no attribute: null, or what Java has where nothing is set.
    #[inline]
    pub(super) fn absent(&mut self, simple: Simple) {
        match simple {
            Simple::Bool => self.doc.bool(false),
            Simple::Whole(_) => self.doc.int(0),
            Simple::Float => self.doc.f32(0.0),
            Simple::Double => self.doc.f64(0.0),
            Simple::Char => self.doc.char(0),
            _ => self.doc.nil(),
        }
    }

    /// The value of a field that stands in an attribute.
    pub(super) fn simple(
        &mut self,
        open: Open<'x>,
        field: &Field,
        simple: Simple,
        value: Attribute<'x>,
        truth: Option<Attribute<'x>>,
    ) -> Outcome<()> {
        let truth = truth.and_then(|truth| true_value(truth, &field.name));
        match simple {
            Simple::Text => match truth {
                Some(truth) => return self.wtf8(truth),
                None => return self.text(value),
            },
            Simple::Bool | Simple::BoxedBool => match value.raw {
                b"true" => self.doc.bool(true),
                b"false" => self.doc.bool(false),
                _ => return Err(damaged(value.at, "true or false was expected")),
            },
            Simple::Whole(width) => {
                let number = self.whole(value, width)?;
                self.doc.int(number);
            }
            Simple::BoxedWhole(width) => {
                let number = self.whole(value, width)?;
                self.doc.number(Number { value: number, width });
            }
            Simple::Float | Simple::BoxedFloat => {
                let value = self.f32_of(value, truth)?;
                self.doc.f32(value);
            }
            Simple::Double | Simple::BoxedDouble => {
                let value = self.f64_of(value, truth)?;
                self.doc.f64(value);
            }
            Simple::Char | Simple::BoxedChar => {
                let unit = self.unit(value)?;
                self.doc.char(unit);
            }
            Simple::Currency => {
                self.doc.builtin(87, 1);
                return self.text(value);
            }
            Simple::Enum => {
                let (class, _) = self.classes.find(field.class.as_bytes());
                self.constant_head(class, &field.class, open)?;
                return self.text(value);
            }
        }
        Ok(())
    }

    /// A whole number of a width.
    #[inline]
    pub(super) fn whole(&mut self, value: Attribute<'x>, width: Width) -> Outcome<i64> {
        Ok(match width {
            Width::Byte => i64::from(self.narrow::<i8>(value)?),
            Width::Short => i64::from(self.narrow::<i16>(value)?),
            Width::Int => i64::from(self.narrow::<i32>(value)?),
            Width::Long | Width::Untyped => self.integer_of(value)?,
        })
    }

    /// The session is to be read again, the objects of a class by the names of their fields.
    #[cold]
    pub(super) fn irregular(&mut self, class: ClassId) -> Box<Failure> {
        self.again = Some(Again::Irregular(class));
        damaged(self.xml.at(), "an object has other fields than its class")
    }

    /// An object has an attribute that is none of the class's simple fields: it may be one whose type is an enum.
    #[cold]
    fn unexpected_attribute(&mut self, class: ClassId, plan: &Plan) -> Box<Failure> {
        for field in plan.fields.iter().filter(|field| field.place == Place::Either) {
            if self.find(&field.name).is_some() && self.classes.plans.learn_enum(&field.class) {
                self.again = Some(Again::Learned);
                return damaged(self.xml.at(), "a field is of an enum");
            }
        }
        self.irregular(class)
    }

    /// A field of an object of a plan, in an element.
    pub(super) fn planned_field(&mut self, open: Open<'x>, class: ClassId, next: u32) -> Outcome<()> {
        let Some(plan) = self.classes.plan(class) else { return Ok(()) };
        let fields = plan.fields.iter().skip(next as usize);
        let Some(skipped) = fields.map(|field| &field.name).position(|name| name.as_bytes() == open.name)
        else {
            return Err(self.irregular(class));
        };
        if let Some(Frame { kind: Kind::Bean { next, .. }, .. }) = self.frames.last_mut() {
            *next += skipped as u32 + 1;
        }
        for _ in 0..skipped {
            self.doc.nil();
        }
        if self.attributes.first().is_none_or(|first| first.name != b"class") {
            return Err(damaged(open.at, "the element of a field has no attribute class"));
        }
        self.value(open)
    }

    /// A constant of an enum that has a class of its own, which the library writes as an object.
    fn body(&mut self, open: Open<'x>, class: ClassId, name: &'x [u8], of: &str) -> Outcome<()> {
        let fields = self.attributes.iter().filter(|attribute| is_field(attribute));
        let is_plain = fields.clone().count() == 2 && self.find("ordinal").is_some();
        let Some(constant) = self.find("name").filter(|_| is_plain && open.is_empty) else {
            return self.named(open, class, name, None);
        };
        self.number_value(open)?;
        let (of_class, _) = self.classes.find(of.as_bytes());
        self.constant_head(of_class, of, open)?;
        self.text(constant)
    }

    /// An object by its fields, under their names. The types of those that stand in attributes, where no schema has
    /// them, are known to nobody: they stay texts of this format.
    fn named(&mut self, open: Open<'x>, class: ClassId, name: &'x [u8], plan: Option<&Plan>) -> Outcome<()> {
        self.number(open)?;
        let truth = plan.and_then(|plan| self.find(TRUE_VALUE).filter(|_| !plan.has_our_name));
        let is_field = |attribute: &Attribute<'_>| {
            is_field(attribute) && truth.is_none_or(|truth| truth.at != attribute.at)
        };
        let fields = self.attributes.iter().filter(|attribute| is_field(attribute)).count() as u32;
        let definition = self.classes.definition(class, ClassKind::Bean, true);
        let total = if open.is_empty {
            match definition {
                Some(known) => self.doc.known(known, fields * 2),
                None => self.doc.defined(fields * 2),
            }
            Total::Fixed
        } else {
            let at = self.doc.array_of_unknown_count();
            if let Some(known) = definition {
                self.doc.head_known(known);
            }
            Total::Patched { at, own: 1 + fields * 2, each: 2 }
        };
        if definition.is_none() {
            self.define(class, name, ClassKind::Bean, true, open)?;
            self.doc.nil();
        }
        let mut has_size = false;
        for index in 0..self.attributes.len() {
            let Some(attribute) = self.attributes.get(index).copied().filter(is_field) else { continue };
            has_size |= attribute.name == b"size";
            let field = plan.and_then(|plan| plan.in_attribute(attribute.name));
            self.doc.str_bytes(field.map_or(attribute.name, |field| field.name.as_bytes()));
            match field {
                Some(field) => {
                    let Place::Attribute(simple) = field.place else { continue };
                    self.simple(open, field, simple, attribute, truth)?;
                }
                None => self.opaque(attribute)?,
            }
        }
        self.push(open, Kind::Fields { has_size: has_size && plan.is_none() }, total)
    }

    fn opaque(&mut self, attribute: Attribute<'x>) -> Outcome<()> {
        if attribute.is_plain {
            self.doc.opaque(crate::FORMAT, attribute.raw);
            return Ok(());
        }
        self.shelf.scratch.clear();
        unescape(&mut self.shelf.scratch, attribute.raw, attribute.at)?;
        self.doc.opaque(crate::FORMAT, &self.shelf.scratch);
        Ok(())
    }

    /// A field that stands in an element.
    pub(super) fn field(&mut self, open: Open<'x>) -> Outcome<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let Kind::Fields { has_size } = frame.kind else { return Ok(()) };
        let is_first = frame.seen == 0;
        frame.seen += 1;
        let is_field = self.attributes.first().is_some_and(|first| first.name == b"class");
        if has_size && (!is_field || is_first && matches!(open.name, b"k" | b"v")) {
            let text = "a collection or map of a class of its own, of which the library writes no fields: only those \
                        of the JDK are known";
            return Err(self.unrepresentable(text));
        }
        if !is_field {
            return Err(damaged(open.at, "the element of a field has no attribute class"));
        }
        self.doc.str_bytes(open.name);
        self.value(open)
    }
}

/// The true value of a field among those of an object: `name=0x8000000000000000 other=61eda080`.
fn true_value<'x>(truth: Attribute<'x>, field: &str) -> Option<Attribute<'x>> {
    let mut at = truth.at;
    for piece in truth.raw.split(|byte| *byte == b' ') {
        if let Some(raw) = piece.strip_prefix(field.as_bytes()).and_then(|rest| rest.strip_prefix(b"=")) {
            return Some(Attribute { raw, at: at + field.len() + 1, ..truth });
        }
        at += piece.len() + 1;
    }
    None
}
