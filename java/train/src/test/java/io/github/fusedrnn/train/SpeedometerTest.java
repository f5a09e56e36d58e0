package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SpeedometerTest {
    @Test
    void countsTheTimeOfWorkAlone() {
        AtomicLong clock = new AtomicLong();
        Speedometer speed = new Speedometer(clock::get);
        clock.set(5_000_000_000L); // not work: start comes later
        speed.start();
        clock.addAndGet(2_000_000_000L);
        speed.add(30);
        clock.addAndGet(1_000_000_000L);
        speed.add(30);

        assertThat(speed.seconds()).isEqualTo(3);
        assertThat(speed.rate()).isEqualTo(20);
        speed.reset();
        assertThat(speed.samples()).isZero();
        assertThat(speed.rate()).isNaN();
    }
}
