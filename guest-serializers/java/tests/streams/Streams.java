import java.io.*;
import java.lang.reflect.Proxy;
import java.math.*;
import java.net.*;
import java.nio.file.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.function.Supplier;

/**
 * Writes the streams of this folder: sessions as MSM stores them, of classes that the golden files lack.
 *
 * javac Streams.java && java -Duser.timezone=UTC Streams FOLDER (JDK 17)
 */
public class Streams {
    static Path folder;

    /** The number of attributes, then each name and value. */
    static void session(String name, Object... namesAndValues) throws Exception {
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(folder.resolve(name + ".ser")))) {
            out.writeObject(namesAndValues.length / 2);
            for (Object object : namesAndValues) out.writeObject(object);
        }
    }

    enum Letter { A, B, C }

    /** Lists fields in its descriptor and writes none of them. */
    static class WithoutDefault implements Serializable {
        int a = 7;
        String b = "bee";

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeInt(5);
            out.writeObject("x");
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.readInt();
            in.readObject();
        }
    }

    static class ListWithField extends ArrayList<Object> { int extra = 3; }
    static class MapWithField extends HashMap<Object, Object> { String extra = "e"; }
    static class PlainDate extends Date { PlainDate() { super(0); } }
    record Pair(int x, String y, List<Integer> z) implements Serializable { }

    /** Blocks of more than 255 and more than 1,024 bytes, with an object between. */
    public static class Blocks implements Externalizable {
        public Blocks() { }

        @Override public void writeExternal(ObjectOutput out) throws IOException {
            for (int i = 0; i < 700; i++) out.writeInt(i);
            out.writeObject("s");
            out.write(new byte[3000]);
            out.writeUTF("abc");
            out.writeObject(new byte[] {1, 2});
        }

        @Override public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            for (int i = 0; i < 700; i++) in.readInt();
            in.readObject();
            in.readFully(new byte[3000]);
            in.readUTF();
            in.readObject();
        }
    }

    public static class MoreBlocks extends Blocks {
        int ignored = 4;

        public MoreBlocks() { }
    }

    static class Outer implements Serializable {
        class Inner implements Serializable { int v = 1; }

        Object in = new Inner();
    }

    /** An identifier outside of the Basic Multilingual Plane. */
    static class Ünicode𝒳 implements Serializable {
        Ünicode𝒳 näme𝒳;
        Letter 字;
    }

    interface Greeter { String greet(); }

    static class Handler implements java.lang.reflect.InvocationHandler, Serializable {
        @Override public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) { return "hi"; }
    }

    public static void main(String[] arguments) throws Exception {
        folder = Paths.get(arguments[0]);
        collections();
        maps();
        wrappers();
        values();
        identity();
        classes();
    }

    static void collections() throws Exception {
        List<String> ab = new ArrayList<>(List.of("a", "b"));
        List<Integer> eleven = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        Vector<Object> grown = new Vector<>();
        for (int i = 0; i < 11; i++) grown.add("x" + i);
        Stack<Object> stack = new Stack<>();
        stack.push("q");
        stack.push(null);
        session("vector", "copy", new Vector<>(ab), "full", new Vector<>(eleven), "increment", new Vector<>(5, 2),
            "empty", new Vector<>(), "grown", grown, "stack", stack);
        PriorityQueue<String> reversed = new PriorityQueue<>(Comparator.reverseOrder());
        reversed.addAll(ab);
        session("queues", "deque", new ArrayDeque<>(ab), "empty", new ArrayDeque<>(), "priority", new PriorityQueue<>(ab),
            "reversed", reversed, "none", new PriorityQueue<>(), "linked", new ConcurrentLinkedQueue<>(ab),
            "both", new ConcurrentLinkedDeque<>(ab), "nothing", new ConcurrentLinkedQueue<>());
        session("blocking", "queue", new LinkedBlockingQueue<>(ab), "ten", new LinkedBlockingQueue<>(10),
            "deque", new LinkedBlockingDeque<>(ab), "bound", new LinkedBlockingDeque<>(10));
        session("copy-on-write", "list", new CopyOnWriteArrayList<>(ab), "set", new CopyOnWriteArraySet<>(ab));
        session("as-list", "strings", Arrays.asList("a", "b"), "objects", Arrays.asList((Object) "a", 1),
            "numbers", Arrays.asList(1, 2));
        session("fixed", "empty", Collections.emptyList(), "set", Collections.emptySet(), "map", Collections.emptyMap(),
            "one", Collections.singletonList("x"), "oneset", Collections.singleton("y"),
            "onemap", Collections.singletonMap("k", "v"), "copies", Collections.nCopies(3, "z"));
        session("immutable", "two", List.of("a", "b"), "three", List.of(1, 2, 3), "set", Set.of("a"),
            "sets", Set.of(1, 2, 3), "map", Map.of("k", "v"), "maps", Map.of("k", "v", "l", "w"), "empty", List.of(),
            "nulls", Arrays.asList(1, null).stream().toList());
        session("sets", "hash", new HashSet<>(ab), "empty", new HashSet<>(), "linked", new LinkedHashSet<>(ab),
            "tree", new TreeSet<>(ab), "ordered", new TreeSet<>(String.CASE_INSENSITIVE_ORDER),
            "skip", new ConcurrentSkipListSet<>(ab), "wide", new HashSet<>(100),
            "frommap", Collections.newSetFromMap(new ConcurrentHashMap<>()), "keys", ConcurrentHashMap.newKeySet(),
            "true", true);
        session("enums", "set", EnumSet.of(Letter.A, Letter.C), "none", EnumSet.noneOf(Letter.class),
            "map", new EnumMap<Letter, Object>(Map.of(Letter.B, "x")), "empty", new EnumMap<Letter, Object>(Letter.class),
            "constant", Letter.B, "class", Letter.class);
        ArrayList<Object> deep = new ArrayList<>();
        for (int i = 0; i < 399; i++) {
            ArrayList<Object> outer = new ArrayList<>();
            outer.add(deep);
            deep = outer;
        }
        session("deep", "deep", deep);
        ArrayList<Object> roomy = new ArrayList<>(100);
        roomy.add("x");
        session("lists", "roomy", roomy, "linked", new LinkedList<>(ab));
    }

    static void maps() throws Exception {
        HashMap<Object, Object> twelve = new HashMap<>();
        for (int i = 0; i < 12; i++) twelve.put(i, i);
        HashMap<Object, Object> thirteen = new HashMap<>(twelve);
        thirteen.put(13, 13);
        HashMap<Object, Object> cleared = new HashMap<>(twelve);
        cleared.clear();
        session("hashmaps", "twelve", twelve, "thirteen", thirteen, "copy", new HashMap<>(twelve), "empty", new HashMap<>(),
            "zero", new HashMap<>(0), "hundred", new HashMap<>(100), "half", new HashMap<>(16, 0.5f), "cleared", cleared);
        LinkedHashMap<Object, Object> access = new LinkedHashMap<>(16, 0.75f, true);
        access.put("a", 1);
        access.put("b", 2);
        session("linked", "insertion", new LinkedHashMap<>(twelve), "access", access, "empty", new LinkedHashMap<>());
        TreeMap<String, Object> ordered = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        ordered.put("A", 1);
        session("tree", "natural", new TreeMap<>(Map.of("a", 1)), "ordered", ordered,
            "skip", new ConcurrentSkipListMap<>(Map.of("a", 1)), "view", Collections.unmodifiableNavigableMap(ordered));
        Hashtable<Object, Object> table = new Hashtable<>();
        for (int i = 0; i < 10; i++) table.put(i, i);
        Properties plain = new Properties();
        plain.setProperty("a", "b");
        Properties withDefaults = new Properties(plain);
        withDefaults.setProperty("c", "d");
        session("hashtable", "table", table, "empty", new Hashtable<>(), "plain", plain, "defaults", withDefaults,
            "none", new Properties(), "copy", new Hashtable<>(table));
        ConcurrentHashMap<Object, Object> concurrent = new ConcurrentHashMap<>();
        concurrent.put("a", 1);
        session("concurrent", "one", concurrent, "empty", new ConcurrentHashMap<>(), "hundred", new ConcurrentHashMap<>(100));
        IdentityHashMap<Object, Object> identity = new IdentityHashMap<>();
        identity.put("a", 1);
        session("identity-map", "one", identity, "empty", new IdentityHashMap<>());
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Map<String, Object> row = new HashMap<>();
            row.put("sku", "S" + i);
            row.put("name", "Name " + i);
            row.put("price", i * 1.5);
            row.put("quantity", i);
            rows.add(row);
        }
        session("rows", "rows", rows);
    }

    static void wrappers() throws Exception {
        List<String> ab = new ArrayList<>(List.of("a", "b"));
        TreeSet<String> set = new TreeSet<>(ab);
        TreeMap<String, Object> map = new TreeMap<>(Map.of("a", 1));
        ConcurrentHashMap<String, Object> concurrent = new ConcurrentHashMap<>(Map.of("a", 1));
        List<String> view = Collections.unmodifiableList(ab);
        session("unmodifiable", "collection", Collections.unmodifiableCollection(ab), "random", view,
            "list", Collections.unmodifiableList(new LinkedList<>(ab)), "set", Collections.unmodifiableSet(new HashSet<>(ab)),
            "sorted", Collections.unmodifiableSortedSet(set), "map", Collections.unmodifiableMap(concurrent),
            "sortedmap", Collections.unmodifiableSortedMap(map), "navigable", Collections.unmodifiableNavigableSet(set),
            "navigablemap", Collections.unmodifiableNavigableMap(map), "twice", Collections.synchronizedList(view));
        session("synchronized", "collection", Collections.synchronizedCollection(ab), "random", Collections.synchronizedList(ab),
            "list", Collections.synchronizedList(new LinkedList<>(ab)), "set", Collections.synchronizedSet(new HashSet<>(ab)),
            "sorted", Collections.synchronizedSortedSet(set), "map", Collections.synchronizedMap(concurrent),
            "sortedmap", Collections.synchronizedSortedMap(map), "navigable", Collections.synchronizedNavigableSet(set),
            "navigablemap", Collections.synchronizedNavigableMap(map),
            "mutex", Collections.synchronizedMap(concurrent).keySet());
    }

    static void values() throws Exception {
        session("builders", "builder", new StringBuilder("abc"), "empty", new StringBuilder(), "buffer", new StringBuffer("中"),
            "capacity", new StringBuilder(100), "appended", new StringBuilder().append("0123456789abcdef0"));
        session("atomic", "int", new AtomicInteger(5), "long", new AtomicLong(-6), "boolean", new AtomicBoolean(true),
            "reference", new AtomicReference<>("x"), "array", new AtomicIntegerArray(new int[] {1, 2}), "adder", new LongAdder());
        URL hashed = new URL("http://user@127.0.0.1:8080/p/q?x=1#frag");
        hashed.hashCode();
        session("net", "url", new URL("http://example.com/"), "long", new URL("http://user@example.com:8080/p/q?x=1#frag"),
            "hashed", hashed, "uri", URI.create("http://x/y?z"), "file", new File("/tmp/x"),
            "address", InetAddress.getByAddress("h", new byte[] {1, 2, 3, 4}), "socket", new InetSocketAddress("127.0.0.1", 80));
        java.sql.Timestamp nanos = new java.sql.Timestamp(1706659200123L);
        nanos.setNanos(123456789);
        session("sql", "date", new java.sql.Date(1706659200123L), "time", new java.sql.Time(1234567L),
            "timestamp", new java.sql.Timestamp(1706659200123L), "before", new java.sql.Timestamp(-1L), "nanos", nanos);
        session("bits", "bits", BitSet.valueOf(new long[] {5, 0, 1}), "empty", new BitSet(), "sticky", new BitSet(200));
        session("locales", "de", Locale.GERMANY, "variant", new Locale("es", "ES", "Trad"),
            "extended", Locale.forLanguageTag("zh-Hant-TW-u-ca-roc"), "euro", Currency.getInstance("EUR"),
            "again", Currency.getInstance("EUR"), "keys", new HashMap<>(Map.of(Locale.US, Currency.getInstance("USD"))));
        session("time", "instant", Instant.ofEpochSecond(5, 6), "date", LocalDate.of(2024, 2, 29), "hour", LocalTime.of(10, 0),
            "minute", LocalTime.of(10, 11), "second", LocalTime.of(10, 11, 12), "nano", LocalTime.of(10, 11, 12, 13),
            "datetime", LocalDateTime.of(2024, 1, 2, 3, 4, 5, 6),
            "offset", OffsetDateTime.of(2024, 1, 2, 3, 4, 5, 6, ZoneOffset.ofHours(2)),
            "zoned", ZonedDateTime.of(2024, 1, 2, 3, 4, 5, 6, ZoneId.of("Europe/Berlin")),
            "fixed", ZonedDateTime.of(2024, 1, 2, 3, 4, 5, 6, ZoneOffset.ofHoursMinutes(5, 30)),
            "offsettime", OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofTotalSeconds(3661)), "duration", Duration.ofSeconds(-5, 7),
            "period", Period.of(1, -2, 3), "year", Year.of(2024), "yearmonth", YearMonth.of(2024, 5),
            "monthday", MonthDay.of(5, 6), "west", ZoneOffset.ofHours(-8), "region", ZoneId.of("Asia/Tokyo"),
            "weekday", DayOfWeek.MONDAY, "buddhist", java.time.chrono.ThaiBuddhistDate.of(2567, 1, 2),
            "gmt", ZoneId.of("GMT+2"), "clock", Clock.systemUTC(), "before", Instant.ofEpochSecond(-5, 999_999_999));
        session("zones", "utc", TimeZone.getTimeZone("UTC"), "berlin", TimeZone.getTimeZone("Europe/Berlin"),
            "gmt", TimeZone.getTimeZone("GMT+02:30"), "simple", new SimpleTimeZone(3600000, "X"),
            "etc", TimeZone.getTimeZone("Etc/GMT+5"), "est", TimeZone.getTimeZone("EST"));
        Calendar utc = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        utc.setTimeInMillis(1706659200123L);
        Calendar berlin = new GregorianCalendar(TimeZone.getTimeZone("Europe/Berlin"));
        berlin.setTimeInMillis(1706659200123L);
        Calendar open = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        open.set(2024, 1, 2);
        session("calendars", "utc", utc, "berlin", berlin, "clone", berlin.clone(), "open", open);
        session("big", "five", BigInteger.valueOf(5), "again", BigInteger.valueOf(5), "other", new BigInteger("5"),
            "negative", new BigInteger("-129"), "zero", BigInteger.ZERO, "huge", BigInteger.TWO.pow(200).negate(),
            "cents", new BigDecimal("0.05"), "whole", new BigDecimal("5"), "one", BigDecimal.ONE, "oneagain", BigDecimal.ONE,
            "scaled", new BigDecimal(BigInteger.TWO.pow(100), -3), "byte", new BigInteger("-128"), "border", new BigInteger("-256"));
        session("surrogates", "lone", "x\ud800y", "pair", "\ud83d\ude00", "nul", "\u0000", "reversed", "\udc00\ud800",
            "wide", "a\u0000中\ud83d\ude00".repeat(5));
        session("misc", "entry", new AbstractMap.SimpleEntry<>("k", "v"), "fixed", new AbstractMap.SimpleImmutableEntry<>("k", "v"),
            "reverse", Collections.reverseOrder(), "ignorecase", String.CASE_INSENSITIVE_ORDER,
            "natural", Comparator.naturalOrder(), "random", new Random(5),
            "checked", Collections.checkedList(new ArrayList<>(List.of("a")), String.class),
            "permissions", new java.security.Permissions(), "uuid", new UUID(1, 2));
        session("not-serializable", "x", "___NOT_SERIALIZABLE_EXCEPTION___", "y", "keep");
    }

    static void identity() throws Exception {
        String literal = "lit";
        Long thousand = 1000L;
        Integer five = new Integer(5);
        session("boxed", "a", literal, "b", literal, "c", new String("lit"), "L1", thousand, "L2", thousand,
            "L3", new Long(1000), "i1", 5, "i2", five, "i3", five, "i4", 5, "t", true, "tt", new Boolean(true), "ch", 'a',
            "ch2", 'a', "ch3", '\u4e2d', "f", 1f, "f2", 1f, "by", (byte) 3, "sh", (short) 3, "l", 3L);
        session("interned", "a", "Ljava/lang/Object;", "b", Collections.singletonList("I"), "A", "A", "e", Letter.A,
            "e2", Letter.A, "s2", "A", "de", "de", "loc", Locale.GERMAN, "t", new AtomicReference<>("[I"), "t2", "[I",
            "names", int[].class.getName(), "outer", new Outer());
        Object[] self = new Object[1];
        self[0] = self;
        ArrayList<Object> list = new ArrayList<>();
        list.add(list);
        HashMap<Object, Object> map = new HashMap<>();
        map.put("me", map);
        session("cycles", "array", self, "list", list, "map", map, "again", self);
        Date date = new Date(5);
        byte[] bytes = {1};
        UUID uuid = new UUID(1, 2);
        BigDecimal decimal = new BigDecimal("1.5");
        session("shared", "date", date, "date2", date, "bytes", bytes, "bytes2", bytes, "uuid", uuid, "uuid2", uuid,
            "decimal", decimal, "decimal2", decimal, "list", List.of(date, uuid), "unscaled", decimal.unscaledValue(),
            "unscaled2", decimal.unscaledValue());
    }

    static void classes() throws Exception {
        session("without-default", "first", new WithoutDefault(), "second", new WithoutDefault(), "i", 5);
        ListWithField list = new ListWithField();
        list.add("x");
        MapWithField map = new MapWithField();
        map.put(1, 2);
        session("subclasses", "list", list, "map", map, "date", new PlainDate());
        session("records", "one", new Pair(1, "y", List.of(1)), "two", new Pair(2, "z", null));
        session("blocks", "one", new Blocks(), "sub", new MoreBlocks(), "bytes", new byte[3000]);
        session("lambda", "lambda", (Supplier<String> & Serializable) () -> "x");
        Ünicode𝒳 unicode = new Ünicode𝒳();
        unicode.näme𝒳 = unicode;
        unicode.字 = Letter.C;
        session("unicode", "𝒳", unicode, "list", new ArrayList<>(List.of(unicode)));
        session("proxies", "proxy",
            Proxy.newProxyInstance(Streams.class.getClassLoader(), new Class<?>[] {Greeter.class, Runnable.class}, new Handler()),
            "class", Proxy.getProxyClass(Streams.class.getClassLoader(), Greeter.class));
        session("classes", "int", int.class, "object", Object.class, "string", String.class, "list", ArrayList.class,
            "enum", Letter.class, "ints", int[].class, "objects", Object[].class, "record", Pair.class, "interface", List.class,
            "arrays", String[][].class, "date", LocalDate.class, "optional", Optional.class, "nested", Map.Entry.class,
            "again", String.class, "void", void.class, "letters", Letter[].class, "plain", Streams.class,
            "exception", Exception.class, "big", BigDecimal.class);
        session("arrays", "bytes", new byte[] {1, 2}, "objects", new Object[] {1, "a", null, new int[] {1}},
            "strings", new String[][] {{"a"}, null}, "letters", new Letter[] {Letter.A, null, Letter.A},
            "empty", new Letter[0][0], "lists", new List[] {List.of()}, "ints", new int[][] {{1}, {2, 3}},
            "chars", new char[] {'a'}, "booleans", new boolean[] {true, false}, "floats", new float[] {1f},
            "doubles", new double[] {1d}, "shorts", new short[] {1}, "longs", new long[] {1});
        session("exceptions", "cause", new RuntimeException("x", new IOException("y")),
            "sql", new java.sql.SQLException("a", "b", 3), "npe", new NullPointerException());
    }
}
