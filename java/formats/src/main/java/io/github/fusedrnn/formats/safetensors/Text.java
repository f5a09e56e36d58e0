package io.github.fusedrnn.formats.safetensors;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Strings of a header: whether they are proper text, and how they appear in messages. */
final class Text {
    /** Names in messages end here: a hostile file may have names of many thousand characters. */
    private static final int MAX_SHOWN = 120;

    private Text() {}

    /** In quotes, control characters escaped, cut where too long. */
    static String quoted(String text) {
        boolean whole = text.length() <= MAX_SHOWN;
        String shown = whole ? text : text.substring(0, MAX_SHOWN);
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(shown)) + (whole ? "\"" : "...\"");
    }

    /** The index of the first surrogate without its other half, which UTF-8 cannot express, or -1. */
    static int unpairedSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }
}
