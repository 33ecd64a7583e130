package com.example.cases;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/** Classes of an application that only have fields. */
public final class Beans {
    private Beans() { }

    /** Every primitive and every wrapper. */
    public static class Scalars implements Serializable {
        private static final long serialVersionUID = 1L;
        public boolean aBoolean;
        public byte aByte;
        public char aChar;
        public short aShort;
        public int anInt;
        public long aLong;
        public float aFloat;
        public double aDouble;
        public Boolean boxedBoolean;
        public Byte boxedByte;
        public Character boxedChar;
        public Short boxedShort;
        public Integer boxedInt;
        public Long boxedLong;
        public Float boxedFloat;
        public Double boxedDouble;
        public String string;
        public BigInteger bigInteger;
        public BigDecimal bigDecimal;
        public Date date;
    }

    /** Fields of types that say little: what is in them has a class of its own in every format. */
    public static class Loose implements Serializable {
        private static final long serialVersionUID = 2L;
        public Object object;
        public Serializable serializable;
        public Comparable<?> comparable;
        public Number number;
        public CharSequence chars;
        public Collection<?> collection;
        public List<?> list;
        public Set<?> set;
        public Map<?, ?> map;
        public SortedMap<?, ?> sorted;
        public Object[] objects;
        public Iterable<?> iterable;
    }

    /** Fields of array types. */
    public static class Arrays implements Serializable {
        private static final long serialVersionUID = 3L;
        public boolean[] booleans;
        public byte[] bytes;
        public char[] chars;
        public short[] shorts;
        public int[] ints;
        public long[] longs;
        public float[] floats;
        public double[] doubles;
        public String[] strings;
        public Integer[] boxed;
        public int[][] grid;
        public Node[] nodes;
        public Object[] objects;
        public Date[] dates;
    }

    /** A node of a graph. */
    public static class Node implements Serializable {
        private static final long serialVersionUID = 4L;
        public String name;
        public Node next;
        public Node other;
        public List<Node> children = new ArrayList<>();
        public Map<String, Node> index = new HashMap<>();

        public Node() { }

        public Node(String name) { this.name = name; }
    }

    /** A chain that is nothing but a chain. */
    public static class Link implements Serializable {
        private static final long serialVersionUID = 5L;
        public Link next;
        public int number;
    }

    /** No constructor without arguments, final fields, a transient one. */
    public static final class Immutable implements Serializable {
        private static final long serialVersionUID = 6L;
        private final String name;
        private final int size;
        private final List<String> parts;
        private final transient String cached;

        public Immutable(String name, int size, List<String> parts) {
            this.name = name;
            this.size = size;
            this.parts = parts;
            this.cached = name + size;
        }

        @Override public String toString() { return cached; }
    }

    /** A class without any field. */
    public static class Empty implements Serializable {
        private static final long serialVersionUID = 7L;
    }

    /** Names that XML and Java see differently. */
    public static class Names$odd implements Serializable {
        private static final long serialVersionUID = 8L;
        public int under_score;
        public int $dollar;
        public int dollar$inside;
        public int __two;
        public int ünïcode;
        public int 字段;
        public int A;
        public int a;
        public int clazz;
        public int id;
        public int size;
        public String value;
    }

    public static class Base implements Serializable {
        private static final long serialVersionUID = 9L;
        private String name;
        protected int number;
        private Object shared;

        public Base name(String name, int number, Object shared) {
            this.name = name;
            this.number = number;
            this.shared = shared;
            return this;
        }
    }

    /** Shadows fields of its superclass, one with another type. */
    public static class Shadow extends Base {
        private static final long serialVersionUID = 10L;
        private String name;
        protected long number;

        public Shadow own(String name, long number) {
            this.name = name;
            this.number = number;
            return this;
        }
    }

    /** And once more. */
    public static class Shadower extends Shadow {
        private static final long serialVersionUID = 11L;
        private Object name;

        public Shadower top(Object name) {
            this.name = name;
            return this;
        }
    }

    /** Its superclass cannot be serialized: what that holds is lost to Java. */
    public static class Plain {
        public String lost = "as constructed";
    }

    public static class OfPlain extends Plain implements Serializable {
        private static final long serialVersionUID = 12L;
        public String kept;
    }

    public abstract static class Shape implements Serializable {
        private static final long serialVersionUID = 13L;
        protected String label;
    }

    public static class Circle extends Shape {
        private static final long serialVersionUID = 14L;
        private double radius;

        public Circle label(String label, double radius) {
            this.label = label;
            this.radius = radius;
            return this;
        }
    }

    public static class Canvas implements Serializable {
        private static final long serialVersionUID = 15L;
        public Shape first;
        public Circle second;
        public Shape[] all;
        public List<? extends Shape> list;
        public Map<String, Shape> named;
    }

    public static class Generic<T, K extends Comparable<K>> implements Serializable {
        private static final long serialVersionUID = 16L;
        public T value;
        public K key;
        public List<T> list;
        public Map<K, List<T>> map;
        public T[] array;
    }

    public static class OfString extends Generic<String, Integer> {
        private static final long serialVersionUID = 17L;
        public String more;
    }

    /** An inner class holds the object around it. */
    public static class Outer implements Serializable {
        private static final long serialVersionUID = 18L;
        public String name = "outer";
        public Inner inner;

        public Inner inner(int number) {
            inner = new Inner();
            inner.number = number;
            return inner;
        }

        public class Inner implements Serializable {
            private static final long serialVersionUID = 19L;
            public int number;

            public String name() { return name; }
        }
    }

    public record Point(int x, int y) implements Serializable { }

    public record Line(Point from, Point to, String name, List<String> tags) implements Serializable { }

    /** Sixty-five constants: more than a RegularEnumSet has bits. */
    public enum Many {
        A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, C0, C1, C2, C3, C4, C5, C6, C7, C8, C9,
        D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, F0, F1, F2, F3, F4, F5, F6, F7, F8, F9,
        G0, G1, G2, G3, G4
    }

    public enum Level {
        LOW { @Override int weight() { return 1; } },
        HIGH { @Override int weight() { return 9; } };

        abstract int weight();
    }

    public static class OfEnums implements Serializable {
        private static final long serialVersionUID = 20L;
        public Level level;
        public Enum<?> any;
        public Object object;
        public Level[] levels;
        public Many many;
    }
}
