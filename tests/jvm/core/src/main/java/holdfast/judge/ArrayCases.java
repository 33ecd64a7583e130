package holdfast.judge;

import com.example.cases.Beans;
import com.example.session.Color;
import com.example.session.Person;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Arrays of all kinds of elements. */
final class ArrayCases {
    private ArrayCases() { }

    static void add(Cases cases) {
        cases.add("array-boolean").put("mixed", new boolean[] {true, false, true}).put("empty", new boolean[0]).put("many", new boolean[100]);
        cases.add("array-numbers").put("shorts", new short[] {0, 1, -1, 127, -128, 128}).put("ints", new int[] {0, 63, 64, -65, 1 << 20})
            .put("longs", new long[] {0, 1L << 60, -(1L << 60)}).put("doubles", new double[] {0, -0.0, Double.NaN}).put("floats", new float[] {1, -0f});
        cases.add("array-chars").put("text", "text".toCharArray()).put("edges", new char[] {0, 0x7f, 0x80, 0xffff, 0xd800}).put("empty", new char[0]);
        cases.add("array-chars-plain").put("text", "text \u4e2d".toCharArray());
        cases.add("array-boxed").put("booleans", new Boolean[] {true, null}).put("bytes", new Byte[] {1, null}).put("chars", new Character[] {'x', null})
            .put("shorts", new Short[] {1, null}).put("ints", new Integer[] {1, null, 1}).put("longs", new Long[] {1L, null}).put("floats", new Float[] {1f, null})
            .put("doubles", new Double[] {1.0, null});
        cases.add("array-grid-equal").put("ints", new int[][] {{1, 2}, {3, 4}}).put("doubles", new double[][] {{1}, {2}, {3}});
        cases.add("array-grid-ragged").put("ints", new int[][] {{1}, {}, {2, 3}}).put("bytes", new byte[][] {{1, 2}, {3}});
        cases.add("array-grid-null").put("ints", new int[][] {{1}, null});
        cases.add("array-cube").put("ints", new int[][][] {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
        cases.add("array-strings-nested").put("strings", new String[][] {{"a", null}, {"b", "a"}});
        cases.add("array-objects-nested").put("objects", new Object[] {new Object[] {1, "x"}, new int[] {1}, new String[] {"y"}, null});
        cases.add("array-objects-grid").put("objects", new Object[][] {{1, "x"}, {null, 2L}});
        cases.add("array-date").put("dates", new Date[] {new Date(1), null});
        cases.add("array-decimal").put("decimals", new BigDecimal[] {new BigDecimal("1.5"), null});
        cases.add("array-class").put("classes", new Class<?>[] {String.class, int.class, Person.class});
        cases.add("array-enum").put("colors", new Color[] {Color.RED, null, Color.BLUE, Color.RED}).put("levels", new Beans.Level[] {Beans.Level.HIGH, Beans.Level.LOW});
        cases.add("array-uuid").put("uuids", new UUID[] {new UUID(1, 2)});
        cases.add("array-interfaces").put("comparables", new Comparable<?>[] {1, "x"}).put("serializables", new Serializable[] {1L, 'c'}).put("numbers", new Number[] {1, 2.5});
        cases.add("array-lists").put("lists", new List<?>[] {new ArrayList<>(Arrays.asList(1)), null}).put("maps", new Map<?, ?>[] {new java.util.HashMap<>(Map.of("k", "v"))});
        cases.add("array-pojos").put("nodes", new Beans.Node[] {new Beans.Node("a"), null, new Beans.Node("b")}).put("base", new Beans.Base[] {new Beans.Shadow(), new Beans.Base()});
        cases.add("array-nested-pojos").put("nodes", new Beans.Node[][] {{new Beans.Node("a")}, {}});
        cases.add("array-empty").put("objects", new Object[0]).put("strings", new String[0]).put("dates", new Date[0]).put("nodes", new Beans.Node[0]).put("longs", new long[0]);
        int[] ints = {1, 2};
        Object[] objects = {ints, ints};
        cases.add("array-shared").put("ints", ints).put("objects", objects).put("again", objects);
        Object[] self = new Object[2];
        self[0] = "x";
        self[1] = self;
        cases.add("array-itself").cyclic().put("self", self);
        cases.add("array-large").put("bytes", new byte[100_000]).put("ints", new int[20_000]).put("strings", Arrays.copyOf(new String[] {"x"}, 1000));
        Beans.Arrays fields = new Beans.Arrays();
        fields.bytes = new byte[] {1};
        fields.chars = new char[] {'c'};
        fields.shorts = new short[] {-2};
        fields.ints = new int[] {3};
        fields.longs = new long[] {4};
        fields.floats = new float[] {5};
        fields.doubles = new double[] {6};
        fields.strings = new String[] {"s", null};
        fields.boxed = new Integer[] {7, null};
        fields.nodes = new Beans.Node[] {new Beans.Node("n"), null};
        fields.objects = new Object[] {1, "x", null, new Date(0)};
        cases.add("array-fields").put("fields", fields);
        Beans.Arrays more = new Beans.Arrays();
        more.booleans = new boolean[] {true};
        cases.add("array-field-boolean").put("fields", more);
        Beans.Arrays grid = new Beans.Arrays();
        grid.grid = new int[][] {{1, 2}, {3, 4}};
        cases.add("array-field-grid").put("fields", grid);
        Beans.Arrays dates = new Beans.Arrays();
        dates.dates = new Date[] {new Date(1000)};
        cases.add("array-field-dates").put("fields", dates);
    }
}
