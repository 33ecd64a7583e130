package holdfast.judge;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Generated sessions by name: one kind of content each, so that a failure says what fails. */
final class Cases {
    /** A case's attributes, added one by one. */
    static final class Session {
        final ConcurrentHashMap<String, Object> attributes = new ConcurrentHashMap<>();
        /** Bytes of stack for the libraries. */
        long stack = 16L << 20;

        /** Where its files are already, without their extension. */
        String golden = "";
        /** A format that takes minutes for it. */
        String slow = "";

        Session slow(String format) {
            slow = format;
            return this;
        }

        /** Leads to itself: a library without references runs out of stack, and takes minutes for much of it. */
        Session cyclic() {
            stack = 1L << 18;
            return this;
        }

        Session put(String name, Object value) {
            attributes.put(name, value);
            return this;
        }
    }

    private final Map<String, Session> all = new LinkedHashMap<>();

    static Map<String, Session> all() throws Exception {
        Cases cases = new Cases();
        ScalarCases.add(cases);
        TimeCases.add(cases);
        ArrayCases.add(cases);
        CollectionCases.add(cases);
        MapCases.add(cases);
        ObjectCases.add(cases);
        GraphCases.add(cases);
        SubclassCases.add(cases);
        return cases.all;
    }

    /** A new case. */
    Session add(String name) {
        Session session = new Session();
        if (all.put(name, session) != null) {
            throw new IllegalStateException("two cases are called " + name);
        }
        return session;
    }
}
