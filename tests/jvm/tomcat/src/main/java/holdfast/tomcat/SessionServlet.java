package holdfast.tomcat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import javax.servlet.http.HttpSession;

/**
 * What an application does with a session.
 *
 * <pre>
 * GET  /session                     all of it; 404 without one
 * GET  /get?name=N                  one attribute
 * POST /set?name=N&amp;type=T           the body, or value=V, as an attribute: string (the default), int or cart (as many lines)
 * POST /increment?name=N            reads a counter and writes it with one more
 * POST /interval?seconds=N          the session's maxInactiveInterval
 * POST /invalidate
 * POST /login                       the application's own login
 * GET  /protected/session           as /session, after a BASIC login
 * GET  /none                        without looking at the session
 * </pre>
 *
 * Each takes {@code delay=MS}, the time that it works between reading the session and writing to it.
 */
final class SessionServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        switch (path) {
            case "/none":
                pause(request);
                answer(response, "null");
                return;
            case "/set":
            case "/increment":
                change(path, request, response);
                return;
            default:
                HttpSession session = request.getSession(false);
                if (session == null) {
                    pause(request);
                    response.setStatus(HttpServletResponse.SC_NOT_FOUND);
                    answer(response, "null");
                } else {
                    use(path, session, request, response);
                }
        }
    }

    private void change(String path, HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpSession session = request.getSession();
        String name = request.getParameter("name");
        Object value;
        if (path.equals("/set")) {
            value = Values.of(request.getParameter("type"), given(request));
            pause(request);
        } else {
            Object counter = session.getAttribute(name);
            pause(request);
            value = counter == null ? 1 : (Integer) counter + 1;
        }
        session.setAttribute(name, value);
        answer(response, Values.plain(value));
    }

    private void use(String path, HttpSession session, HttpServletRequest request, HttpServletResponse response) throws IOException {
        switch (path) {
            case "/session":
            case "/protected/session":
                Map<String, Object> seen = seen(session, request);
                pause(request);
                answer(response, Values.plain(seen));
                break;
            case "/get":
                Object value = session.getAttribute(request.getParameter("name"));
                pause(request);
                answer(response, Values.plain(value));
                break;
            case "/interval":
                session.setMaxInactiveInterval(Integer.parseInt(request.getParameter("seconds")));
                // MSM stores a session whose attributes were touched, and looks at nothing else.
                session.setAttribute("interval", session.getMaxInactiveInterval());
                answer(response, "null");
                break;
            case "/login":
                login(request);
                answer(response, Values.plain(request.getRemoteUser()));
                break;
            case "/invalidate":
                pause(request);
                session.invalidate();
                answer(response, "null");
                break;
            default:
                response.setStatus(HttpServletResponse.SC_NOT_FOUND);
                answer(response, "null");
        }
    }

    private static Map<String, Object> seen(HttpSession session, HttpServletRequest request) {
        Map<String, Object> attributes = new TreeMap<>();
        Map<String, Object> types = new TreeMap<>();
        for (String name : Collections.list(session.getAttributeNames())) {
            attributes.put(name, session.getAttribute(name));
            types.put(name, Values.types(session.getAttribute(name)));
        }
        Map<String, Object> seen = new TreeMap<>();
        seen.put("id", session.getId());
        seen.put("creationTime", session.getCreationTime());
        seen.put("maxInactiveInterval", session.getMaxInactiveInterval());
        seen.put("attributes", attributes);
        seen.put("types", types);
        seen.put("user", request.getRemoteUser());
        seen.put("authType", request.getAuthType());
        seen.put("reviewer", request.isUserInRole("reviewer"));
        return seen;
    }

    private static void login(HttpServletRequest request) throws IOException {
        try {
            request.login(Login.USER, Login.PASSWORD);
        } catch (ServletException refused) {
            throw new IOException(refused);
        }
    }

    private static String given(HttpServletRequest request) throws IOException {
        String value = request.getParameter("value");
        return value != null ? value : new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void pause(HttpServletRequest request) {
        String delay = request.getParameter("delay");
        if (delay == null) {
            return;
        }
        try {
            Thread.sleep(Long.parseLong(delay));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpServletResponse response, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        response.setContentType("application/json");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
