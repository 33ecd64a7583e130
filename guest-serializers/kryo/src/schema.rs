//! What Kryo's bytes depend on and do not say: the fields of a class, which classes are final, the constants of enums.

/// Knows the application's classes.
///
/// Kryo's `FieldSerializer` writes the fields of an object in the order of their names and without them, and leaves the
/// class of a value away where the declared type of its field is final. Both are facts of compiled classes. The JDK's
/// own are built in; those of the application come through this trait.
pub trait Schema {
    /// What is known of a class, by the name that Java's `Class.getName` gives.
    fn class(&self, name: &str) -> Option<ClassInfo>;
}

/// What is known of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassInfo {
    /// What its values are made of.
    pub shape: Shape,
    /// Whether it is declared final. An enum is, unless a constant of it has a body.
    pub is_final: bool,
    /// Its superclass, where that is not `java.lang.Object`.
    pub superclass: Option<String>,
}

/// What values of a class are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Fields that are neither static nor transient, as the class declares them; those of superclasses stand there.
    Fields(Vec<FieldInfo>),
    /// Constants, by ordinal.
    Enum(Vec<Constant>),
    /// An interface or an annotation: values have another class.
    Interface,
    /// A class of which the library writes no values, or writes what it cannot read; the text says why.
    Refused(String),
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldInfo {
    /// Its name.
    pub name: String,
    /// The JVM's descriptor of its declared type: `I`, `[J`, `Ljava/util/List;`.
    pub descriptor: String,
}

/// A constant of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// The name of its own class, where it has a body: `com.example.Op$1`.
    pub body: Option<String>,
}
