package holdfast.judge;

import com.example.session.Logical;
import java.lang.reflect.Array;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * The neutral form of tests/golden/README.md: one canonical text for one content.
 *
 * <p>Ids are given in the order of the text. What has no order of its own is put in order by the text that it has
 * without ids, so that it does not depend on hash codes.
 */
final class Canonical {
    private static final String HEAD = "{\"type\":\"java.util.concurrent.ConcurrentHashMap\",\"kind\":\"map\",\"entries\":[";

    private final IdentityHashMap<Object, Integer> uses = new IdentityHashMap<>();
    private final IdentityHashMap<Object, Integer> ids = new IdentityHashMap<>();
    /** Views that are made anew at each call, kept so that both passes see the same objects. */
    private final IdentityHashMap<Object, Map<String, Object>> views = new IdentityHashMap<>();
    /** Above 0 while the text for an order is made: no ids then, and only so many levels. */
    private int sketching;
    private StringBuilder out = new StringBuilder();

    static String of(Map<String, Object> attributes) {
        Canonical canonical = new Canonical();
        List<String> names = new ArrayList<>(attributes.keySet());
        names.sort(Comparator.comparing(Text::quoted));
        names.forEach(name -> canonical.count(attributes.get(name)));
        StringBuilder out = canonical.out;
        out.append(HEAD);
        String between = "\n [";
        for (String name : names) {
            out.append(between);
            Text.quote(out, name);
            out.append(',');
            canonical.print(attributes.get(name));
            out.append(']');
            between = ",\n [";
        }
        return out.append("\n]}").toString();
    }

    // The first pass: which objects come more than once?

    private void count(Object object) {
        if (Values.plain(object) || uses.merge(object, 1, Integer::sum) > 1) {
            return;
        }
        for (Object part : parts(object)) {
            count(part);
        }
    }

