package holdfast.judge;

import com.example.cases.Beans;
import com.example.cases.Customs;
import com.example.session.Color;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Maps. */
final class MapCases {
    private MapCases() { }

    static void add(Cases cases) {
        Map<Object, Object> keys = new LinkedHashMap<>();
        keys.put(1, "int");
        keys.put(2L, "long");
        keys.put('c', "char");
        keys.put(true, "boolean");
        keys.put(1.5, "double");
        keys.put(null, "null");
        keys.put(Color.RED, "enum");
        keys.put(new Date(7), "date");
        keys.put(new UUID(1, 2), "uuid");
        keys.put(Arrays.asList(1, 2), "list");
        cases.add("map-keys").put("map", keys);
        Map<Object, Object> plain = new LinkedHashMap<>();
        plain.put(1, "int");
        plain.put(2L, "long");
        plain.put(true, null);
        plain.put("s", new HashMap<>(Map.of("inner", 1)));
        cases.add("map-keys-plain").put("linked", plain).put("hash", new HashMap<>(plain));
        LinkedHashMap<String, Integer> access = new LinkedHashMap<>(16, 0.75f, true);
        access.put("a", 1);
        access.put("b", 2);
        access.get("a");
        cases.add("map-access-order").put("access", access);
        cases.add("map-capacity").put("large", new HashMap<>(1000)).put("factor", new HashMap<>(16, 0.5f)).put("empty", new HashMap<>());
        cases.add("map-hashtable").put("table", new Hashtable<>(Map.of("a", 1, "b", 2)));
        TreeMap<String, Object> insensitive = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        insensitive.put("b", 1);
        insensitive.put("A", 2);
        TreeMap<Integer, String> reversed = new TreeMap<>(Collections.reverseOrder());
        reversed.put(1, "a");
        reversed.put(2, "b");
        TreeMap<String, Integer> own = new TreeMap<>(new Customs.ByLength());
        own.put("ccc", 3);
        own.put("a", 1);
        cases.add("map-tree-insensitive").put("map", insensitive);
        cases.add("map-tree-reversed").put("map", reversed);
        cases.add("map-tree-own").put("map", own);
        cases.add("map-tree-views").put("descending", new TreeMap<>(Map.of("a", 1, "b", 2)).descendingMap()).put("head", new TreeMap<>(Map.of("a", 1, "b", 2)).headMap("b"));
        cases.add("map-tree-empty").put("natural", new TreeMap<>()).put("insensitive", new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
        cases.add("map-skiplist").put("natural", new ConcurrentSkipListMap<>(Map.of("a", 1, "b", 2)));
        ConcurrentSkipListMap<String, Integer> sorted = new ConcurrentSkipListMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.put("B", 1);
        cases.add("map-skiplist-comparator").put("map", sorted);
        cases.add("map-concurrent-many").put("map", new ConcurrentHashMap<>(Map.of("a", 1, "b", 2))).put("empty", new ConcurrentHashMap<>());
        cases.add("map-of").put("0", Map.of()).put("1", Map.of("a", 1)).put("2", Map.of("a", 1, "b", 2));
        EnumMap<Beans.Level, Object> levels = new EnumMap<>(Beans.Level.class);
        levels.put(Beans.Level.HIGH, null);
        cases.add("map-enum-bodies").put("map", levels);
        IdentityHashMap<String, Integer> identity = new IdentityHashMap<>();
        identity.put("a", 1);
        cases.add("map-identity").put("map", identity);
        cases.add("map-weak").put("map", new WeakHashMap<>(Map.of("a", 1)));
        cases.add("map-entry").put("simple", new AbstractMap.SimpleEntry<>("k", 1)).put("immutable", new AbstractMap.SimpleImmutableEntry<>("k", null));
        Properties defaults = new Properties();
        defaults.setProperty("d", "1");
        Properties properties = new Properties(defaults);
        properties.setProperty("own", "2");
        cases.add("properties-defaults").put("properties", properties);
        Properties odd = new Properties();
        odd.put("number", 5);
        odd.put("text", "t");
        cases.add("properties-odd").put("properties", odd);
        Customs.Options options = new Customs.Options();
        options.put("k", 1);
        options.owner = "me";
        cases.add("map-subclass").put("options", options);
        Customs.Ranking ranking = new Customs.Ranking();
        ranking.put("ccc", 1);
        ranking.put("a", 2);
        cases.add("map-tree-subclass").put("ranking", ranking);
        Map<String, Object> wide = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            wide.put("key " + i, i % 3 == 0 ? (Object) i : i % 3 == 1 ? "value " + i : (Object) (long) i);
        }
        cases.add("map-400").put("map", wide);
        cases.add("map-null").put("null key", nullKey()).put("null value", new HashMap<>(Collections.singletonMap("k", null)));
        cases.add("map-of-pojos").put("map", new LinkedHashMap<>(Map.of("node", new Beans.Node("n"))));
    }

    private static Map<Object, Object> nullKey() {
        Map<Object, Object> map = new HashMap<>();
        map.put(null, "value");
        return map;
    }
}
