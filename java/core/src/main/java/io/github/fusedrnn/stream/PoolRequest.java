package io.github.fusedrnn.stream;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One request of a stream: what to do, its input, and whom to tell. Used again and again, so that a step makes no garbage. */
final class PoolRequest {
    /** What a stream can be asked for. */
    enum Kind {
        STEP,
        RESET,
        SNAPSHOT,
        RESTORE,
        REMOVE
    }

    static final float[] NO_FLOATS = {};
    static final byte[] NO_BYTES = {};

    Kind kind = Kind.STEP;
    long submitted;
    final float[] x;
    float[] y = NO_FLOATS;
    int yOffset;
    byte[] snapshot = NO_BYTES;

    @Nullable
    StepCallback callback;

    @Nullable
    CompletableFuture<?> future;

    /** The stream's next request; or the next one that is free. */
    @Nullable
    PoolRequest next;

    PoolRequest(int inputSize) {
        x = new float[inputSize];
    }

    /** Tells that a step is done; y holds the output. */
    @SuppressWarnings("unchecked") // a step's future is of float[]
    void stepped(long streamId, long step) {
        StepCallback told = callback;
        if (told != null) {
            told.stepped(streamId, step, y, yOffset);
        } else if (future != null) {
            ((CompletableFuture<float[]>) future).complete(y);
        }
    }

    /** Tells that a command is done. */
    @SuppressWarnings("unchecked") // the one who submitted the command chose the type to fit
    void answered(@Nullable Object answer) {
        if (future != null) {
            ((CompletableFuture<@Nullable Object>) future).complete(answer);
        }
    }

    void failed(long streamId, Throwable cause) {
        StepCallback told = callback;
        if (told != null) {
            told.failed(streamId, cause);
        } else if (future != null) {
            future.completeExceptionally(cause);
        }
    }

    /** Lets go of what belongs to the caller. */
    void clear() {
        y = NO_FLOATS;
        snapshot = NO_BYTES;
        callback = null;
        future = null;
    }
}
