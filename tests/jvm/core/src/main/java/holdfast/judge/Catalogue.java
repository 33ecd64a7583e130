package holdfast.judge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The generated cases on disk.
 *
 * <p>{@code CASE.json} is what went in, {@code CASE.FORMAT} what the library wrote, {@code CASE.FORMAT.json} what it read
 * back where that differs. {@code index.tsv} has a line for each case and format: {@code equal}, {@code changed},
 * {@code no-write}, {@code no-read} or {@code slow}, and the reason.
 */
final class Catalogue {
    private Catalogue() { }

    /** @param golden a folder of sessions that are there already, in the same form; their files are taken as they are */
    static String write(Libraries libraries, Path folder, Path golden) throws Exception {
        Files.createDirectories(folder);
        Map<String, Cases.Session> cases = Cases.all();
        if (golden != null) {
            for (Path file : files(golden, ".java")) {
                String name = file.getFileName().toString().replaceFirst("[.]java$", "");
                Cases.Session session = new Cases.Session();
                session.attributes.putAll(libraries.codec("java").read(Files.readAllBytes(file)));
                session.golden = golden.resolve(name).toString();
                if (name.startsWith("refs-cycle")) {
                    session.cyclic();
                }
                if (cases.put(name, session) != null) {
                    throw new IllegalStateException("two cases are called " + name);
                }
            }
        }
        StringBuilder index = new StringBuilder();
        for (Map.Entry<String, Cases.Session> entry : cases.entrySet()) {
            String name = entry.getKey();
            String content = Canonical.of(entry.getValue().attributes);
            Files.writeString(folder.resolve(name + ".json"), content + "\n");
            for (String format : Libraries.FORMATS) {
                long begin = System.nanoTime();
                String status = one(libraries, folder, name, entry.getValue(), content, format);
                long millis = (System.nanoTime() - begin) / 1_000_000;
                if (millis > 2000) {
                    System.err.println(name + " " + format + " took " + millis + " ms");
                }
                index.append(name).append('\t').append(format).append('\t').append(status).append('\n');
            }
        }
        Files.writeString(folder.resolve("index.tsv"), index);
        return index.toString();
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().collect(Collectors.toList());
        }
    }

    private static String one(Libraries libraries, Path folder, String name, Cases.Session session, String content, String format)
        throws Exception {
        if (session.slow.equals(format)) {
            return "slow\tthe library takes minutes";
        }
        byte[] bytes;
        try {
            Codec codec = libraries.codec(format);
            Path golden = Path.of(session.golden + "." + format);
            bytes = Files.exists(golden) ? Files.readAllBytes(golden) : on(session.stack, () -> codec.write(session.attributes));
        } catch (Throwable e) {
            return "no-write\t" + Main.message(e);
        }
        Files.write(folder.resolve(name + "." + format), bytes, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        try {
            Codec codec = libraries.codec(format);
            String back = Canonical.of(on(session.stack, () -> codec.read(bytes)));
            if (back.equals(content)) {
                return "equal\t";
            }
            Files.writeString(folder.resolve(name + "." + format + ".json"), back + "\n");
            return "changed\t";
        } catch (Throwable e) {
            return "no-read\t" + Main.message(e);
        }
    }

    private static <T> T on(long stack, Callable<T> work) throws Throwable {
        Object[] result = new Object[2];
        Thread thread = new Thread(null, () -> {
            try {
                result[0] = work.call();
            } catch (Throwable e) {
                result[1] = e;
            }
        }, "library", stack);
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.start();
        thread.join();
        if (result[1] != null) {
            throw (Throwable) result[1];
        }
        @SuppressWarnings("unchecked") T value = (T) result[0];
        return value;
    }
}
