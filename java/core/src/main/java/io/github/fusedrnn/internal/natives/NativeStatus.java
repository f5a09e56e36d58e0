package io.github.fusedrnn.internal.natives;

import io.github.fusedrnn.config.FusedRnnException;

/** Turns statuses of our native library into exceptions. */
public final class NativeStatus {
    private NativeStatus() {}

    /** Throws unless the status is FR_OK. */
    public static void check(String call, int status) {
        if (status != NativeApi.FR_OK) {
            throw failure(call, status);
        }
    }

    /** What to throw after a create function has returned NULL. */
    public static RuntimeException lastFailure(String call) {
        return failure(call, NativeApi.fr_last_status());
    }

    /** What to throw for a status that is not FR_OK; hot paths look at the status themselves. */
    public static RuntimeException failure(String call, int status) {
        String text = NativeApi.fr_status_text(status) + ": " + NativeApi.fr_last_error();
        return status == NativeApi.FR_UNSUPPORTED
                ? new UnsupportedOperationException("fusedrnn: " + call + ": " + text)
                : new FusedRnnException("fusedrnn", call, status, text);
    }
}
