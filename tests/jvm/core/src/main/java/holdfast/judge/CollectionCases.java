package holdfast.judge;

import com.example.cases.Beans;
import com.example.cases.Customs;
import com.example.session.Color;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.Stack;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;

/** Lists, queues and sets. */
final class CollectionCases {
    private CollectionCases() { }

    static void add(Cases cases) {
        lists(cases);
        wrappers(cases);
        sets(cases);
    }

    private static void lists(Cases cases) {
        List<Object> mixed = Arrays.asList(1, "two", 3.0, null, 'c', 5L, true, (short) 6, (byte) 7, 8f);
        cases.add("list-mixed").put("array", new ArrayList<>(mixed)).put("linked", new LinkedList<>(mixed)).put("empty", new ArrayList<>());
        cases.add("list-capacity").put("large", new ArrayList<>(1000)).put("trimmed", new ArrayList<>(List.of(1)));
        cases.add("list-nested").put("lists", new ArrayList<>(Arrays.asList(new ArrayList<>(Arrays.asList(1, 2)), new LinkedList<>(), new ArrayList<>())));
        cases.add("list-vector").put("vector", new Vector<>(Arrays.asList(1, null, "x")));
        Stack<Object> stack = new Stack<>();
        stack.push("bottom");
        stack.push(2);
        cases.add("list-stack").put("stack", stack);
        cases.add("queue-arraydeque").put("deque", new ArrayDeque<>(Arrays.asList(1, 2, 3))).put("empty", new ArrayDeque<>());
        cases.add("queue-priority").put("natural", new PriorityQueue<>(Arrays.asList(3, 1, 2)));
        PriorityQueue<String> reversed = new PriorityQueue<>(Collections.reverseOrder());
        reversed.addAll(Arrays.asList("a", "c", "b"));
        cases.add("queue-priority-comparator").put("reversed", reversed);
        cases.add("queue-linked").put("queue", new ConcurrentLinkedQueue<>(Arrays.asList(1, "b"))).put("deque", new ConcurrentLinkedDeque<>(Arrays.asList("a", 2)));
        cases.add("queue-blocking").put("queue", new LinkedBlockingQueue<>(Arrays.asList(1, 2))).put("deque", new LinkedBlockingDeque<>(Arrays.asList(3, 4)));
        cases.add("queue-blocking-array").put("array", new ArrayBlockingQueue<>(3, false, Arrays.asList(5, 6)));
        cases.add("list-cow").put("list", new CopyOnWriteArrayList<>(Arrays.asList("a", null))).put("empty", new CopyOnWriteArrayList<>());
        cases.add("list-aslist").put("strings", Arrays.asList("a", "b")).put("objects", Arrays.asList((Object) 1, "b", null)).put("empty", Arrays.asList());
        cases.add("list-aslist-pojos").put("nodes", Arrays.asList(new Beans.Node("a"), new Beans.Node("b")));
        cases.add("list-empty").put("list", Collections.emptyList()).put("set", Collections.emptySet()).put("map", Collections.emptyMap());
        cases.add("list-singletons").put("list", Collections.singletonList(null)).put("set", Collections.singleton("x")).put("map", Collections.singletonMap("k", 1));
        cases.add("list-copies").put("copies", Collections.nCopies(3, "x")).put("none", Collections.nCopies(0, "x"));
        cases.add("list-of").put("0", List.of()).put("1", List.of("a")).put("2", List.of("a", 2)).put("3", List.of("a", 2, 3L)).put("20", List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        cases.add("list-of-copy").put("copy", List.copyOf(Arrays.asList("a", "b"))).put("stream", java.util.stream.Stream.of("a", null).toList());
        cases.add("set-of").put("0", Set.of()).put("1", Set.of("a")).put("2", Set.of("a", "b")).put("3", Set.of(1, 2, 3));
        ArrayList<Integer> whole = new ArrayList<>(Arrays.asList(0, 1, 2, 3, 4));
        cases.add("sublist-array").put("sub", whole.subList(1, 3));
        cases.add("sublist-array-and-whole").put("sub", whole.subList(1, 3)).put("whole", whole);
        cases.add("sublist-linked").put("sub", new LinkedList<>(whole).subList(1, 4));
        cases.add("sublist-aslist").put("sub", Arrays.asList(1, 2, 3).subList(0, 2));
        cases.add("list-subclass").put("tagged", tagged());
        cases.add("list-anonymous").put("list", new ArrayList<Object>(Arrays.asList(1, 2)) { });
        List<Integer> many = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            many.add(i * 7919);
        }
        cases.add("list-3000").put("list", many);
    }

    private static Customs.Tagged tagged() {
        Customs.Tagged tagged = new Customs.Tagged();
        tagged.addAll(Arrays.asList("a", "b"));
        tagged.tag = "tag";
        tagged.weight = 3;
        return tagged;
    }

