package holdfast.tomcat;

import de.javakaffee.web.msm.MemcachedBackupSessionManager;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.IntrospectionUtils;

/** An embedded Tomcat whose web applications have MSM as their manager. */
final class Server {
    private static final String ROUTE = "jvmRoute=";
    private static final String OF_CONTEXT = "context.";

    private final Path base = Files.createTempDirectory("holdfast-tomcat");
    private final Tomcat tomcat = new Tomcat();

    Server(String[] arguments) throws IOException {
        tomcat.setBaseDir(base.toString());
        tomcat.setPort(0);
        Connector connector = tomcat.getConnector();
        connector.setProperty("address", "127.0.0.1");
        // A client keeps its connection for as long as it likes.
        connector.setProperty("maxKeepAliveRequests", "-1");
        tomcat.addUser(Login.USER, Login.PASSWORD);
        tomcat.addRole(Login.USER, Login.ROLE);
        tomcat.addRole(Login.USER, "reviewer");
        Application application = null;
        for (String argument : arguments) {
            if (argument.startsWith(ROUTE)) {
                tomcat.getEngine().setJvmRoute(argument.substring(ROUTE.length()));
            } else if (argument.startsWith("/")) {
                application = new Application(argument.equals("/") ? "" : argument);
            } else if (application == null) {
                throw new IllegalArgumentException(argument + " comes before the path of its application, such as /shop");
            } else {
                application.set(argument);
            }
        }
        if (application == null) {
            throw new IllegalArgumentException("no application; its path, such as /shop, comes before its settings");
        }
    }

    void start() throws Exception {
        tomcat.start();
        for (org.apache.catalina.Container context : tomcat.getHost().findChildren()) {
            if (context.getState() != LifecycleState.STARTED) {
                throw new IllegalStateException("the application '" + context.getName() + "' did not start; the log says why");
            }
        }
    }

    int port() {
        return tomcat.getConnector().getLocalPort();
    }

    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        try (Stream<Path> files = Files.walk(base)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    /** A web application, its sessions, and a path that asks for a login. */
    private final class Application {
        private final Context context;
        private final MemcachedBackupSessionManager manager = new MemcachedBackupSessionManager();

        Application(String path) {
            context = tomcat.addContext(path, base.toString());
            ((StandardContext) context).setManager(manager);
            Login.protect(context, "/protected/*");
            Tomcat.addServlet(context, "sessions", new SessionServlet()).addMapping("/*");
        }

        void set(String argument) {
            int equals = argument.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(argument + " has no value; write " + argument + "=VALUE");
            }
            String name = argument.substring(0, equals);
            boolean ofContext = name.startsWith(OF_CONTEXT);
            Object on = ofContext ? context : manager;
            String property = ofContext ? name.substring(OF_CONTEXT.length()) : name;
            if (!IntrospectionUtils.setProperty(on, property, argument.substring(equals + 1))) {
                throw new IllegalArgumentException(on.getClass().getSimpleName() + " has no attribute " + property);
            }
        }
    }
}
