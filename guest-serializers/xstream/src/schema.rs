//! What XStream's text does not say: the types of fields.

/// Knows the application's classes.
///
/// `<quantity>4</quantity>` may be a number or a string: the class of the object says it. The JDK's classes are built
/// in; those of the application come through this trait.
pub trait Schema {
    /// What is known of a class, by the name that Java's `Class.getName` gives.
    fn class(&self, name: &str) -> Option<ClassInfo>;
}

/// What is known of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassInfo {
    /// What its values are made of.
    pub shape: Shape,
    /// Its superclass, where that is not `java.lang.Object`.
    pub superclass: Option<String>,
}

/// What values of a class are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Fields that are neither static nor transient, as the class declares them; those of superclasses stand there.
    Fields(Vec<FieldInfo>),
    /// Constants.
    Enum,
    /// An interface: values have another class.
    Interface,
    /// What its `writeExternal` method writes.
    External,
    /// It declares `writeObject` or `readObject`, or a superclass does: XStream writes its levels, one after the other.
    Custom,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldInfo {
    /// Its name.
    pub name: String,
    /// The JVM's descriptor of its declared type: `I`, `[J`, `Ljava/util/List;`.
    pub descriptor: String,
}
