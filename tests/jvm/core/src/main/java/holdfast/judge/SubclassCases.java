package holdfast.judge;

import com.example.cases.Beans;
import com.example.cases.Customs;
import com.example.cases.Extended;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;

/** Objects of an application's classes that extend collections, maps and dates of the JDK. */
final class SubclassCases {
    private SubclassCases() { }

    static void add(Cases cases) {
        lists(cases);
        maps(cases);
        dates(cases);
        graphs(cases);
    }

    private static <T> T[] of(@SuppressWarnings("unchecked") T... all) {
        return all;
    }

    private static void lists(Cases cases) {
        cases.add("subclass-list").put("cart", Extended.with(new Extended.Cart(), of("a", 1, null, new Beans.Node("n")))).put("empty", new Extended.Cart());
        cases.add("subclass-list-bytes").put("cart", Extended.with(new Extended.Cart(), new Object[] {new byte[] {1, 2}, new int[] {3}, new Object[] {"x"}}));
        cases.add("subclass-between").put("basket", Extended.with(new Extended.Basket(), of("a", 2L)));
        Extended.LabelledTwice labelled = Extended.with(new Extended.LabelledTwice(), of("x"));
        labelled.label = "label";
        labelled.number = 5;
        labelled.other = new Beans.Node("other");
        cases.add("subclass-fields-twice").put("labelled", labelled);
        cases.add("subclass-sized").put("sized", Extended.with(new Extended.Sized(3), of("a")));
        cases.add("subclass-linked").put("chain", Extended.with(new Extended.Chain(), of("a", "b")));
        cases.add("subclass-sets").put("tags", Extended.with(new Extended.Tags(), of("a", "b"))).put("ordered", Extended.with(new Extended.OrderedTags(), of("z", "a")));
        cases.add("subclass-set-tree").put("sorted", Extended.with(new Extended.SortedTags(), of("b", "a")));
        cases.add("subclass-set-compared").put("compared", Extended.with(new Extended.ComparedTags(new Customs.ByLength()), of("ccc", "a")));
        cases.add("subclass-vectors").put("rows", Extended.with(new Extended.Rows(), of("a", 1))).put("pile", Extended.with(new Extended.Pile(), of("a", 1)));
        cases.add("subclass-queues").put("ring", Extended.with(new Extended.Ring(), of("a", 1)));
        cases.add("subclass-heap").put("heap", Extended.with(new Extended.Heap(), of(3, 1, 2)));
    }

    private static void maps(Cases cases) {
        Extended.Settings settings = new Extended.Settings();
        settings.put("k", 1);
        settings.put(2, new Beans.Node("n"));
        cases.add("subclass-map").put("settings", settings).put("empty", new Extended.Settings());
        Extended.OrderedSettings ordered = new Extended.OrderedSettings();
        ordered.put("z", 1);
        ordered.put("a", null);
        cases.add("subclass-map-linked").put("ordered", ordered);
        Extended.Recent recent = new Extended.Recent();
        recent.put("z", 1);
        recent.put("a", 2);
        recent.get("z");
        cases.add("subclass-map-access").put("recent", recent);
        Extended.SortedSettings sorted = new Extended.SortedSettings();
        sorted.put("z", 1);
        sorted.put("a", 2);
        cases.add("subclass-map-tree").put("sorted", sorted);
        Extended.ComparedSettings compared = new Extended.ComparedSettings(new Customs.ByLength());
        compared.put("ccc", 1);
        compared.put("a", 2);
        cases.add("subclass-map-compared").put("compared", compared);
        Extended.Table table = new Extended.Table();
        table.put("k", 1);
        cases.add("subclass-hashtable").put("table", table);
        Extended.Configuration configuration = new Extended.Configuration();
        configuration.setProperty("k", "v");
        cases.add("subclass-properties").put("configuration", configuration);
        Extended.Shared shared = new Extended.Shared();
        shared.put("k", 1);
        cases.add("subclass-map-concurrent").put("shared", shared);
    }

    private static void dates(Cases cases) {
        cases.add("subclass-date").put("day", new Extended.Day(1_700_000_000_123L)).put("early", new Extended.Day(-1));
        cases.add("subclass-date-no-constructor").put("day", new Extended.DayWithoutConstructor(100, 2));
        Extended.Stamp stamp = new Extended.Stamp(1_700_000_000_000L);
        cases.add("subclass-timestamp").put("stamp", stamp);
        Extended.Term term = new Extended.Term();
        term.setTimeInMillis(1_700_000_000_000L);
        cases.add("subclass-calendar").put("term", term);
    }

    private static void graphs(Cases cases) {
        Extended.Holder holder = new Extended.Holder();
        holder.cart = Extended.with(new Extended.Basket(), of("a"));
        holder.closed = new Extended.Closed();
        holder.closed.put("cart", holder.cart);
        holder.list = Extended.with(new Extended.Cart(), of("b"));
        holder.day = new Extended.Day(5);
        holder.self = holder;
        holder.list.add(holder);
        cases.add("subclass-fields").put("holder", holder).put("cart", holder.cart).cyclic();
        Extended.Cart itself = new Extended.Cart();
        itself.add("first");
        itself.add(itself);
        cases.add("subclass-cycle").put("itself", itself).cyclic();
        Extended.Cart inner = Extended.with(new Extended.Cart(), of("x"));
        Extended.Day day = new Extended.Day(77);
        cases.add("subclass-shared").put("list", new ArrayList<>(Collections.nCopies(2, inner))).put("inner", inner).put("days", new Object[] {day, day, new Date(77)});
        Extended.Settings keys = new Extended.Settings();
        keys.put(Extended.with(new Extended.Cart(), of("key")), Extended.with(new Extended.Tags(), of("v")));
        cases.add("subclass-keys").put("keys", keys).put("array", new Extended.Cart[] {inner, null}).put("unmodifiable", Collections.unmodifiableList(inner))
            .put("sub", Collections.synchronizedMap(new Extended.Settings()));
    }
}
