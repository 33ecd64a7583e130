package holdfast.judge;

import com.example.cases.Beans;
import com.example.cases.Customs;
import com.example.session.CustomData;
import com.example.session.Extern;
import com.example.session.GreetHandler;
import com.example.session.Greeter;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Objects of the application's classes. */
final class ObjectCases {
    private ObjectCases() { }

    static void add(Cases cases) {
        fields(cases);
        hierarchies(cases);
        customs(cases);
        throwables(cases);
    }

    private static Beans.Scalars scalars(boolean full) {
        Beans.Scalars s = new Beans.Scalars();
        s.aBoolean = true;
        s.aByte = -128;
        s.aChar = '\u4e2d';
        s.aShort = -32768;
        s.anInt = Integer.MIN_VALUE;
        s.aLong = Long.MIN_VALUE;
        s.aFloat = Float.MIN_VALUE;
        s.aDouble = Double.MIN_VALUE;
        if (full) {
            s.boxedBoolean = false;
            s.boxedByte = 1;
            s.boxedChar = 'x';
            s.boxedShort = 2;
            s.boxedInt = 3;
            s.boxedLong = 4L;
            s.boxedFloat = 5f;
            s.boxedDouble = 6.0;
            s.string = "text";
        }
        return s;
    }

    private static void fields(Cases cases) {
        cases.add("pojo-scalars").put("full", scalars(true)).put("null", scalars(false)).put("zero", new Beans.Scalars());
        Beans.Scalars big = scalars(false);
        big.bigInteger = BigInteger.TEN.pow(30);
        cases.add("pojo-biginteger").put("big", big);
        Beans.Scalars money = scalars(false);
        money.bigDecimal = new BigDecimal("12.50");
        cases.add("pojo-bigdecimal").put("money", money);
        Beans.Scalars dated = scalars(false);
        dated.date = new Date(1_700_000_000_000L);
        cases.add("pojo-date").put("dated", dated);
        Beans.Loose loose = new Beans.Loose();
        loose.object = 5;
        loose.serializable = "s";
        loose.comparable = 7L;
        loose.number = 2.5;
        loose.chars = "chars";
        loose.collection = new ArrayList<>(Arrays.asList(1));
        loose.list = new ArrayList<>(Arrays.asList("x", 2));
        loose.set = new HashSet<>(Arrays.asList("y"));
        loose.map = new HashMap<>(Map.of("k", 1L));
        loose.sorted = new TreeMap<>(Map.of("a", 1));
        loose.objects = new Object[] {1, "z"};
        loose.iterable = new ArrayList<>();
        cases.add("pojo-loose").put("loose", loose);
        Beans.Loose odd = new Beans.Loose();
        odd.object = new int[] {1, 2};
        odd.serializable = new Beans.Node("node");
        odd.number = new java.util.concurrent.atomic.AtomicInteger(3);
        odd.chars = new StringBuilder("built");
        odd.collection = Collections.unmodifiableList(new ArrayList<>(Arrays.asList(1)));
        odd.list = Arrays.asList(1, 2);
        odd.set = Collections.singleton("only");
        odd.map = Collections.emptyMap();
        odd.objects = new String[] {"narrower"};
        cases.add("pojo-loose-odd").put("odd", odd);
        cases.add("pojo-immutable").put("it", new Beans.Immutable("name", 3, new ArrayList<>(Arrays.asList("a", "b"))));
        cases.add("pojo-immutable-list").put("it", new Beans.Immutable("name", 3, Collections.unmodifiableList(new ArrayList<>(Arrays.asList("a")))));
        cases.add("pojo-empty").put("a", new Beans.Empty()).put("list", new ArrayList<>(Arrays.asList(new Beans.Empty(), new Beans.Empty())));
        Beans.Names$odd names = new Beans.Names$odd();
        names.under_score = 1;
        names.$dollar = 2;
        names.dollar$inside = 3;
        names.__two = 4;
        names.\u00fcn\u00efcode = 5;
        names.\u5b57\u6bb5 = 6;
        names.A = 7;
        names.a = 8;
        names.clazz = 9;
        names.id = 10;
        names.size = 11;
        names.value = "12";
        cases.add("pojo-names").put("names", names);
        Beans.Generic<String, Integer> generic = new Beans.Generic<>();
        generic.value = "v";
        generic.key = 3;
        generic.list = new ArrayList<>(Arrays.asList("a"));
        generic.map = new HashMap<>(Map.of(1, new ArrayList<>(Arrays.asList("b"))));
        cases.add("pojo-generic-plain").put("generic", generic);
        Beans.Generic<Object, String> array = new Beans.Generic<>();
        array.array = new Object[] {1, "x"};
        array.value = new ArrayList<>();
        cases.add("pojo-generic-array").put("generic", array);
        Beans.OfString of = new Beans.OfString();
        of.value = "bound";
        of.more = "more";
        of.list = new ArrayList<>(Arrays.asList("x"));
        cases.add("pojo-generic-bound").put("of", of);
        Beans.Line line = new Beans.Line(new Beans.Point(1, 2), new Beans.Point(3, 4), "line", new ArrayList<>(Arrays.asList("t")));
        cases.add("record").put("point", new Beans.Point(-1, 1)).put("line", line);
        cases.add("record-list").put("points", new ArrayList<>(Arrays.asList(new Beans.Point(1, 2), new Beans.Point(3, 4))));
    }

