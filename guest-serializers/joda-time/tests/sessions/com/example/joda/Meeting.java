package com.example.joda;

import java.io.Serializable;
import java.util.List;

import org.joda.time.DateTime;

/** An object with dates in its fields. */
public class Meeting implements Serializable {
    private static final long serialVersionUID = 7L;
    private String title;
    private DateTime begin;
    private DateTime end;
    private Object reminder;
    private List<DateTime> repeats;

    public Meeting() { }

    public Meeting(String title, DateTime begin, DateTime end, Object reminder, List<DateTime> repeats) {
        this.title = title;
        this.begin = begin;
        this.end = end;
        this.reminder = reminder;
        this.repeats = repeats;
    }
}
