package holdfast.judge;

import com.example.cases.Beans;
import com.example.session.Op;
import com.example.session.Person;
import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Currency;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/** Text, numbers and other values without parts. */
final class ScalarCases {
    private ScalarCases() { }

    static void add(Cases cases) throws Exception {
        text(cases);
        numbers(cases);
        values(cases);
    }

    private static void text(Cases cases) {
        cases.add("text-half-surrogates").put("high", "a\ud800").put("low", "\udc00b").put("swapped", "\udc00\ud800").put("both", "\ud83d\ude00\ud83d");
        cases.add("text-supplementary").put("emoji", "\ud83d\ude00 smile").put("last", new String(Character.toChars(0x10ffff)))
            .put("first", new String(Character.toChars(0x10000))).put("\ud83d\ude00", "as a key");
        cases.add("text-edges").put("bmp", "\u0000\u0001\u007f\u0080\u07ff\u0800\ud7ff\ue000\ufffd\ufffe\uffff")
            .put("latin", "\u00e4\u00f6\u00fc\u00df\u00ff").put("lines", "a\nb\r\nc\rd\u0085e\u2028f\u2029g").put("tab", "\ttab\t");
        cases.add("text-controls").put("c0", controls(0, 32)).put("c1", controls(0x7f, 0xa0));
        cases.add("text-xml").put("cdata", "<![CDATA[x]]>").put("entity", "&amp;&lt;&#65;&unknown;").put("quotes", "'\"'").put("end", "]]>")
            .put("comment", "<!-- no -->").put("tag", "</string><string>").put("spaces", "  two  ").put("space", " ").put("empty", "");
        cases.add("text-names").put("", "an empty name").put(" ", "a blank").put("a b&c<d>\"e'", "XML in a name").put("\u4e2d\u6587", "Chinese")
            .put("com.example.Name$Inner_x", "dots").put("\u0000", "NUL");
        cases.add("text-lengths").put("127", "x".repeat(127)).put("128", "x".repeat(128)).put("255", "y".repeat(255)).put("256", "y".repeat(256))
            .put("64", "z".repeat(64)).put("63", "z".repeat(63)).put("32", "u".repeat(32)).put("31", "u".repeat(31)).put("1", "a").put("2", "ab");
        cases.add("text-lengths-wide").put("21845", "\u4e2d".repeat(21845)).put("21846", "\u4e2d".repeat(21846)).put("64", "\u00e4".repeat(64))
            .put("63", "\u00e4".repeat(63)).put("mixed", "a".repeat(63) + "\u4e2d");
        cases.add("text-65535").put("65535", "x".repeat(65535)).put("65536", "x".repeat(65536));
        cases.add("text-megabyte").put("text", "0123456789abcdef".repeat(1 << 16));
        String same = "the same string";
        cases.add("text-repeated").put("a", same).put("b", same).put("c", new String(same)).put("list", java.util.Arrays.asList(same, same, "x", "x"));
        cases.add("char-edges").put("nul", '\0').put("high", '\ud800').put("low", '\udfff').put("last", '\uffff').put("delete", '\u007f')
            .put("latin", '\u00e4').put("chinese", '\u4e2d').put("lt", '<').put("space", ' ').put("newline", '\n').put("tab", '\t').put("cr", '\r');
        cases.add("char-plain").put("letter", 'x').put("latin", '\u00e4').put("chinese", '\u4e2d').put("amp", '&').put("space", ' ');
        cases.add("builders-wide").put("builder", new StringBuilder("\u4e2d\u6587 <&>")).put("buffer", new StringBuffer("\ud83d\ude00"))
            .put("empty", new StringBuilder()).put("long", new StringBuilder("b".repeat(300)));
    }

    private static String controls(int from, int to) {
        StringBuilder out = new StringBuilder();
        for (int c = from; c < to; c++) {
            out.append((char) c);
        }
        return out.toString();
    }

