package holdfast.judge;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ConcurrentMap;

/** The real libraries, asked by commands: from the command line one, from standard input one a line. */
public final class Main {
    private static final String USAGE = String.join("\n",
        "read FORMAT FILE                             the canonical content of a session that the library reads",
        "write FORMAT IN_FORMAT IN_FILE OUT_FILE      read a session with one library, write it with another",
        "bench FORMAT FILE [IN_FORMAT [WARM_MS RUN_MS]]   nanoseconds to encode and decode",
        "cases DIR [GOLDEN_DIR]                       every generated case (and those of a folder), as each library writes and reads it",
        "chain FORMAT FILE NEXT_FORMAT                what is left after a library read it, another wrote it and read it back",
        "FORMAT: java kryo kryo1 xstream javolution; +copy behind it copies collections, :CLASS,CLASS names custom converters");

    private final Libraries libraries;
    private final PrintStream out;

    private Main(File home, PrintStream out) {
        this.libraries = new Libraries(home);
        this.out = out;
    }

    /** Answers go to the first standard output; what libraries print, to standard error. */
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.US_ASCII);
        System.setOut(System.err);
        Main main = new Main(new File(System.getProperty("judge.home")), out);
        int[] status = {0};
        // Deep sessions are read and written by recursion; with more than that, libraries take minutes to fail at a cycle.
        Thread worker = new Thread(null, () -> status[0] = args.length == 0 ? main.serve() : main.once(args), "judge", 16L << 20);
        worker.start();
        worker.join();
        out.flush();
        System.exit(status[0]);
    }

    private int once(String[] command) {
        try {
            out.println(run(command));
            return 0;
        } catch (Throwable e) {
            out.println("error: " + message(e));
            return 1;
        }
    }

    /** An answer begins with `ok` and the number of lines that follow, or is a line of `error` and the reason. */
    private int serve() {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isBlank()) {
                    continue;
                }
                try {
                    String answer = run(line.contains("\t") ? line.split("\t") : line.trim().split(" +"));
                    out.println("ok " + answer.lines().count());
                    out.println(answer);
                } catch (Throwable e) {
                    out.println("error " + message(e));
                }
                out.flush();
            }
            return 0;
        } catch (java.io.IOException e) {
            System.err.println(e);
            return 1;
        }
    }

    private String run(String[] command) throws Throwable {
        String[] arguments = Arrays.copyOfRange(command, 1, command.length);
        switch (command[0] + "/" + arguments.length) {
            case "read/2":
                return Canonical.of(read(arguments[0], arguments[1]));
            case "write/4": {
                byte[] bytes = libraries.codec(arguments[0]).write(read(arguments[1], arguments[2]));
                Files.write(Path.of(arguments[3]), bytes);
                return bytes.length + " bytes";
            }
            case "bench/2":
            case "bench/3":
            case "bench/5": {
                String from = arguments.length > 2 ? arguments[2] : arguments[0];
                long warm = arguments.length > 3 ? Long.parseLong(arguments[3]) : 3000;
                long run = arguments.length > 3 ? Long.parseLong(arguments[4]) : 2000;
                return Bench.run(libraries.codec(arguments[0]), arguments[0], read(from, arguments[1]), warm, run);
            }
            case "cases/1":
                return Catalogue.write(libraries, Path.of(arguments[0]), null);
            case "cases/2":
                return Catalogue.write(libraries, Path.of(arguments[0]), Path.of(arguments[1]));
            case "chain/3":
                return chain(arguments[0], arguments[1], arguments[2]);
            default:
                throw new IllegalArgumentException("'" + String.join(" ", command) + "' is none of\n" + USAGE);
        }
    }

    private String chain(String format, String file, String next) throws Exception {
        byte[] bytes = libraries.codec(next).write(read(format, file));
        return Canonical.of(libraries.codec(next).read(bytes));
    }

    private ConcurrentMap<String, Object> read(String format, String file) throws Exception {
        return libraries.codec(format).read(Files.readAllBytes(Path.of(file)));
    }

    /** An error with its causes, in one line. */
    static String message(Throwable e) {
        StringBuilder all = new StringBuilder();
        String between = "";
        int causes = 0;
        for (Throwable cause = e; cause != null && causes < 6; cause = cause.getCause()) {
            all.append(between).append(cause.getClass().getName());
            if (cause.getMessage() != null) {
                all.append(": ").append(cause.getMessage());
            }
            between = " <- ";
            causes++;
        }
        String line = all.toString().replaceAll("\\s*[\\r\\n]+\\s*", " | ");
        return line.length() > 2000 ? line.substring(0, 2000) : line;
    }
}
