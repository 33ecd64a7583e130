package holdfast.judge;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentMap;

/** The codecs by name. The two generations of MSM do not go on one class path, so each has its own loader. */
final class Libraries {
    /** In the order of the columns of the tables. */
    static final List<String> FORMATS = List.of("java", "kryo", "kryo1", "xstream", "javolution");

    private final File home;
    private final Map<String, Library> sets = new HashMap<>();
    private final Map<String, Codec> codecs = new HashMap<>();

    /** @param home the folder of this Maven project, built */
    Libraries(File home) {
        this.home = home;
    }

    /** @param spec a format, with {@code +copy} for copied collections and {@code :CLASS,CLASS} for custom converters */
    Codec codec(String spec) throws Exception {
        Codec known = codecs.get(spec);
        if (known != null) {
            return known;
        }
        String[] parts = spec.split(":", 2);
        String[] converters = parts.length == 1 ? new String[0] : parts[1].split(",");
        boolean copy = parts[0].endsWith("+copy");
        String format = copy ? parts[0].substring(0, parts[0].length() - 5) : parts[0];
        if (!FORMATS.contains(format)) {
            throw new IllegalArgumentException("no format '" + format + "'; there are " + FORMATS);
        }
        Codec real = set(format.equals("kryo1") ? "msm1" : "msm2").codec(format, converters, copy);
        // A library that failed may not be in order any more: the next call gets a new one.
        Codec codec = new Codec() {
            @Override public byte[] write(ConcurrentMap<String, Object> attributes) throws Exception {
                return guarded(spec, () -> real.write(attributes));
            }

            @Override public ConcurrentMap<String, Object> read(byte[] bytes) throws Exception {
                return guarded(spec, () -> real.read(bytes));
            }
        };
        codecs.put(spec, codec);
        return codec;
    }

    private <T> T guarded(String spec, Callable<T> work) throws Exception {
        boolean done = false;
        try {
            T result = work.call();
            done = true;
            return result;
        } finally {
            if (!done) {
                codecs.remove(spec);
            }
        }
    }

    private Library set(String name) throws Exception {
        Library set = sets.get(name);
        if (set == null) {
            List<URL> path = new ArrayList<>();
            path.add(new File(home, name + "/target/classes").toURI().toURL());
            File[] jars = new File(home, name + "/target/libraries").listFiles((folder, file) -> file.endsWith(".jar"));
            if (jars == null) {
                throw new IOException("the libraries of " + name + " are not there; run mvn process-classes");
            }
            for (File jar : jars) {
                path.add(jar.toURI().toURL());
            }
            ClassLoader loader = new URLClassLoader(name, path.toArray(new URL[0]), Libraries.class.getClassLoader());
            Thread.currentThread().setContextClassLoader(loader);
            set = (Library) Class.forName("holdfast.judge." + name + ".Set", true, loader).getConstructor().newInstance();
            sets.put(name, set);
        }
        return set;
    }
}
