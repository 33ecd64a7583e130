package holdfast.judge;

import java.sql.Timestamp;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.Locale;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import org.joda.time.DateTime;
import org.joda.time.DateTimeZone;

/** Dates, times and their zones. */
final class TimeCases {
    private static final long NOW = 1_706_659_200_123L;

    private TimeCases() { }

    static void add(Cases cases) {
        cases.add("date-edges").put("0", new Date(0)).put("-1", new Date(-1)).put("max", new Date(Long.MAX_VALUE)).put("min", new Date(Long.MIN_VALUE))
            .put("1582", new Date(-12219292800000L)).put("year 1", new Date(-62135596800000L)).put("whole", new Date(1_000_000_000_000L));
        cases.add("date-whole-seconds").put("a", new Date(1_700_000_000_000L)).put("b", new Date(0));
        Date same = new Date(NOW);
        cases.add("date-twice").put("a", same).put("b", same).put("list", java.util.Arrays.asList(same, new Date(NOW)));
        cases.add("sql-date").put("date", new java.sql.Date(NOW)).put("midnight", new java.sql.Date(1_706_659_200_000L));
        cases.add("sql-time").put("time", new java.sql.Time(NOW)).put("whole", new java.sql.Time(3_600_000));
        Timestamp nanos = new Timestamp(NOW);
        nanos.setNanos(123_456_789);
        Timestamp before = new Timestamp(-1);
        before.setNanos(999_999_999);
        cases.add("sql-timestamp-nanos").put("nanos", nanos).put("before", before);
        cases.add("sql-timestamp-millis").put("millis", new Timestamp(NOW)).put("whole", new Timestamp(1_700_000_000_000L));
        zones(cases);
        times(cases);
        cases.add("joda-datetime").put("utc", new DateTime(NOW, DateTimeZone.UTC)).put("berlin", new DateTime(NOW, DateTimeZone.forID("Europe/Berlin")));
    }

    private static Calendar calendar(String zone, Locale locale) {
        Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone(zone), locale);
        calendar.setTimeInMillis(NOW);
        return calendar;
    }

    private static void zones(Cases cases) {
        Calendar strict = calendar("America/New_York", Locale.GERMANY);
        strict.setLenient(false);
        strict.setFirstDayOfWeek(Calendar.WEDNESDAY);
        strict.setMinimalDaysInFirstWeek(3);
        cases.add("calendar-locales").put("us", calendar("UTC", Locale.US)).put("germany", calendar("Europe/Berlin", Locale.GERMANY));
        cases.add("calendar-settings").put("strict", strict);
        GregorianCalendar julian = (GregorianCalendar) calendar("UTC", Locale.US);
        julian.setGregorianChange(new Date(Long.MAX_VALUE));
        cases.add("calendar-change").put("julian", julian);
        cases.add("calendar-offset-zone").put("offset", calendar("GMT+05:30", Locale.US));
        Calendar custom = calendar("UTC", Locale.US);
        custom.setTimeZone(new SimpleTimeZone(3_600_000, "Own", Calendar.MARCH, -1, Calendar.SUNDAY, 3_600_000, Calendar.OCTOBER, -1, Calendar.SUNDAY, 3_600_000));
        cases.add("calendar-own-rules").put("custom", custom);
        cases.add("timezone").put("utc", TimeZone.getTimeZone("UTC")).put("berlin", TimeZone.getTimeZone("Europe/Berlin")).put("shanghai", TimeZone.getTimeZone("Asia/Shanghai"));
        cases.add("timezone-offset").put("offset", TimeZone.getTimeZone("GMT-03:30"));
        cases.add("timezone-simple").put("plain", new SimpleTimeZone(7_200_000, "Plain"));
        cases.add("timezone-own-rules").put("rules",
            new SimpleTimeZone(3_600_000, "Own", Calendar.MARCH, -1, Calendar.SUNDAY, 7_200_000, Calendar.OCTOBER, -1, Calendar.SUNDAY, 10_800_000));
        TimeZone moved = (TimeZone) TimeZone.getTimeZone("Europe/Berlin").clone();
        moved.setRawOffset(1_800_000);
        cases.add("timezone-moved").put("moved", moved);
    }

    private static void times(Cases cases) {
        LocalDate date = LocalDate.of(2024, 2, 29);
        LocalTime time = LocalTime.of(23, 59, 58, 123_456_789);
        LocalDateTime both = LocalDateTime.of(date, time);
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        cases.add("time-localdate").put("date", date).put("min", LocalDate.MIN).put("max", LocalDate.MAX).put("bc", LocalDate.of(-44, 3, 15));
        cases.add("time-localtime").put("time", time).put("midnight", LocalTime.MIDNIGHT).put("noon", LocalTime.NOON).put("max", LocalTime.MAX)
            .put("minutes", LocalTime.of(7, 30)).put("seconds", LocalTime.of(7, 30, 15));
        cases.add("time-localdatetime").put("both", both).put("start", date.atStartOfDay());
        cases.add("time-instant").put("now", Instant.ofEpochMilli(NOW)).put("epoch", Instant.EPOCH).put("min", Instant.MIN).put("max", Instant.MAX)
            .put("before", Instant.ofEpochSecond(-1, 999_999_999));
        cases.add("time-offset").put("datetime", both.atOffset(ZoneOffset.ofHours(5))).put("time", OffsetTime.of(time, ZoneOffset.ofHoursMinutes(-3, -30)));
        cases.add("time-zoned").put("berlin", both.atZone(berlin)).put("utc", both.atZone(ZoneOffset.UTC)).put("summer", LocalDateTime.of(2024, 7, 1, 12, 0).atZone(berlin));
        ZonedDateTime earlier = LocalDateTime.of(2024, 10, 27, 2, 30).atZone(berlin);
        cases.add("time-zoned-overlap").put("earlier", earlier).put("later", earlier.withLaterOffsetAtOverlap());
        cases.add("time-duration").put("hour", Duration.ofHours(1)).put("nanos", Duration.ofSeconds(-1, 5)).put("zero", Duration.ZERO)
            .put("max", Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
        cases.add("time-period").put("all", Period.of(1, -2, 3)).put("zero", Period.ZERO);
        cases.add("time-year").put("year", Year.of(2024)).put("month", YearMonth.of(2024, 2)).put("day", MonthDay.of(2, 29)).put("bc", Year.of(-1));
        cases.add("time-zoneoffset").put("utc", ZoneOffset.UTC).put("max", ZoneOffset.MAX).put("seconds", ZoneOffset.ofTotalSeconds(-4521));
        cases.add("time-zoneregion").put("berlin", berlin).put("utc", ZoneId.of("UTC")).put("gmt", ZoneId.of("GMT+2"));
        cases.add("time-enums").put("day", DayOfWeek.SUNDAY).put("month", java.time.Month.FEBRUARY);
        cases.add("time-chrono").put("japanese", JapaneseDate.from(date));
    }
}
