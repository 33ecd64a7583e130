package com.example.joda;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.joda.time.Chronology;
import org.joda.time.DateTime;
import org.joda.time.DateTimeZone;
import org.joda.time.Interval;
import org.joda.time.LocalDate;
import org.joda.time.LocalDateTime;
import org.joda.time.chrono.BuddhistChronology;
import org.joda.time.chrono.CopticChronology;
import org.joda.time.chrono.EthiopicChronology;
import org.joda.time.chrono.GJChronology;
import org.joda.time.chrono.GregorianChronology;
import org.joda.time.chrono.ISOChronology;
import org.joda.time.chrono.IslamicChronology;
import org.joda.time.chrono.JulianChronology;

/**
 * Sessions with Joda-Time's dates, written and read by MSM's own transcoders with MSM's own converters.
 * README.md beside this file says with which libraries.
 *
 * <pre>
 * Sessions write FORMAT FOLDER      writes CASE.FORMAT and CASE.FORMAT.txt
 * Sessions read  FORMAT FILE...     prints what is in each
 * </pre>
 */
public final class Sessions {
    private static final DateTimeZone BERLIN = DateTimeZone.forID("Europe/Berlin");

    public static void main(String[] args) throws Exception {
        String format = args[1];
        if (args[0].equals("read")) {
            for (String file : Arrays.asList(args).subList(2, args.length)) {
                System.out.println(file);
                System.out.print(describe(read(format, Files.readAllBytes(Paths.get(file)))));
            }
            return;
        }
        for (Map.Entry<String, Map<String, Object>> session : sessions(format).entrySet()) {
            Path file = Paths.get(args[2], session.getKey() + "." + format);
            byte[] bytes = write(format, new ConcurrentHashMap<>(session.getValue()));
            String before = describe(session.getValue());
            String after = describe(read(format, bytes));
            if (!before.equals(after)) {
                System.err.println(file + " comes back as\n" + after + "instead of\n" + before);
            }
            Files.write(file, bytes);
            Files.write(Paths.get(file + ".txt"), after.getBytes("UTF-8"));
        }
    }

    private static Map<String, Map<String, Object>> sessions(String format) {
        Map<String, Map<String, Object>> sessions = new TreeMap<>();

        Map<String, Object> zones = new LinkedHashMap<>();
        zones.put("utc", new DateTime(1385841600123L, DateTimeZone.UTC));
        zones.put("berlin", new DateTime(1385841600123L, BERLIN));
        zones.put("newYork", new DateTime(0L, DateTimeZone.forID("America/New_York")));
        zones.put("offset", new DateTime(-1L, DateTimeZone.forOffsetHoursMinutes(5, 30)));
        zones.put("default", new DateTime(1706659200000L));
        zones.put("longAgo", new DateTime(-62135596800000L, DateTimeZone.UTC));
        zones.put("farAhead", new DateTime(253402300799999L, BERLIN));
        sessions.put("zones", zones);

        Map<String, Object> chronologies = new LinkedHashMap<>();
        for (DateTimeZone zone : new DateTimeZone[] {DateTimeZone.UTC, BERLIN, DateTimeZone.getDefault()}) {
            Chronology[] all = {
                ISOChronology.getInstance(zone), CopticChronology.getInstance(zone), EthiopicChronology.getInstance(zone),
                GregorianChronology.getInstance(zone), JulianChronology.getInstance(zone),
                IslamicChronology.getInstance(zone), BuddhistChronology.getInstance(zone), GJChronology.getInstance(zone)
            };
            for (Chronology chronology : all) {
                String name = chronology.getClass().getSimpleName().replace("Chronology", "") + "." + zone.getID();
                chronologies.put(name, new DateTime(1385841600123L, chronology));
            }
        }
        sessions.put("chronologies", chronologies);

        DateTime one = new DateTime(1385841600123L, BERLIN);
        Map<String, Object> shared = new LinkedHashMap<>();
        shared.put("one", one);
        shared.put("list", new ArrayList<>(Arrays.asList(one, one, new DateTime(1385841600123L, BERLIN), null)));
        shared.put("array", new DateTime[] {one, null, new DateTime(7L, DateTimeZone.UTC)});
        shared.put("objects", new Object[] {one, "text", 5});
        Map<Object, Object> map = new HashMap<>();
        map.put("begin", one);
        map.put("end", new DateTime(8L, BERLIN));
        shared.put("map", map);
        sessions.put("shared", shared);

        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("meeting", new Meeting("a", one, null, new DateTime(9L, DateTimeZone.UTC),
            new ArrayList<>(Arrays.asList(one, new DateTime(10L, BERLIN)))));
        fields.put("other", new Meeting("b", new DateTime(11L, BERLIN), one, null, null));
        sessions.put("fields", fields);

        if (format.equals("kryo")) {
            Map<String, Object> others = new LinkedHashMap<>();
            others.put("interval", new Interval(1L, 1385841600123L));
            others.put("intervalCoptic", new Interval(1L, 300L, CopticChronology.getInstance()));
            others.put("date", new LocalDate(2013, 11, 30));
            others.put("dateBuddhist", new LocalDate(2556, 11, 30, BuddhistChronology.getInstance()));
            others.put("dateTime", new LocalDateTime(2013, 11, 30, 23, 59, 58, 997));
            others.put("dateTimeJulian", new LocalDateTime(2013, 11, 30, 0, 0, 0, 0, JulianChronology.getInstance()));
            others.put("instant", one);
            sessions.put("others", others);
        }
        return sessions;
    }

