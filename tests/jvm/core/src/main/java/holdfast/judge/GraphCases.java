package holdfast.judge;

import com.example.cases.Beans;
import com.example.session.Person;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What leads to the same object, to itself, or deep down. */
final class GraphCases {
    private GraphCases() { }

    static void add(Cases cases) {
        shared(cases);
        cycles(cases);
        deep(cases);
        wide(cases);
    }

    private static void shared(Cases cases) {
        List<Object> list = new ArrayList<>(Arrays.asList(1));
        cases.add("shared-list").put("a", list).put("b", list).put("in", new ArrayList<>(Arrays.asList(list, list)));
        Map<String, Object> map = new HashMap<>(Map.of("k", 1));
        cases.add("shared-map").put("a", map).put("b", map);
        StringBuilder builder = new StringBuilder("b");
        cases.add("shared-builder").put("a", builder).put("b", builder);
        Beans.Node node = new Beans.Node("shared");
        cases.add("shared-node").put("a", node).put("b", node).put("list", new ArrayList<>(Arrays.asList(node, node)));
        Beans.Node parent = new Beans.Node("parent");
        parent.next = node;
        parent.other = node;
        parent.children.add(node);
        parent.index.put("node", node);
        cases.add("shared-in-node").put("parent", parent);
        List<Object> empty = new ArrayList<>();
        Beans.Node first = new Beans.Node("first");
        Beans.Node second = new Beans.Node("second");
        first.children = second.children = new LinkedList<>();
        cases.add("shared-field-list").put("first", first).put("second", second);
        cases.add("shared-empty").put("a", empty).put("b", empty);
        Integer large = 100_000;
        cases.add("shared-boxed").put("a", large).put("list", new ArrayList<>(Arrays.asList(large, large)));
        Date date = new Date(1000);
        Beans.Scalars one = new Beans.Scalars();
        Beans.Scalars two = new Beans.Scalars();
        one.date = two.date = date;
        cases.add("shared-date-field").put("one", one).put("two", two);
        List<Object> back = new ArrayList<>();
        Map<String, Object> linked = new LinkedHashMap<>();
        for (int i = 0; i < 200; i++) {
            Beans.Node each = new Beans.Node("n" + i);
            back.add(each);
            linked.put("n" + i, each);
        }
        cases.add("shared-200").put("list", back).put("map", linked);
    }

    private static void cycles(Cases cases) {
        Beans.Node a = new Beans.Node("a");
        Beans.Node b = new Beans.Node("b");
        a.next = b;
        b.next = a;
        a.other = a;
        cases.add("cycle-nodes").cyclic().put("a", a);
        cases.add("cycle-across").cyclic().put("a", a).put("b", b);
        Beans.Node tree = new Beans.Node("root");
        for (int i = 0; i < 3; i++) {
            Beans.Node child = new Beans.Node("child " + i);
            child.other = tree;
            tree.children.add(child);
            tree.index.put(child.name, child);
        }
        cases.add("cycle-tree").cyclic().put("tree", tree);
        List<Object> list = new ArrayList<>();
        list.add(list);
        cases.add("cycle-list").cyclic().put("list", list);
        List<Object> outer = new ArrayList<>();
        List<Object> inner = new LinkedList<>(Arrays.asList(outer, "x"));
        outer.add(inner);
        cases.add("cycle-two-lists").cyclic().put("outer", outer);
        Map<String, Object> map = new TreeMap<>();
        map.put("self", map);
        cases.add("cycle-map").cyclic().put("map", map);
        Map<String, Object> hash = new HashMap<>();
        hash.put("self", hash);
        cases.add("cycle-hashmap").cyclic().put("map", hash);
        Person person = new Person("p", 1, null);
        person.friends().add(person);
        cases.add("cycle-person-list").cyclic().put("person", person);
        Object[] array = new Object[1];
        List<Object> of = new ArrayList<>();
        of.add(array);
        array[0] = of;
        cases.add("cycle-array-list").cyclic().put("array", array);
        Beans.Node holder = new Beans.Node("holder");
        Beans.Generic<Object, String> generic = new Beans.Generic<>();
        generic.value = generic;
        cases.add("cycle-object-field").cyclic().put("generic", generic).put("holder", holder);
        Beans.Outer around = new Beans.Outer();
        around.inner(1);
        cases.add("cycle-inner").cyclic().put("outer", around).put("inner", around.inner);
    }

    private static void deep(Cases cases) {
        for (int depth : new int[] {100, 500, 5000}) {
            // XStream looks at the whole path for each element, and writes as much space before it.
            String slow = depth == 5000 ? "xstream" : "";
            Beans.Link chain = null;
            List<Object> list = new ArrayList<>();
            Map<String, Object> map = new HashMap<>();
            Object[] array = new Object[0];
            for (int i = 0; i < depth; i++) {
                Beans.Link link = new Beans.Link();
                link.next = chain;
                link.number = i;
                chain = link;
                list = new ArrayList<>(Arrays.asList(list));
                Map<String, Object> around = new HashMap<>();
                around.put("k", map);
                map = around;
                array = new Object[] {array};
            }
            cases.add("deep-objects-" + depth).slow(slow).put("chain", chain);
            cases.add("deep-lists-" + depth).slow(slow).put("list", list);
            cases.add("deep-maps-" + depth).slow(slow).put("map", map);
            cases.add("deep-arrays-" + depth).slow(slow).put("array", array);
        }
    }

    private static void wide(Cases cases) {
        Cases.Session many = cases.add("wide-attributes");
        for (int i = 0; i < 300; i++) {
            many.put("attribute " + i, i % 4 == 0 ? (Object) i : i % 4 == 1 ? "text " + i : i % 4 == 2 ? (Object) new Date(i * 1000L) : (Object) (i / 2.0));
        }
        cases.add("one-attribute").put("a", 1);
        List<Object> nodes = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            nodes.add(new Beans.Node("node " + i));
        }
        cases.add("wide-nodes").put("nodes", nodes);
    }
}
