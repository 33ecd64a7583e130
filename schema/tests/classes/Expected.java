import java.io.Externalizable;
import java.io.File;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints what the JVM knows of the classes of folders, a line each: java Expected.java FOLDER... > expected.tsv */
public class Expected {
    public static void main(String[] folders) throws Exception {
        System.setOut(new java.io.PrintStream(System.out, true, "UTF-8"));
        TreeMap<String, String> lines = new TreeMap<>();
        for (String folder : folders) {
            Path root = Paths.get(folder);
            URLClassLoader loader = new URLClassLoader(new URL[] { root.toUri().toURL() });
            List<Path> files;
            try (Stream<Path> walk = Files.walk(root)) {
                files = walk.filter(file -> file.toString().endsWith(".class")).collect(Collectors.toList());
            }
            for (Path file : files) {
                String name = root.relativize(file).toString().replace(File.separatorChar, '.').replaceAll("\\.class$", "");
                if (name.endsWith("-info")) continue;
                try {
                    lines.put(name, line(Class.forName(name, false, loader)));
                } catch (LinkageError | ReflectiveOperationException error) {
                    System.err.println(name + ": " + error);
                }
            }
        }
        lines.values().forEach(System.out::println);
    }

    static String line(Class<?> type) throws ReflectiveOperationException {
        int modifiers = type.getModifiers();
        String kind = type.isInterface() ? "interface" : (modifiers & 0x4000) != 0 ? "enum"
                : type.getSuperclass() == Record.class ? "record" : "class";
        List<String> flags = new ArrayList<>();
        if (Modifier.isPublic(modifiers)) flags.add("public");
        if (Modifier.isFinal(modifiers)) flags.add("final");
        if (Modifier.isAbstract(modifiers)) flags.add("abstract");
        if (Serializable.class.isAssignableFrom(type)) flags.add("serializable");
        if (Externalizable.class.isAssignableFrom(type)) flags.add("externalizable");
        ObjectStreamClass stream = ObjectStreamClass.lookup(type);
        String superclass = type.getSuperclass() == null || type.getSuperclass() == Object.class ? "-"
                : type.getSuperclass().getName();
        String fields = Arrays.stream(type.getDeclaredFields())
                .filter(field -> (field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0)
                .map(field -> field.getType().descriptorString() + " " + field.getName())
                .collect(Collectors.joining(","));
        String serial = stream == null ? "" : Arrays.stream(stream.getFields())
                .map(field -> (field.isPrimitive() ? "" + field.getTypeCode() : field.getTypeString()) + " " + field.getName())
                .sorted().collect(Collectors.joining(","));
        String constants = type.getEnumConstants() == null ? "" : Arrays.stream(type.getEnumConstants())
                .map(constant -> ((Enum<?>) constant).name() + " " + constant.getClass().getName())
                .collect(Collectors.joining(","));
        String interfaces = Arrays.stream(type.getInterfaces()).map(Class::getName).collect(Collectors.joining(","));
        return String.join("\t", type.getName(), kind, String.join(",", flags), superclass, interfaces,
                stream == null ? "-" : "" + stream.getSerialVersionUID(), methods(type, stream), fields, serial, constants);
    }

    /** As ObjectStreamClass found them; readObject and writeReplace by its own private fields. */
    static String methods(Class<?> type, ObjectStreamClass stream) throws ReflectiveOperationException {
        List<String> found = new ArrayList<>();
        for (String name : new String[] { "writeObject", "readObject", "writeReplace", "readResolve" }) {
            if (stream == null || Externalizable.class.isAssignableFrom(type) && name.endsWith("Object")) continue;
            Field field = ObjectStreamClass.class.getDeclaredField(name + "Method");
            field.setAccessible(true);
            Method method = (Method) field.get(stream);
            if (method != null && method.getDeclaringClass() == type) found.add(name);
        }
        return String.join(",", found);
    }
}
