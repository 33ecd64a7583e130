package holdfast.tomcat;

import org.apache.catalina.Context;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.catalina.deploy.LoginConfig;
import org.apache.catalina.deploy.SecurityCollection;
import org.apache.catalina.deploy.SecurityConstraint;

/** BASIC login, with the classes that Tomcat 7 has for it. */
final class Login {
    static final String USER = "alice";
    static final String PASSWORD = "wonderland";
    static final String ROLE = "customer";

    private Login() { }

    static void protect(Context context, String pattern) {
        SecurityCollection collection = new SecurityCollection();
        collection.addPattern(pattern);
        SecurityConstraint constraint = new SecurityConstraint();
        constraint.addCollection(collection);
        constraint.setAuthConstraint(true);
        constraint.addAuthRole(ROLE);
        context.addConstraint(constraint);
        context.addSecurityRole(ROLE);
        context.setLoginConfig(new LoginConfig("BASIC", "tests", null, null));
        context.getPipeline().addValve(new BasicAuthenticator());
    }
}
