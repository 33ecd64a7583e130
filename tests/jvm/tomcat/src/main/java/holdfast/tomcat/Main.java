package holdfast.tomcat;

import java.io.IOException;
import java.util.logging.LogManager;

/**
 * A real Tomcat with MSM, for tests and for comparison.
 *
 * <p>Arguments: {@code jvmRoute=NAME}, then for each web application its path, such as {@code /shop} ({@code /} is the
 * root), and its settings: {@code NAME=VALUE} for an attribute of its {@code <Manager>}, {@code context.NAME=VALUE} for
 * one of its {@code <Context>}. When all of it has started, standard output has one line: where it listens. It stops
 * when standard input ends.
 */
public final class Main {
    private Main() { }

    public static void main(String[] arguments) throws Exception {
        Server server = new Server(arguments);
        server.start();
        System.out.println("http://127.0.0.1:" + server.port());
        System.out.flush();
        waitForTheEndOf(System.in);
        server.stop();
        LogManager.getLogManager().reset();
        // What MSM leaves behind must not keep the process.
        System.exit(0);
    }

    private static void waitForTheEndOf(java.io.InputStream input) throws IOException {
        while (input.read() >= 0) {
            continue;
        }
    }
}
