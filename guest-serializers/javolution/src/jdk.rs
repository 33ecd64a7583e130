//! Java's own classes that the library writes by their fields, as OpenJDK 17 declares them, and those that applications
//! derive theirs from.

use holdfast_schema::{Class, Field};

const TEXT: &str = "Ljava/lang/String;";

/// What is known of a class of the JDK.
pub(crate) fn class(name: &str) -> Option<Class> {
    let fields: &[(&str, &str)] = match name {
        "java.lang.Throwable" => &[
            (TEXT, "detailMessage"),
            ("Ljava/lang/Throwable;", "cause"),
            ("[Ljava/lang/StackTraceElement;", "stackTrace"),
            ("Ljava/util/List;", "suppressedExceptions"),
        ],
        "java.lang.StackTraceElement" => &[
            (TEXT, "classLoaderName"),
            (TEXT, "moduleName"),
            (TEXT, "moduleVersion"),
            (TEXT, "declaringClass"),
            (TEXT, "methodName"),
            (TEXT, "fileName"),
            ("I", "lineNumber"),
            ("B", "format"),
        ],
        "java.util.AbstractMap$SimpleEntry" | "java.util.AbstractMap$SimpleImmutableEntry" => {
            &[("Ljava/lang/Object;", "key"), ("Ljava/lang/Object;", "value")]
        }
        "java.io.File" => &[(TEXT, "path")],
        "java.math.MathContext" => &[("I", "precision"), ("Ljava/math/RoundingMode;", "roundingMode")],
        "java.util.Random" => &[
            ("Ljava/util/concurrent/atomic/AtomicLong;", "seed"),
            ("D", "nextNextGaussian"),
            ("Z", "haveNextNextGaussian"),
        ],
        "java.util.concurrent.atomic.AtomicIntegerArray" => &[("[I", "array")],
        "java.util.concurrent.atomic.AtomicLongArray" => &[("[J", "array")],
        "java.util.concurrent.atomic.AtomicReferenceArray" => &[("[Ljava/lang/Object;", "array")],
        "java.util.regex.Pattern" => &[(TEXT, "pattern"), ("I", "flags")],
        // What others of these classes have is transient, and so lost.
        "java.sql.Timestamp" => &[("I", "nanos")],
        _ => &[],
    };
    let superclass = match name {
        "java.lang.Throwable"
        | "java.lang.StackTraceElement"
        | "java.util.AbstractMap$SimpleEntry"
        | "java.util.AbstractMap$SimpleImmutableEntry"
        | "java.util.Date"
        | "java.util.EventObject"
        | "java.io.File"
        | "java.math.MathContext"
        | "java.util.Random"
        | "java.util.concurrent.atomic.AtomicIntegerArray"
        | "java.util.concurrent.atomic.AtomicLongArray"
        | "java.util.concurrent.atomic.AtomicReferenceArray"
        | "java.util.regex.Pattern" => None,
        "java.sql.Date" | "java.sql.Time" | "java.sql.Timestamp" => Some("java.util.Date"),
        "java.lang.Exception" | "java.lang.Error" => Some("java.lang.Throwable"),
        "java.lang.RuntimeException"
        | "java.io.IOException"
        | "java.lang.CloneNotSupportedException"
        | "java.lang.InterruptedException"
        | "java.lang.ReflectiveOperationException"
        | "java.util.concurrent.ExecutionException"
        | "java.util.concurrent.TimeoutException"
        | "java.security.GeneralSecurityException"
        | "java.net.URISyntaxException" => Some("java.lang.Exception"),
        "java.io.FileNotFoundException" | "java.io.EOFException" | "java.net.UnknownHostException" => {
            Some("java.io.IOException")
        }
        "java.lang.NoSuchFieldException" | "java.lang.NoSuchMethodException" => {
            Some("java.lang.ReflectiveOperationException")
        }
        "java.lang.ArithmeticException"
        | "java.lang.ArrayStoreException"
        | "java.lang.ClassCastException"
        | "java.lang.IllegalArgumentException"
        | "java.lang.IllegalStateException"
        | "java.lang.IndexOutOfBoundsException"
        | "java.lang.NegativeArraySizeException"
        | "java.lang.NullPointerException"
        | "java.lang.SecurityException"
        | "java.lang.UnsupportedOperationException"
        | "java.io.UncheckedIOException"
        | "java.time.DateTimeException"
        | "java.util.ConcurrentModificationException"
        | "java.util.EmptyStackException"
        | "java.util.NoSuchElementException" => Some("java.lang.RuntimeException"),
        "java.lang.NumberFormatException" => Some("java.lang.IllegalArgumentException"),
        "java.lang.ArrayIndexOutOfBoundsException" | "java.lang.StringIndexOutOfBoundsException" => {
            Some("java.lang.IndexOutOfBoundsException")
        }
        "java.util.InputMismatchException" => Some("java.util.NoSuchElementException"),
        "java.util.concurrent.CancellationException" => Some("java.lang.IllegalStateException"),
        "java.lang.AssertionError" | "java.lang.VirtualMachineError" | "java.lang.LinkageError" => {
            Some("java.lang.Error")
        }
        "java.lang.OutOfMemoryError" | "java.lang.StackOverflowError" => {
            Some("java.lang.VirtualMachineError")
        }
        _ => return None,
    };
    let field = |(descriptor, name): &(&str, &str)| Field {
        descriptor: (*descriptor).to_owned(),
        name: (*name).to_owned(),
    };
    Some(Class {
        name: name.to_owned(),
        superclass: superclass.map(str::to_owned),
        is_public: true,
        is_serializable: true,
        fields: fields.iter().map(field).collect(),
        ..Class::default()
    })
}

/// Whether a class belongs to the JDK.
pub(crate) fn is_own(name: &str) -> bool {
    ["java.", "javax.", "jdk.", "sun.", "com.sun."].iter().any(|package| name.starts_with(package))
}

/// Whether a class of the JDK is an enum; `None` for classes of other packages.
pub(crate) fn is_enum(name: &str) -> Option<bool> {
    if !is_own(name) {
        return None;
    }
    Some(matches!(
        name,
        "java.lang.Thread$State"
            | "java.lang.annotation.ElementType"
            | "java.lang.annotation.RetentionPolicy"
            | "java.math.RoundingMode"
            | "java.text.Normalizer$Form"
            | "java.time.DayOfWeek"
            | "java.time.Month"
            | "java.time.chrono.HijrahEra"
            | "java.time.chrono.IsoEra"
            | "java.time.chrono.MinguoEra"
            | "java.time.chrono.ThaiBuddhistEra"
            | "java.time.format.FormatStyle"
            | "java.time.format.ResolverStyle"
            | "java.time.format.SignStyle"
            | "java.time.format.TextStyle"
            | "java.time.temporal.ChronoField"
            | "java.time.temporal.ChronoUnit"
            | "java.nio.file.StandardOpenOption"
            | "java.net.StandardProtocolFamily"
            | "java.net.Proxy$Type"
            | "java.util.Locale$Category"
            | "java.util.Locale$FilteringMode"
            | "java.util.Locale$IsoCountryCode"
            | "java.util.concurrent.TimeUnit"
            | "java.sql.JDBCType"
            | "java.sql.RowIdLifetime"
            | "java.sql.ClientInfoStatus"
    ))
}
