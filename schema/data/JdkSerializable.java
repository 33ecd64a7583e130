import java.io.Externalizable;
import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints the classes and interfaces of the JDK that an application's class can extend or implement and that make it
 * serializable: java --add-modules ALL-SYSTEM JdkSerializable.java > jdk-serializable.txt
 */
public class JdkSerializable {
    public static void main(String[] args) throws Exception {
        TreeSet<String> lines = new TreeSet<>();
        for (Module module : ModuleLayer.boot().modules()) {
            if (!module.getName().startsWith("java.")) continue;
            Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/" + module.getName());
            List<Path> files;
            try (Stream<Path> walk = Files.walk(root)) {
                files = walk.filter(file -> file.toString().endsWith(".class")).collect(Collectors.toList());
            }
            for (Path file : files) {
                String name = root.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
                if (name.endsWith("module-info") || name.endsWith("package-info")) continue;
                if (!module.isExported(name.substring(0, name.lastIndexOf('.')))) continue;
                ClassLoader loader = module.getClassLoader();
                Class<?> type = Class.forName(name, false,
                        loader == null ? ClassLoader.getPlatformClassLoader() : loader);
                if (Modifier.isFinal(type.getModifiers()) || !isAccessible(type)) continue;
                if (Externalizable.class.isAssignableFrom(type)) lines.add(name + " externalizable");
                else if (Serializable.class.isAssignableFrom(type)) lines.add(name);
            }
        }
        lines.forEach(System.out::println);
    }

    private static boolean isAccessible(Class<?> type) {
        int either = Modifier.PUBLIC | Modifier.PROTECTED;
        return (type.getModifiers() & either) != 0
                && (type.getDeclaringClass() == null || isAccessible(type.getDeclaringClass()));
    }
}