    private static byte[] write(String format, ConcurrentHashMap<String, Object> attributes) throws Exception {
        if (format.equals("java")) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ObjectOutputStream out = new ObjectOutputStream(bytes);
            out.writeObject(attributes.size());
            for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
                out.writeObject(attribute.getKey());
                out.writeObject(attribute.getValue());
            }
            out.close();
            return bytes.toByteArray();
        }
        Object transcoder = transcoder(format);
        for (Method method : transcoder.getClass().getMethods()) {
            if (method.getName().equals("serializeAttributes")) {
                return (byte[]) method.invoke(transcoder, null, attributes);
            }
        }
        throw new IllegalStateException();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> read(String format, byte[] bytes) throws Exception {
        if (format.equals("java")) {
            ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes));
            Map<String, Object> attributes = new TreeMap<>();
            for (int left = (Integer) in.readObject(); left > 0; left--) {
                String name = (String) in.readObject();
                attributes.put(name, in.readObject());
            }
            return attributes;
        }
        Object transcoder = transcoder(format);
        return (Map<String, Object>) transcoder.getClass().getMethod("deserializeAttributes", byte[].class)
            .invoke(transcoder, (Object) bytes);
    }

    private static Object transcoder(String format) throws Exception {
        ClassLoader loader = Sessions.class.getClassLoader();
        if (!format.equals("javolution")) {
            String[] converters = {"de.javakaffee.web.msm.serializer.kryo.JodaDateTimeRegistration"};
            return Class.forName("de.javakaffee.web.msm.serializer.kryo.KryoTranscoder")
                .getConstructor(ClassLoader.class, String[].class, boolean.class).newInstance(loader, converters, false);
        }
        Class<?> custom = Class.forName("de.javakaffee.web.msm.serializer.javolution.CustomXMLFormat");
        Object formats = java.lang.reflect.Array.newInstance(custom, 1);
        java.lang.reflect.Array.set(formats, 0,
            Class.forName("de.javakaffee.web.msm.serializer.javolution.JodaDateTimeFormat").getConstructor().newInstance());
        Constructor<?> constructor = Class.forName("de.javakaffee.web.msm.serializer.javolution.JavolutionTranscoder")
            .getConstructor(ClassLoader.class, boolean.class, formats.getClass());
        return constructor.newInstance(loader, false, formats);
    }

    private static String describe(Map<String, Object> attributes) throws Exception {
        StringBuilder text = new StringBuilder();
        IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>();
        for (Map.Entry<String, Object> attribute : new TreeMap<>(attributes).entrySet()) {
            describe(attribute.getValue(), text.append(attribute.getKey()).append(" = "), seen);
            text.append('\n');
        }
        return text.toString();
    }

    private static void describe(Object value, StringBuilder text, IdentityHashMap<Object, Integer> seen) throws Exception {
        if (value == null || value instanceof String || value instanceof Integer) {
            text.append(value);
            return;
        }
        Integer before = seen.putIfAbsent(value, seen.size());
        if (before != null) {
            text.append('#').append(before);
            return;
        }
        text.append(value.getClass().getSimpleName()).append('(');
        if (value instanceof DateTime) {
            DateTime time = (DateTime) value;
            text.append(time.getMillis()).append(' ').append(time.getChronology());
        } else if (value instanceof Interval) {
            Interval interval = (Interval) value;
            text.append(interval.getStartMillis()).append(' ').append(interval.getEndMillis()).append(' ')
                .append(interval.getChronology());
        } else if (value instanceof LocalDate) {
            text.append(value).append(' ').append(((LocalDate) value).getChronology());
        } else if (value instanceof LocalDateTime) {
            text.append(value).append(' ').append(((LocalDateTime) value).getChronology());
        } else if (value instanceof Map) {
            text.append(new TreeMap<Object, Object>((Map<?, ?>) value).keySet());
            for (Object inner : new TreeMap<Object, Object>((Map<?, ?>) value).values()) {
                describe(inner, text.append(' '), seen);
            }
        } else if (value instanceof Collection || value instanceof Object[]) {
            Collection<?> all = value instanceof Collection ? (Collection<?>) value : Arrays.asList((Object[]) value);
            for (Object inner : all) {
                describe(inner, text.append(' '), seen);
            }
        } else {
            for (Field field : value.getClass().getDeclaredFields()) {
                if (!java.lang.reflect.Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    describe(field.get(value), text.append(' ').append(field.getName()).append('='), seen);
                }
            }
        }
        text.append(')');
    }
}
