package holdfast.judge;

/** JSON text in ASCII. */
final class Text {
    private Text() { }

    static void quote(StringBuilder out, String text) {
        if (unpaired(text)) {
            out.append("{\"utf16\":\"");
            for (int i = 0; i < text.length(); i++) {
                hex(out, text.charAt(i), 4);
            }
            out.append("\"}");
            return;
        }
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7f) {
                out.append(c);
            } else {
                out.append("\\u");
                hex(out, c, 4);
            }
        }
        out.append('"');
    }

    static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2);
        quote(out, text);
        return out.toString();
    }

    static void hex(StringBuilder out, long value, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            out.append(Character.forDigit((int) (value >>> shift) & 15, 16));
        }
    }

    private static boolean unpaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }
}
