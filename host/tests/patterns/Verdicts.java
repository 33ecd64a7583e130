import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What java.util.regex says to the rows of table.tsv: java Verdicts.java table.tsv. Prints the table with the third
 * column written anew, "yes", "no" or "invalid"; a row may come without it.
 */
public class Verdicts {
    private static final Pattern ESCAPE = Pattern.compile("<U\\+([0-9A-F]+)>");

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            if (line.isEmpty() || line.startsWith("#")) {
                out.print(line + "\n");
                continue;
            }
            String[] columns = line.split("\t", -1);
            out.print(columns[0] + "\t" + columns[1] + "\t" + verdict(text(columns[0]), text(columns[1])) + "\n");
        }
        out.flush();
    }

    private static String verdict(String pattern, String input) {
        try {
            return Pattern.compile(pattern).matcher(input).matches() ? "yes" : "no";
        } catch (PatternSyntaxException | NullPointerException refused) {
            // Java 17 takes some classes with nothing on one side of && and then fails at matching.
            return "invalid";
        }
    }

    /** {@code <U+A>} stands for a line feed, and so on. */
    private static String text(String column) {
        return ESCAPE.matcher(column).replaceAll(escape ->
            Matcher.quoteReplacement(Character.toString(Integer.parseInt(escape.group(1), 16))));
    }
}