    private static void numbers(Cases cases) {
        cases.add("ints-edges").put("0", 0).put("1", 1).put("-1", -1).put("63", 63).put("64", 64).put("-64", -64).put("-65", -65).put("127", 127)
            .put("128", 128).put("8191", 8191).put("8192", 8192).put("1048575", 1048575).put("1048576", 1048576).put("max", Integer.MAX_VALUE)
            .put("min", Integer.MIN_VALUE);
        cases.add("longs-edges").put("0", 0L).put("1", 1L).put("-1", -1L).put("max", Long.MAX_VALUE).put("min", Long.MIN_VALUE).put("56", 1L << 56)
            .put("55", 1L << 55).put("-55", -(1L << 55)).put("int", 1L << 31).put("unsigned", 1L << 32);
        cases.add("shorts-bytes-edges").put("short-max", Short.MAX_VALUE).put("short-min", Short.MIN_VALUE).put("short-127", (short) 127)
            .put("short-128", (short) 128).put("short--128", (short) -128).put("short--127", (short) -127).put("short--1", (short) -1)
            .put("short-255", (short) 255).put("byte-max", Byte.MAX_VALUE).put("byte-min", Byte.MIN_VALUE).put("byte-0", (byte) 0);
        cases.add("doubles-edges").put("nan", Double.NaN).put("inf", Double.POSITIVE_INFINITY)
            .put("-inf", Double.NEGATIVE_INFINITY).put("min", Double.MIN_VALUE).put("max", Double.MAX_VALUE).put("0", 0.0).put("third", 1.0 / 3)
            .put("1e21", 1e21).put("normal", Double.MIN_NORMAL).put("int", 42.0);
        cases.add("doubles-plain").put("nan", Double.NaN).put("third", -1.0 / 3).put("max", Double.MAX_VALUE).put("min", Double.MIN_VALUE).put("1e7", 1e7)
            .put("0.001", 0.001).put("1e-4", 1e-4).put("2e23", 2e23);
        cases.add("floats-edges").put("nan", Float.NaN).put("inf", Float.POSITIVE_INFINITY)
            .put("-inf", Float.NEGATIVE_INFINITY).put("min", Float.MIN_VALUE).put("max", Float.MAX_VALUE).put("-0", -0f).put("third", 1f / 3);
        cases.add("nan-payload").put("double", Double.longBitsToDouble(0x7ff8000000000123L)).put("float", Float.intBitsToFloat(0x7fc00123));
        cases.add("floats-plain").put("nan", Float.NaN).put("third", 1f / 3).put("max", Float.MAX_VALUE).put("min", Float.MIN_VALUE).put("1e7", 1e7f);
        cases.add("biginteger-edges").put("0", BigInteger.ZERO).put("-1", BigInteger.ONE.negate()).put("127", BigInteger.valueOf(127))
            .put("128", BigInteger.valueOf(128)).put("long", BigInteger.valueOf(Long.MIN_VALUE)).put("2^64", BigInteger.ONE.shiftLeft(64))
            .put("-2^64", BigInteger.ONE.shiftLeft(64).negate()).put("2^1024", BigInteger.ONE.shiftLeft(1024)).put("2^4000", BigInteger.ONE.shiftLeft(4000));
        cases.add("bigdecimal").put("0", BigDecimal.ZERO).put("cents", new BigDecimal("19.99")).put("zeros", new BigDecimal("1.000"))
            .put("negative scale", new BigDecimal("12E+3")).put("tiny", new BigDecimal("1E-400")).put("minus", new BigDecimal("-0.01"))
            .put("long", new BigDecimal("123456789012345678901234567890.123456789")).put("0.00", new BigDecimal("0.00"));
        cases.add("bigdecimal-whole").put("1", BigDecimal.ONE).put("10", BigDecimal.TEN).put("minus", new BigDecimal("-42"));
        cases.add("atomics-reference-array").put("array", new AtomicReferenceArray<>(new Object[] {"a", 7, null}));
        cases.add("atomics-arrays").put("ints", new AtomicIntegerArray(new int[] {1, -2, 3})).put("longs", new AtomicLongArray(new long[] {1L << 40, -1}));
        LongAdder adder = new LongAdder();
        adder.add(77);
        cases.add("long-adder").put("adder", adder);
        cases.add("atomics-edges").put("int", new AtomicInteger(Integer.MIN_VALUE)).put("long", new AtomicLong(Long.MAX_VALUE)).put("true", new AtomicBoolean(true))
            .put("false", new AtomicBoolean());
        cases.add("atomic-reference").put("string", new AtomicReference<>("text")).put("null", new AtomicReference<>())
            .put("list", new AtomicReference<>(java.util.Arrays.asList(1, 2)));
    }

