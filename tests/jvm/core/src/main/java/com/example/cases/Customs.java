package com.example.cases;

import com.example.session.Logical;
import java.io.Externalizable;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Classes of an application that write themselves, or extend classes of the JDK that do. */
public final class Customs {
    private Customs() { }

    public static class Tagged extends ArrayList<String> {
        private static final long serialVersionUID = 1L;
        public String tag;
        public int weight;
    }

    public static class Options extends HashMap<String, Object> {
        private static final long serialVersionUID = 2L;
        public String owner;
    }

    public static class Ranking extends TreeMap<String, Integer> {
        private static final long serialVersionUID = 3L;

        public Ranking() { super(new ByLength()); }
    }

    public static class ByLength implements Comparator<String>, Serializable {
        private static final long serialVersionUID = 4L;
        public boolean descending;

        @Override public int compare(String a, String b) {
            int order = a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
            return descending ? -order : order;
        }
    }

    public static class Moment extends Date {
        private static final long serialVersionUID = 5L;
        public String label;

        public Moment() { }

        public Moment(long time) { super(time); }
    }

    /** writeObject without defaultWriteObject: everything is custom data. */
    public static class OnlyCustom implements Serializable, Logical {
        private static final long serialVersionUID = 6L;
        private transient int a;
        private transient String b;

        public OnlyCustom() { }

        public OnlyCustom(int a, String b) {
            this.a = a;
            this.b = b;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeInt(a);
            out.writeObject(b);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            a = in.readInt();
            b = (String) in.readObject();
        }

        @Override public Map<String, Object> logicalState() {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("a", a);
            state.put("b", b);
            return state;
        }
    }

    /** Super- and subclass each write more than their fields, the superclass in blocks of more than 255 bytes. */
    public static class Blocks implements Serializable, Logical {
        private static final long serialVersionUID = 7L;
        protected String name;
        private transient byte[] data;

        public Blocks() { }

        public Blocks(String name, int size) {
            this.name = name;
            data = new byte[size];
            for (int i = 0; i < size; i++) data[i] = (byte) i;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(data.length);
            out.write(data);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            data = new byte[in.readInt()];
            in.readFully(data);
        }

        @Override public Map<String, Object> logicalState() {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("name", name);
            state.put("data", data);
            return state;
        }
    }

    public static class MoreBlocks extends Blocks {
        private static final long serialVersionUID = 8L;
        private transient Object extra;
        private long stamp;

        public MoreBlocks() { }

        public MoreBlocks(String name, int size, Object extra, long stamp) {
            super(name, size);
            this.extra = extra;
            this.stamp = stamp;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeObject(extra);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            extra = in.readObject();
        }

        @Override public Map<String, Object> logicalState() {
            Map<String, Object> state = super.logicalState();
            state.put("extra", extra);
            state.put("stamp", stamp);
            return state;
        }
    }

    /** Writes data before its fields: nothing in the stream says so. */
    public static class BlocksBefore extends Blocks {
        private static final long serialVersionUID = 14L;
        private transient Object extra;
        private long stamp;

        public BlocksBefore() { }

        public BlocksBefore(String name, int size, Object extra, long stamp) {
            super(name, size);
            this.extra = extra;
            this.stamp = stamp;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeUTF("before");
            out.defaultWriteObject();
            out.writeObject(extra);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            if (!in.readUTF().equals("before")) throw new InvalidObjectException("no mark");
            in.defaultReadObject();
            extra = in.readObject();
        }

        @Override public Map<String, Object> logicalState() {
            Map<String, Object> state = super.logicalState();
            state.put("extra", extra);
            state.put("stamp", stamp);
            return state;
        }
    }

    /** Externalizable with large data, objects, and a reference back to itself. */
    public static class Packed implements Externalizable, Logical {
        private static final long serialVersionUID = 9L;
        private transient long[] numbers;
        private transient Object object;

        public Packed() { }

        public Packed(int count, Object object) {
            numbers = new long[count];
            for (int i = 0; i < count; i++) numbers[i] = i * 1_000_003L;
            this.object = object == null ? this : object;
        }

        @Override public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(numbers.length);
            for (long number : numbers) out.writeLong(number);
            out.writeObject(object);
        }

        @Override public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            numbers = new long[in.readInt()];
            for (int i = 0; i < numbers.length; i++) numbers[i] = in.readLong();
            object = in.readObject();
        }

        @Override public Map<String, Object> logicalState() {
            Map<String, Object> state = new LinkedHashMap<>();
            state.put("numbers", numbers);
            state.put("object", object);
            return state;
        }
    }

    /** Written as another object, its serialization proxy. */
    public static class Money implements Serializable {
        private static final long serialVersionUID = 10L;
        private final String currency;
        private final long cents;

        public Money(String currency, long cents) {
            this.currency = currency;
            this.cents = cents;
        }

        private Object writeReplace() { return new Form(currency + " " + cents); }

        private void readObject(ObjectInputStream in) throws InvalidObjectException {
            throw new InvalidObjectException("a proxy is needed");
        }

        private static class Form implements Serializable {
            private static final long serialVersionUID = 11L;
            private final String text;

            Form(String text) { this.text = text; }

            private Object readResolve() {
                String[] parts = text.split(" ");
                return new Money(parts[0], Long.parseLong(parts[1]));
            }
        }
    }

    public interface Named {
        String name();
    }

    public interface Priced {
        long price(int count);
    }

    public static class Handler implements java.lang.reflect.InvocationHandler, Serializable {
        private static final long serialVersionUID = 12L;
        public String name;
        public long price;
        public List<Object> calls = new ArrayList<>();

        @Override public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
            switch (method.getName()) {
                case "name": return name;
                case "price": return price * (Integer) arguments[0];
                case "hashCode": return 7;
                case "equals": return proxy == arguments[0];
                default: return "proxy of " + name;
            }
        }
    }

    public static class Failure extends Exception {
        private static final long serialVersionUID = 13L;
        public int code;
        public Object detail;

        public Failure(String message, int code, Object detail, Throwable cause) {
            super(message, cause);
            this.code = code;
            this.detail = detail;
        }
    }

    /** A serializable lambda's interface. */
    public interface Rule extends Serializable {
        int apply(int value);
    }

    public static Rule rule(int factor) {
        return value -> value * factor;
    }
}