    private Collection<?> parts(Object object) {
        if (object.getClass().isArray()) {
            return object instanceof Object[] ? Arrays.asList((Object[]) object) : List.of();
        }
        if (Proxy.isProxyClass(object.getClass())) {
            return List.of(Proxy.getInvocationHandler(object));
        }
        if (Values.text(object) != null) {
            return List.of();
        }
        if (wraps(object)) {
            return Arrays.asList(inner(object));
        }
        if (object instanceof Throwable) {
            Throwable throwable = (Throwable) object;
            List<Object> parts = new ArrayList<>();
            parts.add(throwable.getCause());
            parts.addAll(Arrays.asList(throwable.getSuppressed()));
            parts.addAll(view(object).values());
            return parts;
        }
        if (own(object)) {
            return view(object).values();
        }
        List<Object> parts = new ArrayList<>();
        parts.add(comparator(object));
        if (object instanceof Collection) {
            parts.addAll((Collection<?>) object);
        } else if (object instanceof Map) {
            if (object instanceof Properties) {
                parts.add(Bean.field(object, "defaults"));
            }
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) object).entrySet()) {
                parts.add(entry.getKey());
                parts.add(entry.getValue());
            }
        } else {
            return view(object).values();
        }
        parts.addAll(extra(object).values());
        return parts;
    }

    private Map<String, Object> view(Object object) {
        return views.computeIfAbsent(object, o -> {
            if (o instanceof Logical) {
                return ((Logical) o).logicalState();
            }
            return Bean.fields(o, o instanceof Throwable ? Throwable.class : null);
        });
    }

    /** A collection or map of the application, which may have fields beside its elements, has both. */
    private static boolean own(Object object) {
        return object instanceof Logical || !(object instanceof Collection || object instanceof Map);
    }

    private static boolean wraps(Object object) {
        String name = object.getClass().getName();
        return name.startsWith("java.util.Collections$Unmodifiable") || name.startsWith("java.util.Collections$Synchronized")
            || name.equals("java.util.Optional") || name.equals("java.util.concurrent.atomic.AtomicReference");
    }

    private static Object inner(Object object) {
        return Bean.field(object, "c", "m", "value");
    }

    private static Comparator<?> comparator(Object object) {
        return object instanceof SortedMap ? ((SortedMap<?, ?>) object).comparator()
            : object instanceof SortedSet ? ((SortedSet<?>) object).comparator()
            : object instanceof PriorityQueue ? ((PriorityQueue<?>) object).comparator() : null;
    }

    // The second pass: the text.

    private void print(Object object) {
        if (Values.plain(object)) {
            out.append(object == null ? "null" : Values.text(object));
            return;
        }
        if (sketching > 0) {
            if (sketching > 8) {
                out.append("{}");
                return;
            }
            sketching++;
            describe(object, "");
            sketching--;
            return;
        }
        Integer known = ids.get(object);
        if (known != null) {
            out.append("{\"ref\":").append(known).append('}');
            return;
        }
        String id = "";
        if (uses.get(object) > 1) {
            ids.put(object, ids.size() + 1);
            id = "\"id\":" + ids.size() + ",";
        }
        describe(object, id);
    }

    private void describe(Object object, String id) {
        String rest = Values.text(object);
        if (rest != null) {
            out.append("{\"type\":").append(Text.quoted(name(object))).append(',').append(id).append(rest).append('}');
        } else if (object instanceof Object[]) {
            head(object, id, null);
            elements(Arrays.asList((Object[]) object), false);
            out.append('}');
        } else if (object.getClass().isArray()) {
            head(object, id, null);
            int length = Array.getLength(object);
            List<Object> boxed = new ArrayList<>(length);
            for (int i = 0; i < length; i++) {
                boxed.add(Array.get(object, i));
            }
            elements(boxed, false);
            out.append('}');
        } else if (Proxy.isProxyClass(object.getClass())) {
            String interfaces =
                Arrays.stream(object.getClass().getInterfaces()).map(Class::getName).collect(Collectors.joining(","));
            out.append("{\"type\":\"java.lang.reflect.Proxy\",").append(id).append("\"kind\":\"proxy\",\"interfaces\":")
                .append(Text.quoted(interfaces)).append(",\"handler\":");
            print(Proxy.getInvocationHandler(object));
            out.append('}');
        } else if (wraps(object)) {
            head(object, id, "wrapper");
            out.append("\"inner\":");
            print(inner(object));
            out.append('}');
        } else if (object instanceof Throwable) {
            throwable((Throwable) object, id);
        } else if (own(object)) {
            head(object, id, object instanceof Logical ? "logical" : null);
            fields(view(object));
            out.append('}');
        } else if (object instanceof Map) {
            map((Map<?, ?>) object, id);
        } else {
            collection((Collection<?>) object, id);
        }
    }

    /** The class's name; a lambda's class is another each time. */
    private static String name(Object object) {
        String name = object.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda + 8);
    }

    private void head(Object object, String id, String kind) {
        out.append("{\"type\":").append(Text.quoted(name(object))).append(',').append(id);
        if (kind != null) {
            out.append("\"kind\":\"").append(kind).append("\",");
        }
    }

    private void elements(Collection<?> elements, boolean sort) {
        List<?> all = sort ? sorted(elements, element -> element) : new ArrayList<>(elements);
        out.append("\"elements\":[");
        String between = "";
        for (Object element : all) {
            out.append(between);
            print(element);
            between = ",";
        }
        out.append(']');
    }

    private void fields(Map<String, Object> fields) {
        out.append("\"fields\":{");
        String between = "";
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            out.append(between);
            Text.quote(out, field.getKey());
            out.append(':');
            print(field.getValue());
            between = ",";
        }
        out.append('}');
    }

    private void collection(Collection<?> all, String id) {
        boolean heap = all instanceof PriorityQueue;
        if (all instanceof EnumSet) {
            head(all, id, "enumset");
            out.append("\"elementType\":").append(Text.quoted(((Class<?>) Bean.field(all, "elementType")).getName())).append(',');
            elements(all, false);
        } else if (all instanceof SortedSet || heap) {
            head(all, id, heap ? "list" : "sortedset");
            out.append("\"comparator\":");
            print(comparator(all));
            out.append(',');
            elements(all, heap);
        } else if (all instanceof LinkedHashSet) {
            head(all, id, "orderedset");
            elements(all, false);
        } else {
            boolean set = all instanceof Set;
            head(all, id, set ? "set" : all instanceof List || all instanceof Queue ? "list" : "collection");
            elements(all, set);
        }
        extraFields(all);
        out.append('}');
    }

    private void map(Map<?, ?> map, String id) {
        boolean ordered = true;
        if (map instanceof EnumMap) {
            head(map, id, "enummap");
            out.append("\"keyType\":").append(Text.quoted(((Class<?>) Bean.field(map, "keyType")).getName())).append(',');
        } else if (map instanceof SortedMap) {
            head(map, id, "sortedmap");
            out.append("\"comparator\":");
            print(comparator(map));
            out.append(',');
        } else if (map instanceof LinkedHashMap) {
            head(map, id, "orderedmap");
        } else {
            head(map, id, "map");
            ordered = false;
            if (map instanceof Properties && Bean.field(map, "defaults") != null) {
                out.append("\"defaults\":");
                print(Bean.field(map, "defaults"));
                out.append(',');
            }
        }
        Collection<? extends Map.Entry<?, ?>> entries = map.entrySet();
        if (!ordered) {
            // Entries of some maps are one object that moves on, so they are copied first.
            List<Map.Entry<?, ?>> copies = new ArrayList<>();
            entries.forEach(entry -> copies.add(new java.util.AbstractMap.SimpleEntry<>(entry.getKey(), entry.getValue())));
            entries = sorted(copies, Map.Entry::getKey);
        }
        out.append("\"entries\":[");
        String between = "";
        for (Map.Entry<?, ?> entry : entries) {
            out.append(between).append('[');
            print(entry.getKey());
            out.append(',');
            print(entry.getValue());
            out.append(']');
            between = ",";
        }
        out.append(']');
        extraFields(map);
        out.append('}');
    }

    /** Fields that a class of the application adds to a collection of the JDK. */
    private void extraFields(Object object) {
        if (jdkClass(object) != object.getClass()) {
            out.append(',');
            fields(extra(object));
        }
    }

    private static Map<String, Object> extra(Object object) {
        return Bean.fields(object, jdkClass(object));
    }

    private static Class<?> jdkClass(Object object) {
        Class<?> jdk = object.getClass();
        while (jdk.getClassLoader() != null) {
            jdk = jdk.getSuperclass();
        }
        return jdk;
    }

    private <T> List<T> sorted(Collection<? extends T> elements, java.util.function.Function<T, Object> key) {
        IdentityHashMap<T, String> sketches = new IdentityHashMap<>();
        List<T> all = new ArrayList<>(elements);
        for (T element : all) {
            sketches.put(element, sketch(key.apply(element)));
        }
        all.sort(Comparator.comparing(sketches::get));
        return all;
    }

    private String sketch(Object object) {
        StringBuilder whole = out;
        out = new StringBuilder();
        sketching++;
        print(object);
        sketching--;
        String text = out.toString();
        out = whole;
        return text;
    }

    private void throwable(Throwable throwable, String id) {
        head(throwable, id, "throwable");
        out.append("\"message\":");
        print(Bean.field(throwable, "detailMessage"));
        out.append(",\"stackTrace\":[");
        String between = "";
        for (StackTraceElement element : throwable.getStackTrace()) {
            out.append(between);
            Text.quote(out, element.toString());
            between = ",";
        }
        out.append("],\"cause\":");
        print(throwable.getCause());
        out.append(",\"suppressed\":[");
        between = "";
        for (Throwable suppressed : throwable.getSuppressed()) {
            out.append(between);
            print(suppressed);
            between = ",";
        }
        out.append("],");
        fields(view(throwable));
        out.append('}');
    }
}