    private static void values(Cases cases) throws Exception {
        cases.add("uuid-many").put("random", new UUID(0x0123456789abcdefL, 0xfedcba9876543210L)).put("max", new UUID(-1, -1)).put("min", new UUID(Long.MIN_VALUE, Long.MAX_VALUE));
        cases.add("locale-plain").put("root", Locale.ROOT).put("language", new Locale("en")).put("country", Locale.GERMANY).put("only country", new Locale("", "CH"))
            .put("variant", new Locale("no", "NO", "NY"));
        cases.add("locale-extensions").put("script", Locale.forLanguageTag("zh-Hant-TW")).put("unicode", Locale.forLanguageTag("de-DE-u-co-phonebk"))
            .put("private", Locale.forLanguageTag("en-x-lvariant-POSIX")).put("script only", Locale.forLanguageTag("und-Latn"));
        cases.add("locale-old-codes").put("he", new Locale("he")).put("id", new Locale("id")).put("yi", new Locale("yi"));
        cases.add("currency").put("eur", Currency.getInstance("EUR")).put("jpy", Currency.getInstance("JPY"));
        cases.add("url").put("plain", new URL("http://localhost:8080/a/b?c=d#e")).put("no port", new URL("https://127.0.0.1/")).put("file", new URL("file:/tmp/x"))
            .put("user", new URL("http://user:pass@127.0.0.1:80/p"));
        cases.add("uri-many").put("opaque", new URI("mailto:a@example.com")).put("unicode", new URI("http://example.com/\u4e2d")).put("empty", new URI(""))
            .put("fragment", new URI("#x"));
        cases.add("inet-address").put("v4", InetAddress.getByAddress(new byte[] {127, 0, 0, 1})).put("named", InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}))
            .put("v6", InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
        cases.add("file").put("relative", new File("a/b.txt")).put("absolute", new File("/tmp/x"));
        cases.add("pattern").put("plain", Pattern.compile("a+b")).put("flags", Pattern.compile("x.*y", Pattern.CASE_INSENSITIVE | Pattern.DOTALL));
        cases.add("class-literals").put("jdk", String.class).put("own", Person.class).put("primitive", int.class).put("array", int[].class).put("objects", String[].class)
            .put("interface", Runnable.class).put("enum", Op.class).put("void", void.class).put("nested", Beans.Node.class);
        cases.add("class-literals-plain").put("jdk", java.util.ArrayList.class).put("own", Person.class);
        BitSet bits = new BitSet();
        bits.set(1, 130);
        BitSet sparse = new BitSet();
        sparse.set(1000);
        cases.add("bitset-many").put("dense", bits).put("sparse", sparse).put("empty", new BitSet(500));
        cases.add("optional").put("text", Optional.of("text")).put("empty", Optional.empty());
        cases.add("enum-jdk").put("unit", TimeUnit.DAYS).put("rounding", RoundingMode.HALF_EVEN).put("day", java.time.DayOfWeek.MONDAY).put("month", java.time.Month.MAY);
        cases.add("enum-bodies").put("high", Beans.Level.HIGH).put("low", Beans.Level.LOW).put("list", java.util.Arrays.asList(Beans.Level.LOW, Beans.Level.HIGH, Beans.Level.LOW));
        Beans.OfEnums of = new Beans.OfEnums();
        of.level = Beans.Level.HIGH;
        of.any = Beans.Many.B4;
        of.object = Beans.Level.LOW;
        of.many = Beans.Many.G4;
        Beans.OfEnums levels = new Beans.OfEnums();
        levels.levels = new Beans.Level[] {Beans.Level.LOW, null, Beans.Level.HIGH};
        cases.add("enum-fields").put("of", of);
        cases.add("enum-array-field").put("of", levels);
        cases.add("math-context").put("context", new MathContext(7, RoundingMode.HALF_UP));
        cases.add("bytes-utf8").put("bytes", "\u4e2d\u6587".getBytes(StandardCharsets.UTF_8));
        cases.add("random").put("random", new java.util.Random(42));
    }
}
