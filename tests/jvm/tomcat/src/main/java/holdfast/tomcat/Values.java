package holdfast.tomcat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Values of sessions: how they are made, and how they look from outside. */
final class Values {
    private Values() { }

    static Object of(String type, String value) {
        switch (type == null ? "string" : type) {
            case "string":
                return value;
            case "int":
                return Integer.valueOf(value);
            case "cart":
                return cart(Integer.parseInt(value));
            default:
                throw new IllegalArgumentException("type is string, int or cart, not " + type);
        }
    }

    private static Map<String, Object> cart(int count) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            Map<String, Object> line = new HashMap<>();
            line.put("sku", "SKU-" + n);
            line.put("title", "B\u00fcrste \u4e2d\u6587 No. " + n);
            line.put("quantity", n + 1);
            line.put("price", new BigDecimal("19.90").add(BigDecimal.valueOf(n)));
            line.put("weight", 0.25 * n);
            line.put("gift", n % 2 == 0);
            lines.add(line);
        }
        Map<String, Object> cart = new LinkedHashMap<>();
        cart.put("customer", 9_000_000_000L);
        cart.put("opened", new Date(1_700_000_000_123L));
        cart.put("lines", lines);
        cart.put("coupon", null);
        return cart;
    }

    /** As plain JSON, the way Holdfast writes it. */
    static String plain(Object value) {
        if (value == null || value instanceof Boolean || value instanceof Number) {
            return String.valueOf(value);
        }
        if (value instanceof Date) {
            return quoted(((Date) value).toInstant().toString());
        }
        return value instanceof Map || value instanceof Collection ? nested(value, Values::plain) : quoted(value.toString());
    }

    /** Its class, and those of all that it holds, in its order. */
    static Object types(Object value) {
        if (value instanceof Map) {
            Map<String, Object> types = new LinkedHashMap<>();
            types.put("class", value.getClass().getName());
            ((Map<?, ?>) value).forEach((key, inner) -> types.put("." + key, types(inner)));
            return types;
        }
        if (value instanceof Collection) {
            List<Object> types = new ArrayList<>();
            types.add(value.getClass().getName());
            ((Collection<?>) value).forEach(inner -> types.add(types(inner)));
            return types;
        }
        return value == null ? null : value.getClass().getName();
    }

    private static String nested(Object value, Function<Object, String> inner) {
        if (value instanceof Map) {
            return ((Map<?, ?>) value).entrySet().stream()
                .map(entry -> quoted(entry.getKey().toString()) + ":" + inner.apply(entry.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
        }
        return ((Collection<?>) value).stream().map(inner).collect(Collectors.joining(",", "[", "]"));
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