    private static void hierarchies(Cases cases) {
        cases.add("pojo-base").put("base", new Beans.Base().name("n", 1, null));
        cases.add("pojo-shadowed").put("shadow", new Beans.Shadow().own("sub", 2).name("super", 1, "shared"));
        cases.add("pojo-shadowed-twice").put("shadower", new Beans.Shadower().top(3).own("sub", 2).name("super", 1, null));
        Beans.OfPlain of = new Beans.OfPlain();
        of.kept = "kept";
        cases.add("pojo-plain-superclass").put("of", of);
        Beans.OfPlain changed = new Beans.OfPlain();
        changed.lost = "changed";
        cases.add("pojo-plain-superclass-changed").put("of", changed);
        Beans.Canvas canvas = new Beans.Canvas();
        canvas.first = new Beans.Circle().label("one", 1.5);
        canvas.second = new Beans.Circle().label("two", 2.5);
        canvas.all = new Beans.Shape[] {canvas.first, canvas.second};
        canvas.list = new ArrayList<>(Arrays.asList(canvas.second));
        canvas.named = new HashMap<>(Map.of("x", new Beans.Circle().label("three", 3)));
        cases.add("pojo-abstract").put("canvas", canvas);
        Beans.Outer outer = new Beans.Outer();
        outer.inner(5);
        cases.add("pojo-inner").put("outer", outer);
        cases.add("pojo-inner-alone").put("inner", new Beans.Outer().inner(6));
        Serializable anonymous = new Beans.Base() { };
        cases.add("pojo-anonymous").put("anonymous", anonymous);
        List<Object> kinds = new ArrayList<>();
        kinds.add(new Beans.Node("n"));
        kinds.add(new Beans.Base());
        kinds.add(new Beans.Shadow());
        kinds.add(new Beans.Empty());
        kinds.add(new Beans.Circle().label("c", 1));
        kinds.add(new Beans.Node("again"));
        cases.add("pojo-many-classes").put("kinds", kinds).put("more", new ArrayList<>(kinds));
    }

    private static void customs(Cases cases) {
        cases.add("custom-only").put("it", new Customs.OnlyCustom(7, "seven"));
        cases.add("custom-blocks").put("small", new Customs.Blocks("small", 10)).put("large", new Customs.Blocks("large", 3000));
        cases.add("custom-blocks-twice").put("more", new Customs.MoreBlocks("more", 300, new Date(1), 5));
        cases.add("custom-blocks-before").put("it", new Customs.BlocksBefore("before", 20, "extra", 5));
        cases.add("custom-externalizable").put("packed", new Customs.Packed(300, "object")).put("itself", new Customs.Packed(1, null));
        cases.add("custom-in-custom").put("extern", new Extern("x", 1, new CustomData("inner", 1, Arrays.asList("a", "b"))));
        cases.add("custom-replaced").put("money", new Customs.Money("EUR", 1999)).put("list", new ArrayList<>(Arrays.asList(new Customs.Money("USD", 1))));
        Customs.Moment moment = new Customs.Moment(1_700_000_000_000L);
        moment.label = "then";
        cases.add("custom-date-subclass").put("moment", moment);
        Customs.Handler handler = new Customs.Handler();
        handler.name = "thing";
        handler.price = 5;
        handler.calls.add("first");
        Object two = Proxy.newProxyInstance(ObjectCases.class.getClassLoader(), new Class<?>[] {Customs.Named.class, Customs.Priced.class}, handler);
        cases.add("proxy-two").put("proxy", two);
        Object greeter = Proxy.newProxyInstance(ObjectCases.class.getClassLoader(), new Class<?>[] {Greeter.class}, new GreetHandler("hi "));
        cases.add("proxy-shared").put("a", greeter).put("list", new ArrayList<>(Arrays.asList(greeter, greeter)));
        cases.add("lambda").put("rule", Customs.rule(3));
    }

    private static void throwables(Cases cases) {
        StackTraceElement[] trace = {new StackTraceElement("a.B", "c", "B.java", 7), new StackTraceElement("a.B", "d", null, -1)};
        RuntimeException plain = new RuntimeException("plain");
        plain.setStackTrace(trace);
        cases.add("exception-plain").put("plain", plain);
        NullPointerException none = new NullPointerException();
        none.setStackTrace(new StackTraceElement[0]);
        cases.add("exception-null-message").put("none", none);
        Customs.Failure failure = new Customs.Failure("failed", 3, "detail", plain);
        failure.setStackTrace(trace);
        failure.addSuppressed(none);
        cases.add("exception-own").put("failure", failure);
        cases.add("exception-thrown").put("thrown", thrown());
        cases.add("stack-trace-element").put("element", trace[0]).put("array", trace);
        IllegalStateException cycle = new IllegalStateException("cycle");
        cycle.setStackTrace(trace);
        RuntimeException cause = new RuntimeException("cause", cycle);
        cause.setStackTrace(trace);
        cycle.initCause(cause);
        cases.add("exception-cycle").cyclic().put("cycle", cycle);
    }

    private static Throwable thrown() {
        try {
            Integer.parseInt("no number");
            return null;
        } catch (NumberFormatException e) {
            return e;
        }
    }
}
