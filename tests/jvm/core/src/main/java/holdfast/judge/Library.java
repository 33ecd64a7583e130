package holdfast.judge;

/** What each set of real libraries offers; the implementations lie behind class loaders of their own. */
public interface Library {
    /**
     * A codec for a format.
     *
     * @param converters class names of custom converters, empty for none
     * @param copy {@code copyCollectionsForSerialization}
     * @return null if this set does not have the format
     */
    Codec codec(String format, String[] converters, boolean copy);
}
