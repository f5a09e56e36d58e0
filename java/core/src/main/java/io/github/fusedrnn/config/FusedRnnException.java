package io.github.fusedrnn.config;

import org.jspecify.annotations.Nullable;

/** A failure of a native library or of the machine: names the library, the call, the numeric code and its text. */
public final class FusedRnnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    /**
     * A failed native call.
     *
     * @param library the library that failed, such as {@code "fusedrnn"}
     * @param call the function called
     * @param code its status
     * @param text what the library says of it
     */
    public FusedRnnException(String library, String call, int code, String text) {
        super(library + ": " + call + " failed: " + text + " (status " + code + ")");
        this.code = code;
    }

    /** A failure that no native call reported, such as a library that cannot be loaded. */
    public FusedRnnException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = -1;
    }

    /** The numeric status of the native call, −1 where there was none. */
    public int code() {
        return code;
    }
}
