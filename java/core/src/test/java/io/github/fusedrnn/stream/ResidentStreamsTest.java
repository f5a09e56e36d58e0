package io.github.fusedrnn.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.testing.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResidentStreamsTest {
    private static final long IDLE = 100;

    private final Lstm layer =
            Target.REFERENCE.on(Lstm.builder(PoolCase.C, PoolCase.H)).build();
    private final StateSlab slab = new StateSlab(Target.REFERENCE.backend(), layer.config(), 2);
    private final MapStore store = new MapStore();
    private final List<Long> evicted = new ArrayList<>();
    private final ResidentStreams.Entry one = new ResidentStreams.Entry(1);
    private final ResidentStreams.Entry two = new ResidentStreams.Entry(2);
    private final ResidentStreams.Entry three = new ResidentStreams.Entry(3);

    @AfterEach
    void close() {
        slab.close();
        layer.close();
    }

    /** With two rows. */
    private ResidentStreams residents(StreamStore to, StreamMetrics metrics) {
        return new ResidentStreams(new PoolSettings(layer, 1, 2, 1, 0, 1, 0, to, IDLE, metrics), slab, 2, evicted::add);
    }

    private static void use(ResidentStreams residents, ResidentStreams.Entry stream, long now) {
        residents.beginBatch();
        residents.admit(stream, now);
    }

    @Test
    void theLeastRecentlyUsedStreamMakesRoom() {
        ResidentStreams residents = residents(store, StreamMetrics.NONE);
        use(residents, one, 1);
        one.steps = 5;
        byte[] state = residents.snapshot(one);
        use(residents, two, 2);
        use(residents, one, 3);
        use(residents, three, 4);
        assertThat(evicted).containsExactly(2L);
        assertThat(two.row).isEqualTo(ResidentStreams.NO_ROW);
        use(residents, two, 5);
        assertThat(evicted).containsExactly(2L, 1L);
        assertThat(store.saved).containsEntry(1L, state);
        use(residents, one, 6);
        assertThat(one.steps).isEqualTo(5);
        assertThat(residents.snapshot(one)).isEqualTo(state);
    }

    @Test
    void aStreamIsIdleWhenItWasNotUsedForLong() {
        ResidentStreams residents = residents(store, StreamMetrics.NONE);
        assertThat(residents.nextEviction()).isEqualTo(Long.MAX_VALUE);
        use(residents, one, 0);
        use(residents, two, 40);
        assertThat(residents.nextEviction()).isEqualTo(IDLE);
        assertThat(residents.idle(IDLE - 1)).isNull();
        assertThat(residents.idle(IDLE)).isSameAs(one);
        residents.touch(one, IDLE);
        assertThat(residents.nextEviction()).isEqualTo(40 + IDLE);
        assertThat(residents.idle(40 + IDLE)).isSameAs(two);
        assertThat(residents.evict(two, 40 + IDLE)).isTrue();
        assertThat(evicted).containsExactly(2L);
        assertThat(residents.nextEviction()).isEqualTo(2 * IDLE);
    }

    @Test
    void aStreamThatCannotBeSavedStaysAsIfItHadBeenUsed() {
        List<Long> told = new ArrayList<>();
        MapStore broken = new MapStore() {
            @Override
            public void save(long streamId, byte[] snapshot) {
                throw new IllegalStateException("no disk");
            }
        };
        ResidentStreams residents = residents(broken, new StreamMetrics() {
            @Override
            public void storeFailed(long streamId, Throwable cause) {
                told.add(streamId);
            }
        });
        use(residents, one, 0);
        use(residents, two, 40);
        assertThat(residents.evict(one, IDLE)).isFalse();
        assertThat(told).containsExactly(1L);
        assertThat(evicted).isEmpty();
        assertThat(one.row).isNotEqualTo(ResidentStreams.NO_ROW);
        assertThat(residents.idle(40 + IDLE)).isSameAs(two);
        assertThatThrownBy(() -> use(residents, three, 40 + IDLE)).hasRootCauseMessage("no disk");
        assertThat(told).containsExactly(1L, 2L, 1L);
    }

    @Test
    void metricsThatThrowLeaveNoStreamWithoutARowBehind() {
        ResidentStreams residents = residents(store, new StreamMetrics() {
            @Override
            public void evicted(long streamId) {
                throw new IllegalStateException("metrics must not throw, and do");
            }
        });
        use(residents, one, 0);
        use(residents, two, 40);
        assertThatThrownBy(() -> residents.evict(one, IDLE)).hasMessage("metrics must not throw, and do");
        assertThat(evicted).containsExactly(1L);
        assertThat(residents.idle(40 + IDLE)).isSameAs(two);
        use(residents, three, 40 + IDLE); // has the row of 1
        assertThat(evicted).containsExactly(1L);
    }
}
