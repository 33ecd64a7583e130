//! A class of the application.

use serde::{Deserialize, Serialize};

/// What is known of a class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "facts of a class, independent of each other")]
pub struct Class {
    /// As Java's `Class.getName` gives it: `com.example.Cart$Item`.
    pub name: String,
    /// What sort of class it is.
    pub kind: Kind,
    /// Where all of this comes from, and so what is not known.
    pub origin: Origin,
    /// Its superclass, where that is not `java.lang.Object`.
    pub superclass: Option<String>,
    /// The interfaces that it names itself.
    pub interfaces: Vec<String>,
    /// Whether it is declared final. An enum is, unless a constant of it has a body.
    pub is_final: bool,
    /// Whether it is abstract.
    pub is_abstract: bool,
    /// Whether it is public; the `serialVersionUID` of an array of it depends on that.
    pub is_public: bool,
    /// Whether it implements `java.io.Serializable`, itself or by a superclass or interface that is known.
    pub is_serializable: bool,
    /// Whether it implements `java.io.Externalizable`, likewise.
    pub is_externalizable: bool,
    /// Whether it declares `private void writeObject(ObjectOutputStream)`.
    pub has_write_object: bool,
    /// Whether it declares `private void readObject(ObjectInputStream)`.
    pub has_read_object: bool,
    /// Whether it declares `Object writeReplace()`.
    pub has_write_replace: bool,
    /// Whether it declares `Object readResolve()`.
    pub has_read_resolve: bool,
    /// Its `serialVersionUID`, declared or computed as the Java Object Serialization Specification says.
    pub suid: Option<i64>,
    /// The fields that it declares itself and that are neither static nor transient, in the order of the class file,
    /// synthetic ones such as `this$0` included.
    pub fields: Vec<Field>,
    /// What `serialPersistentFields` lists, where the class has it.
    pub serial_fields: Option<Vec<Field>>,
    /// The constants of an enum, by ordinal.
    pub constants: Vec<Constant>,
    /// What its `writeObject` or `writeExternal` method writes behind the fields, as the user wrote it, for formats that
    /// do not say it: `int utf object`.
    pub layout: Option<String>,
}

/// What sort of class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An ordinary class.
    #[default]
    Class,
    /// An enum.
    Enum,
    /// An interface or annotation: values have another class.
    Interface,
    /// A record.
    Record,
}

/// Where the knowledge of a class comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Its class file: everything is known.
    #[default]
    Class,
    /// A Java stream: the order in which fields are declared, whether the class is final, and which constants an enum has
    /// and in which order are not known.
    Stream,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// The JVM's descriptor of its declared type: `I`, `[J`, `Ljava/util/List;`.
    pub descriptor: String,
    /// Its name.
    pub name: String,
}

/// A constant of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// The name of its own class, where it has a body: `com.example.Op$1`.
    pub body: Option<String>,
}

impl Class {
    /// Whether it is final, as far as that is known.
    #[must_use]
    pub fn finality(&self) -> Option<bool> {
        match self.origin {
            Origin::Class => Some(self.is_final),
            Origin::Stream => None,
        }
    }
}
