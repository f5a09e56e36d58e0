package io.github.fusedrnn.stream;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a stream can be asked for besides a step, together with the answer. */
final class StreamCommand<T extends @Nullable Object> {
    private interface Action<T extends @Nullable Object> {
        @Nullable
        T run(ResidentStreams residents, ResidentStreams.Entry stream, long now);
    }

    private final Action<T> action;
    private final CompletableFuture<T> answer = new CompletableFuture<>();

    private StreamCommand(Action<T> action) {
        this.action = action;
    }

    static StreamCommand<@Nullable Void> reset() {
        return new StreamCommand<>((residents, stream, now) -> {
            residents.admitZero(stream, now);
            return null;
        });
    }

    static StreamCommand<byte[]> snapshot() {
        return new StreamCommand<>((residents, stream, now) -> {
            residents.admit(stream, now);
            return residents.snapshot(stream);
        });
    }

    static StreamCommand<@Nullable Void> restore(byte[] snapshot) {
        return new StreamCommand<>((residents, stream, now) -> {
            residents.restore(stream, snapshot, now);
            return null;
        });
    }

    static StreamCommand<@Nullable Void> remove() {
        return new StreamCommand<>((residents, stream, now) -> {
            residents.remove(stream);
            return null;
        });
    }

    CompletionStage<T> answer() {
        return answer;
    }

    /** Runs the command and answers. If it throws, it is not answered yet. */
    void run(ResidentStreams residents, ResidentStreams.Entry stream, long now) {
        answer.complete(action.run(residents, stream, now));
    }

    void failed(Throwable cause) {
        answer.completeExceptionally(cause);
    }
}
