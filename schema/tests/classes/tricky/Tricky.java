package tricky;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What makes it hard to find out from a class file what Java knows of the class. */
public class Tricky implements Serializable {
    private int outer;

    /** Refers to the object around it by a synthetic field; its modifiers are those of its declaration. */
    protected class Inner implements Serializable {
        int value;
        private class Deeper implements Serializable { String name = "n" + outer; }
        Object deeper() { return new Deeper(); }
    }

    private static final class Hidden implements Serializable {
        private static int counter = 3;
        private transient int ignored;
        private volatile long shared;
        Map<String, List<int[]>> nested;
    }

    protected abstract static class Abstract<T extends Comparable<T>> implements Comparable<Abstract<T>>, Serializable {
        protected T value;
        protected abstract T make(T[] from, int... numbers);
        @Override public int compareTo(Abstract<T> other) { return value.compareTo(other.value); }
        synchronized final strictfp double sum(double a, float b) { return a + b; }
        static native void natively();
    }

    static class Bridges extends Abstract<String> {
        @Override protected String make(String[] from, int... numbers) { return from[0]; }
    }

    interface Marker extends Serializable { }
    interface WithMethod extends Serializable { void run(); default int twice(int x) { return 2 * x; } }
    @interface Note { String value() default ""; }

    static class ByInterface implements Marker, Runnable, Cloneable {
        boolean flag; byte small; char letter; short number; float real; double precise;
        @Override public void run() { }
    }

    static class ByException extends IllegalStateException { Object where; }
    static class ByCollection extends AbstractList<String> implements Serializable {
        @Override public String get(int index) { return ""; }
        @Override public int size() { return 0; }
    }
    static class ByJdkSuperclass extends ArrayList<String> { int more; }
    static class NotAtAll { int x; String[][] texts; }
    static class NotTheSuperclass extends NotAtAll implements Serializable { int y; }

    static class Declared implements Serializable {
        private static final long serialVersionUID = -0x7000_0000_0000_0001L;
    }
    static class DeclaredInt implements Serializable { static final int serialVersionUID = 77; }
    static class DeclaredComputed implements Serializable {
        private static final long serialVersionUID = Long.parseLong("12345");
    }
    static class DeclaredNotFinal implements Serializable { static long serialVersionUID = 5; }
    static class DeclaredInInitializer implements Serializable {
        static final long serialVersionUID;
        static { serialVersionUID = 99L; }
    }
    static class Asserts implements Serializable { void check(int x) { assert x > 0; } }
    static class Lambdas implements Serializable {
        Supplier<String> supplier = (Supplier<String> & Serializable) () -> "x" + this.getClass();
        Comparator<String> comparator = Comparator.comparing(String::length);
    }
    static class Literals implements Serializable { Class<?> type = Literals.class; String text = "ü\0\ud83d\ude00"; int größe; }

    static class Custom implements Serializable {
        private void writeObject(ObjectOutputStream out) throws IOException { out.defaultWriteObject(); }
        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException { in.defaultReadObject(); }
        protected Object writeReplace() throws ObjectStreamException { return this; }
        Object readResolve() { return this; }
    }
    /** All of these have a wrong signature or modifier. */
    abstract static class NotCustom implements Serializable {
        void writeObject(ObjectOutputStream out) throws IOException { }
        private static void readObject(ObjectInputStream in) { }
        abstract Object writeReplace();
        NotCustom readResolve() { return this; }
    }
    static class External implements Externalizable {
        private int x;
        public External() { }
        @Override public void writeExternal(ObjectOutput out) throws IOException { out.writeInt(x); }
        @Override public void readExternal(ObjectInput in) throws IOException { x = in.readInt(); }
    }
    static class MoreExternal extends External { int y; }

    static class Persistent implements Serializable {
        private static final ObjectStreamField[] serialPersistentFields = {
            new ObjectStreamField("count", int.class),
            new ObjectStreamField("name", String.class),
            new ObjectStreamField("bits", long[].class, true),
            new ObjectStreamField("table", Map.Entry[][].class),
            new ObjectStreamField("flag", Boolean.TYPE),
        };
        private static final Map<String, Object> OTHER = new HashMap<>();
        static { OTHER.put("serialPersistentFields", new ObjectStreamField("no", int.class)); }
        private String name;
    }
    static class PersistentNone implements Serializable {
        private static final ObjectStreamField[] serialPersistentFields = new ObjectStreamField[0];
        int x;
    }
    static class PersistentNotPrivate implements Serializable {
        static final ObjectStreamField[] serialPersistentFields = { new ObjectStreamField("a", int.class) };
        int x;
    }

    enum Plain { A, B, C; static final int MORE = 3; static final Plain ALIAS = B; int transientIsNot; }
    enum Bodies {
        ONE { @Override String text() { return "1"; } },
        TWO(new StringBuilder("two").append('!').toString()),
        THREE(ONE == null ? "x" : new String("y"), Plain.B) { @Override String text() { return "3"; } };
        final String name; Plain plain;
        Bodies() { this("none"); }
        Bodies(String name) { this.name = name; }
        Bodies(String name, Plain plain) { this(name); this.plain = plain; }
        String text() { return name; }
    }
    enum Implements implements Supplier<Bodies> {
        X { @Override public Bodies get() { return Bodies.ONE; } }, Y { @Override public Bodies get() { return Bodies.TWO; } }
    }
    enum Nothing { }

    record Point(int x, long y, List<String> names) implements Serializable { static final int ORIGIN = 0; }
    record Versioned(String name) implements Serializable { private static final long serialVersionUID = 7; }
    record NotSerializable(int x) { }

    Object anonymous() { return new Serializable() { int z = outer; }; }
    static Object local() { class Local implements Serializable { int a; } return new Local(); }
}
