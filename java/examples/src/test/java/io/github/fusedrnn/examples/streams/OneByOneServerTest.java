package io.github.fusedrnn.examples.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.stream.StepCallback;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OneByOneServerTest {
    private static final float[] GOOD = {1, -1};

    private static CompletableFuture<float[]> submit(StepServer server, int stream, float[] x) {
        CompletableFuture<float[]> answer = new CompletableFuture<>();
        assertThat(server.submit(stream, x, new float[3], new StepCallback() {
                    @Override
                    public void stepped(long streamId, long step, float[] y, int yOffset) {
                        answer.complete(y);
                    }

                    @Override
                    public void failed(long streamId, Throwable cause) {
                        answer.completeExceptionally(cause);
                    }
                }))
                .isTrue();
        return answer;
    }

    @Test
    void aStepThatFailsIsAnsweredAndTheNextOneGoesOn() throws Exception {
        try (Lstm layer = Lstm.builder(2, 3).backend(BackendKind.REFERENCE).build();
                OneByOneServer server = new OneByOneServer(layer, 1, 4, 8)) {
            float[] first = submit(server, 0, GOOD).get(30, TimeUnit.SECONDS);
            CompletableFuture<float[]> nowhere = submit(server, 7, GOOD);
            CompletableFuture<float[]> unknown = submit(server, 9, GOOD);

            assertThatThrownBy(() -> nowhere.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> unknown.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(RuntimeException.class);
            assertThat(submit(server, 2, GOOD).get(30, TimeUnit.SECONDS)).isEqualTo(first);
        }
    }

    @Test
    void endsThoughAThreadHasDied() throws Exception {
        CompletableFuture<Void> dead = new CompletableFuture<>();
        try (Lstm layer = Lstm.builder(2, 3).backend(BackendKind.REFERENCE).build();
                OneByOneServer server = new OneByOneServer(layer, 1, 4, 1)) {
            StepCallback deadly = new StepCallback() {
                @Override
                public void stepped(long streamId, long step, float[] y, int yOffset) {
                    Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> dead.complete(null));
                    throw new IllegalStateException("a callback must not throw");
                }

                @Override
                public void failed(long streamId, Throwable cause) {}
            };
            assertThat(server.submit(0, GOOD, new float[3], deadly)).isTrue();
            dead.get(30, TimeUnit.SECONDS);
            assertThat(server.submit(0, GOOD, new float[3], deadly)).isTrue(); // the queue is full, nobody takes it
        }
    }

    @Test
    void leavesNothingBehindWhenItCannotBegin() {
        long before = Backends.liveBytes(BackendKind.REFERENCE);
        try (Lstm layer = Lstm.builder(2, 3).backend(BackendKind.REFERENCE).build()) {
            long open = Backends.liveBytes(BackendKind.REFERENCE);
            // no array is as long as this queue
            assertThatThrownBy(() -> new OneByOneServer(layer, 1, 4, Integer.MAX_VALUE))
                    .isInstanceOf(OutOfMemoryError.class);
            assertThat(Backends.liveBytes(BackendKind.REFERENCE)).isEqualTo(open);
        }
        assertThat(Backends.liveBytes(BackendKind.REFERENCE)).isEqualTo(before);
    }
}
