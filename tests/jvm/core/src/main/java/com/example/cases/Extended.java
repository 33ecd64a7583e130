package com.example.cases;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;

/** Classes of an application that extend collections, maps and dates of the JDK. */
public final class Extended {
    private Extended() { }

    public static class Cart extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;
    }

    /** A class of its own between it and the JDK's. */
    public static class Basket extends Cart {
        private static final long serialVersionUID = 2L;
    }

    /** Fields at two levels. */
    public static class Labelled extends Cart {
        private static final long serialVersionUID = 3L;
        public String label;
    }

    public static class LabelledTwice extends Labelled {
        private static final long serialVersionUID = 4L;
        public int number;
        public Object other;
    }

    /** No constructor without arguments. */
    public static class Sized extends ArrayList<Object> {
        private static final long serialVersionUID = 5L;

        public Sized(int capacity) { super(capacity); }
    }

    public static class Chain extends LinkedList<Object> {
        private static final long serialVersionUID = 6L;
    }

    public static class Tags extends HashSet<Object> {
        private static final long serialVersionUID = 7L;
    }

    public static class OrderedTags extends LinkedHashSet<Object> {
        private static final long serialVersionUID = 8L;
    }

    public static class SortedTags extends TreeSet<String> {
        private static final long serialVersionUID = 9L;

        public SortedTags() { }
    }

    /** With the constructor that takes a comparator. */
    public static class ComparedTags extends TreeSet<String> {
        private static final long serialVersionUID = 10L;

        public ComparedTags() { }

        public ComparedTags(Comparator<? super String> comparator) { super(comparator); }
    }

    public static class Settings extends HashMap<Object, Object> {
        private static final long serialVersionUID = 11L;
    }

    public static class OrderedSettings extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 12L;
    }

    /** In the order of access, the most recent only. */
    public static class Recent extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 13L;

        public Recent() { super(16, 0.75f, true); }

        @Override protected boolean removeEldestEntry(Map.Entry<Object, Object> eldest) { return size() > 5; }
    }

    public static class SortedSettings extends TreeMap<String, Object> {
        private static final long serialVersionUID = 14L;
    }

    public static class ComparedSettings extends TreeMap<String, Object> {
        private static final long serialVersionUID = 15L;

        public ComparedSettings() { }

        public ComparedSettings(Comparator<? super String> comparator) { super(comparator); }
    }

    public static class Table extends Hashtable<Object, Object> {
        private static final long serialVersionUID = 16L;
    }

    public static class Configuration extends Properties {
        private static final long serialVersionUID = 17L;
    }

    public static class Shared extends ConcurrentHashMap<Object, Object> {
        private static final long serialVersionUID = 18L;
    }

    public static class Rows extends Vector<Object> {
        private static final long serialVersionUID = 19L;
    }

    public static class Pile extends Stack<Object> {
        private static final long serialVersionUID = 20L;
    }

    public static class Ring extends ArrayDeque<Object> {
        private static final long serialVersionUID = 21L;
    }

    public static class Heap extends PriorityQueue<Object> {
        private static final long serialVersionUID = 22L;
    }

    public static class Day extends Date {
        private static final long serialVersionUID = 23L;

        public Day() { }

        public Day(long time) { super(time); }
    }

    /** Kryo's serializer of dates wants one of them. */
    public static class DayWithoutConstructor extends Date {
        private static final long serialVersionUID = 24L;

        public DayWithoutConstructor(int year, int month) { super(year, month, 1); }
    }

    public static class Stamp extends java.sql.Timestamp {
        private static final long serialVersionUID = 25L;

        public Stamp(long time) { super(time); }
    }

    public static class Term extends GregorianCalendar {
        private static final long serialVersionUID = 26L;
    }

    /** Whose fields have the types of such classes. */
    public static class Holder implements Serializable {
        private static final long serialVersionUID = 27L;
        public Cart cart;
        public Closed closed;
        public ArrayList<Object> list;
        public Day day;
        public Object self;
    }

    public static final class Closed extends HashMap<Object, Object> {
        private static final long serialVersionUID = 28L;
    }

    /** Fills an elements' collection. */
    public static <T, C extends Collection<? super T>> C with(C all, T[] elements) {
        for (T element : elements) {
            all.add(element);
        }
        return all;
    }
}
