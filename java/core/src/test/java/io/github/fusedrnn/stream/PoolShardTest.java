package io.github.fusedrnn.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Lstm;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PoolShardTest {
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);

    /** A batch of {@code largest} is full; one that is not waits for {@link #PATIENCE}. */
    private static PoolShard shard(Lstm layer, int largest) {
        return new PoolShard(new PoolSettings(
                layer, 1, 100, largest, 2 * PATIENCE, 100, 0, null, Long.MAX_VALUE, StreamMetrics.NONE));
    }

    private static void submit(PoolShard shard, long stream) {
        shard.submit(
                PoolRequest.Kind.STEP,
                stream,
                new float[PoolCase.C],
                0,
                new float[PoolCase.H],
                0,
                PoolRequest.NO_BYTES,
                null,
                null);
    }

    /** What is due at this moment. */
    private static int due(PoolShard shard, PooledStream[] batch) {
        return shard.take(batch, System.nanoTime());
    }

    @Test
    void aRequestThatWaitedForItsStreamsLastStepWaitsNoSecondTime() {
        try (Lstm layer = PoolCase.lstm()) {
            PoolShard shard = shard(layer, 3);
            PooledStream[] batch = new PooledStream[3];
            submit(shard, 1);
            submit(shard, 1);
            submit(shard, 2);
            submit(shard, 3);
            assertThat(due(shard, batch)).isEqualTo(3);
            assertThat(shard.take(batch, System.nanoTime() + PATIENCE)).isZero(); // the step takes that long
            submit(shard, 4);
            shard.finish(batch, 3);
            // 4 came first in line and has all its time; the second request of 1 has none left
            assertThat(due(shard, batch)).isEqualTo(2);
            shard.finish(batch, 2);
            assertThat(due(shard, batch)).isZero();
        }
    }

    @Test
    void whatAFullBatchLeavesBehindWaitsFromItsOwnBeginningOn() {
        try (Lstm layer = PoolCase.lstm()) {
            PoolShard shard = shard(layer, 3);
            PooledStream[] batch = new PooledStream[3];
            PooledStream[] second = new PooledStream[3];
            submit(shard, 1);
            submit(shard, 1);
            submit(shard, 2);
            submit(shard, 3);
            assertThat(due(shard, batch)).isEqualTo(3);
            assertThat(shard.take(second, System.nanoTime() + PATIENCE)).isZero();
            for (long stream = 4; stream <= 7; stream++) {
                submit(shard, stream);
            }
            shard.finish(batch, 3);
            assertThat(due(shard, batch)).isEqualTo(3); // 4, 5, 6; 7 and 1 stay, and 1 is late
            assertThat(due(shard, second)).isEqualTo(2);
        }
    }
}
