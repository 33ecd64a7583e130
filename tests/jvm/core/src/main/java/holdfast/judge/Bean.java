package holdfast.judge;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of objects. */
final class Bean {
    private Bean() { }

    /** The stored fields of an object up to (not including) a class: superclass first, by name within a class. */
    static Map<String, Object> fields(Object object, Class<?> end) {
        List<Class<?>> levels = new ArrayList<>();
        for (Class<?> c = object.getClass(); c != null && c != end && c != Object.class; c = c.getSuperclass()) {
            levels.add(c);
        }
        Collections.reverse(levels);
        Map<String, Object> all = new LinkedHashMap<>();
        Map<String, Class<?>> owners = new LinkedHashMap<>();
        for (Class<?> level : levels) {
            Field[] fields = level.getDeclaredFields();
            Arrays.sort(fields, Comparator.comparing(Field::getName));
            for (Field field : fields) {
                if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) {
                    continue;
                }
                String name = field.getName();
                Class<?> shadowed = owners.put(name, level);
                if (shadowed != null) {
                    all = rename(all, name, shadowed.getName() + "#" + name);
                }
                all.put(name, get(field, object));
            }
        }
        return all;
    }

    private static Map<String, Object> rename(Map<String, Object> fields, String from, String to) {
        Map<String, Object> out = new LinkedHashMap<>();
        fields.forEach((name, value) -> out.put(name.equals(from) ? to : name, value));
        return out;
    }

    /** A field of a name, wherever in the hierarchy. */
    static Object field(Object object, String... names) {
        for (Class<?> c = object.getClass(); c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (Arrays.asList(names).contains(field.getName())) {
                    return get(field, object);
                }
            }
        }
        throw new IllegalStateException(object.getClass() + " has none of " + Arrays.toString(names));
    }

    private static Object get(Field field, Object object) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