    private static void wrappers(Cases cases) {
        cases.add("unmodifiable-list").put("array", Collections.unmodifiableList(new ArrayList<>(Arrays.asList(1, 2))))
            .put("linked", Collections.unmodifiableList(new LinkedList<>(Arrays.asList("x"))));
        cases.add("unmodifiable-collection").put("collection", Collections.unmodifiableCollection(new ArrayList<>(Arrays.asList(1))));
        cases.add("unmodifiable-set").put("set", Collections.unmodifiableSet(new HashSet<>(Arrays.asList(1, 2)))).put("sorted", Collections.unmodifiableSortedSet(new TreeSet<>(Arrays.asList("b", "a"))));
        cases.add("unmodifiable-navigable").put("set", Collections.unmodifiableNavigableSet(new TreeSet<>(Arrays.asList(2, 1))))
            .put("map", Collections.unmodifiableNavigableMap(new java.util.TreeMap<>(java.util.Map.of("a", 1))));
        cases.add("unmodifiable-map").put("map", Collections.unmodifiableMap(new java.util.HashMap<>(java.util.Map.of("k", 1))))
            .put("sorted", Collections.unmodifiableSortedMap(new java.util.TreeMap<>(java.util.Map.of("k", 1))));
        List<Object> inner = new ArrayList<>(Arrays.asList(1));
        cases.add("unmodifiable-shared").put("inner", inner).put("outer", Collections.unmodifiableList(inner)).put("second", Collections.unmodifiableList(inner));
        cases.add("synchronized-all").put("collection", Collections.synchronizedCollection(new ArrayList<>(Arrays.asList(1)))).put("linked", Collections.synchronizedList(new LinkedList<>(Arrays.asList(1))))
            .put("set", Collections.synchronizedSet(new HashSet<>(Arrays.asList("a")))).put("sorted", Collections.synchronizedSortedSet(new TreeSet<>(Arrays.asList(2, 1))))
            .put("sorted map", Collections.synchronizedSortedMap(new java.util.TreeMap<>(java.util.Map.of("k", 1))));
        cases.add("wrapped-twice").put("both", Collections.unmodifiableList(Collections.synchronizedList(new ArrayList<>(Arrays.asList(1)))));
        cases.add("synchronized-navigable").put("set", Collections.synchronizedNavigableSet(new TreeSet<>(Arrays.asList(2, 1))));
        cases.add("checked").put("list", Collections.checkedList(new ArrayList<>(Arrays.asList("a")), String.class));
        cases.add("set-from-map").put("set", setFromMap());
        cases.add("set-keys").put("set", keySet());
    }

    private static Set<String> setFromMap() {
        Set<String> set = Collections.newSetFromMap(new ConcurrentHashMap<>());
        set.add("a");
        return set;
    }

    private static Set<String> keySet() {
        Set<String> set = ConcurrentHashMap.newKeySet();
        set.addAll(Arrays.asList("a", "b"));
        return set;
    }

    private static void sets(Cases cases) {
        cases.add("set-hash").put("mixed", new HashSet<>(Arrays.asList(1, "two", null, 3L))).put("linked", new LinkedHashSet<>(Arrays.asList("z", 1, null)));
        TreeSet<String> insensitive = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        insensitive.addAll(Arrays.asList("b", "A"));
        TreeSet<Integer> reversed = new TreeSet<>(Collections.reverseOrder());
        reversed.addAll(Arrays.asList(1, 2, 3));
        TreeSet<String> own = new TreeSet<>(new Customs.ByLength());
        own.addAll(Arrays.asList("ccc", "a", "bb"));
        cases.add("set-tree-insensitive").put("set", insensitive);
        cases.add("set-tree-reversed").put("set", reversed);
        cases.add("set-tree-own").put("set", own);
        cases.add("set-tree-descending").put("set", new TreeSet<>(Arrays.asList(1, 2, 3)).descendingSet());
        cases.add("set-skiplist").put("natural", new ConcurrentSkipListSet<>(Arrays.asList("b", "a")));
        cases.add("set-cow").put("set", new CopyOnWriteArraySet<>(Arrays.asList("b", "a")));
        cases.add("set-enum-many").put("none", EnumSet.noneOf(Color.class)).put("one", EnumSet.of(Color.GREEN)).put("bodies", EnumSet.allOf(Beans.Level.class));
        cases.add("set-enum-jumbo").put("all", EnumSet.allOf(Beans.Many.class)).put("some", EnumSet.of(Beans.Many.A0, Beans.Many.G4));
        cases.add("set-of-pojos").put("set", new LinkedHashSet<>(Arrays.asList(new Beans.Node("a"), new Beans.Node("b"))));
        Set<Integer> many = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            many.add(i * 31);
        }
        cases.add("set-500").put("set", many);
        cases.add("set-jdk-pojos").put("set", new HashSet<>(Arrays.asList(new java.util.Date(5), new java.util.Date(6))));
    }
}
