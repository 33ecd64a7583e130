package holdfast.judge;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.URL;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.Locale;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** Values without parts. */
final class Values {
    private Values() { }

    /** Whether identity does not count for it; its text is whole then. */
    static boolean plain(Object o) {
        return o == null || o instanceof Boolean || o instanceof Character || o instanceof String || o instanceof Enum
            || o instanceof Class || o instanceof UUID || o instanceof Currency || o instanceof Locale || o instanceof URI
            || o instanceof URL || boxed(o) || o instanceof BigInteger || o instanceof BigDecimal || time(o);
    }

    private static boolean boxed(Object o) {
        return o instanceof Integer || o instanceof Long || o instanceof Short || o instanceof Byte || o instanceof Double
            || o instanceof Float;
    }

    private static boolean time(Object o) {
        return o.getClass().getName().startsWith("java.time.");
    }

    /** The whole text of a plain value, what stands behind type and id of another, null where there are parts. */
    static String text(Object o) {
        if (o instanceof Boolean) {
            return o.toString();
        } else if (o instanceof String) {
            return Text.quoted((String) o);
        } else if (o instanceof Character) {
            return number("u16", (int) (Character) o);
        } else if (boxed(o)) {
            return boxedText(o);
        } else if (o instanceof Enum) {
            return "{\"type\":" + Text.quoted(((Enum<?>) o).getDeclaringClass().getName()) + ",\"enum\":"
                + Text.quoted(((Enum<?>) o).name()) + "}";
        } else if (o instanceof BigDecimal) {
            BigDecimal d = (BigDecimal) o;
            return "{\"type\":" + Text.quoted(o.getClass().getName()) + ",\"unscaled\":\"" + d.unscaledValue() + "\",\"scale\":\""
                + d.scale() + "\"}";
        } else if (o instanceof Locale) {
            String whole = whole(o, o.toString());
            return whole.substring(0, whole.length() - 1) + ",\"tag\":" + Text.quoted(((Locale) o).toLanguageTag()) + "}";
        } else if (o instanceof Class) {
            return whole(o, ((Class<?>) o).getName());
        } else if (o instanceof Currency) {
            return whole(o, ((Currency) o).getCurrencyCode());
        } else if (o.getClass().getName().endsWith(".Ser")) {
            // The stored form of a time that a library did not turn back: it says nothing of the time.
            return whole(o, "");
        } else if (plain(o)) {
            return whole(o, o.toString());
        }
        return rest(o);
    }

    private static String rest(Object o) {
        if (o instanceof byte[]) {
            StringBuilder out = new StringBuilder("\"hex\":\"");
            for (byte b : (byte[]) o) {
                Text.hex(out, b & 255, 2);
            }
            return out.append('"').toString();
        } else if (o instanceof java.sql.Timestamp) {
            return "\"millis\":\"" + ((Date) o).getTime() + "\",\"nanos\":\"" + ((java.sql.Timestamp) o).getNanos() + "\"";
        } else if (o instanceof Date) {
            return "\"millis\":\"" + ((Date) o).getTime() + "\"";
        } else if (o instanceof Calendar) {
            Calendar c = (Calendar) o;
            return "\"millis\":\"" + c.getTimeInMillis() + "\",\"zone\":" + Text.quoted(c.getTimeZone().getID()) + ",\"lenient\":"
                + c.isLenient() + ",\"firstDayOfWeek\":\"" + c.getFirstDayOfWeek() + "\",\"minimalDays\":\""
                + c.getMinimalDaysInFirstWeek() + "\"" + change(c);
        } else if (o instanceof SimpleTimeZone) {
            return value(o.toString().replaceFirst("^[^\\[]*", ""));
        } else if (o instanceof TimeZone) {
            return "\"id\":" + Text.quoted(((TimeZone) o).getID()) + ",\"offset\":\"" + ((TimeZone) o).getRawOffset() + "\"";
        } else if (o instanceof BitSet) {
            return "\"bits\":\"" + o + "\"";
        } else if (o instanceof StringBuilder || o instanceof StringBuffer || o instanceof AtomicInteger
            || o instanceof AtomicLong || o instanceof AtomicBoolean || o instanceof InetAddress || o instanceof java.io.File) {
            return value(o.toString());
        } else if (o instanceof Pattern) {
            return value(o.toString()) + ",\"flags\":\"" + ((Pattern) o).flags() + "\"";
        }
        return o.getClass().getName().startsWith("org.joda.time.") ? value(o.toString()) : null;
    }

    /** The change to the Gregorian calendar, where it is not the usual day. */
    private static String change(Calendar c) {
        if (!(c instanceof java.util.GregorianCalendar)) {
            return "";
        }
        long change = ((java.util.GregorianCalendar) c).getGregorianChange().getTime();
        return change == -12219292800000L ? "" : ",\"gregorianChange\":\"" + change + "\"";
    }

    private static String value(String text) {
        return "\"value\":" + Text.quoted(text);
    }

    private static String whole(Object o, String text) {
        return "{\"type\":" + Text.quoted(o.getClass().getName()) + "," + value(text) + "}";
    }

    private static String number(String kind, long value) {
        return "{\"" + kind + "\":\"" + value + "\"}";
    }

    private static String boxedText(Object o) {
        StringBuilder out = new StringBuilder();
        if (o instanceof Double) {
            out.append("{\"f64\":\"").append(o).append("\",\"bits\":\"");
            Text.hex(out, Double.doubleToRawLongBits((Double) o), 16);
            return out.append("\"}").toString();
        } else if (o instanceof Float) {
            out.append("{\"f32\":\"").append(o).append("\",\"bits\":\"");
            Text.hex(out, Float.floatToRawIntBits((Float) o), 8);
            return out.append("\"}").toString();
        }
        return number(o instanceof Integer ? "i32" : o instanceof Long ? "i64" : o instanceof Short ? "i16" : "i8",
            ((Number) o).longValue());
    }
}
