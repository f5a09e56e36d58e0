package io.github.fusedrnn.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Lstm;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestQueueTest {
    private static final long BATCH_WAIT = TimeUnit.MILLISECONDS.toNanos(100);

    private static final StepCallback NOBODY = new StepCallback() {
        @Override
        public void stepped(long streamId, long step, float[] y, int yOffset) {}

        @Override
        public void failed(long streamId, Throwable cause) {}
    };

    /** A batch of {@code largest} is full; one that is not waits for {@link #BATCH_WAIT}. */
    private static RequestQueue queue(Lstm layer, int largest) {
        return new RequestQueue(new PoolSettings(
                layer, 1, 100, largest, 2 * BATCH_WAIT, 100, 0, null, Long.MAX_VALUE, StreamMetrics.NONE));
    }

    private static void submit(RequestQueue queue, long stream) {
        queue.step(stream, new float[PoolCase.C], 0, new float[PoolCase.H], 0, NOBODY);
    }

    /** What is due at this moment. */
    private static int due(RequestQueue queue, PooledStream[] batch) {
        return queue.take(batch, System.nanoTime());
    }

    @Test
    void aRequestThatWaitedForItsStreamsLastStepWaitsNoSecondTime() {
        try (Lstm layer = PoolCase.lstm()) {
            RequestQueue queue = queue(layer, 3);
            PooledStream[] batch = new PooledStream[3];
            submit(queue, 1);
            submit(queue, 1);
            submit(queue, 2);
            submit(queue, 3);
            assertThat(due(queue, batch)).isEqualTo(3);
            assertThat(queue.take(batch, System.nanoTime() + BATCH_WAIT)).isZero(); // the step takes that long
            submit(queue, 4);
            queue.finish(batch, 3);
            // 4 came first in line and has all its time; the second request of 1 has none left
            assertThat(due(queue, batch)).isEqualTo(2);
            queue.finish(batch, 2);
            assertThat(due(queue, batch)).isZero();
        }
    }

    @Test
    void whatAFullBatchLeavesBehindWaitsFromItsOwnBeginningOn() {
        try (Lstm layer = PoolCase.lstm()) {
            RequestQueue queue = queue(layer, 3);
            PooledStream[] batch = new PooledStream[3];
            PooledStream[] second = new PooledStream[3];
            submit(queue, 1);
            submit(queue, 1);
            submit(queue, 2);
            submit(queue, 3);
            assertThat(due(queue, batch)).isEqualTo(3);
            assertThat(queue.take(second, System.nanoTime() + BATCH_WAIT)).isZero();
            for (long stream = 4; stream <= 7; stream++) {
                submit(queue, stream);
            }
            queue.finish(batch, 3);
            assertThat(due(queue, batch)).isEqualTo(3); // 4, 5, 6; 7 and 1 stay, and 1 is late
            assertThat(due(queue, second)).isEqualTo(2);
        }
    }

    @Test
    void knowsAStreamForAsLongAsItHasRequestsOrARow() {
        try (Lstm layer = PoolCase.lstm()) {
            RequestQueue queue = queue(layer, 1);
            PooledStream[] batch = new PooledStream[1];
            submit(queue, 7);
            assertThat(queue.take(batch, Long.MAX_VALUE)).isEqualTo(1);
            PooledStream stream = batch[0];
            queue.evicted(7);
            assertThat(queue.isScheduled(7)).isTrue();
            assertThat(queue.streams()).isEqualTo(1);
            stream.row = 0;
            queue.finish(batch, 1);
            assertThat(queue.isScheduled(7)).isFalse();
            assertThat(queue.streams()).isEqualTo(1);
            stream.row = ResidentStreams.NO_ROW;
            queue.evicted(7);
            assertThat(queue.streams()).isZero();
            assertThat(queue.isScheduled(7)).isFalse();
            queue.evicted(7); // known to nobody
        }
    }

    @Test
    void stepsAndCommandsOfAStreamStayInOrderAndTheRestIsLeftForTheEnd() {
        try (Lstm layer = PoolCase.lstm()) {
            RequestQueue queue = queue(layer, 1);
            PooledStream[] batch = new PooledStream[1];
            StreamCommand<?> reset = StreamCommand.reset();
            submit(queue, 7);
            queue.command(7, reset);
            submit(queue, 8);
            assertThat(queue.take(batch, Long.MAX_VALUE)).isEqualTo(1);
            assertThat(batch[0].first().command).isNull();
            queue.finish(batch, 1);
            assertThat(queue.take(batch, Long.MAX_VALUE)).isEqualTo(1);
            assertThat(batch[0].id).isEqualTo(8);
            queue.finish(batch, 1);
            queue.close(true, null);
            assertThat(queue.failing()).isTrue();
            assertThat(queue.left()).hasSize(1);
            assertThat(queue.left().get(0).id).isEqualTo(7);
            assertThat(queue.left().get(0).first().command).isSameAs(reset);
        }
    }
}
