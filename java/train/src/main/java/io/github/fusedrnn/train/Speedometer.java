package io.github.fusedrnn.train;

import java.util.function.LongSupplier;

/** Samples for each second of work: of the time between {@link #start} and {@link #add} only. One thread at a time. */
public final class Speedometer {
    private final LongSupplier nanoseconds;
    private long started;
    private long worked;
    private long samples;

    /** Reads this machine's clock. */
    public Speedometer() {
        this(System::nanoTime);
    }

    /** Reads any clock of nanoseconds. */
    public Speedometer(LongSupplier nanoseconds) {
        this.nanoseconds = nanoseconds;
        this.started = nanoseconds.getAsLong();
    }

    /** Work begins. */
    public void start() {
        started = nanoseconds.getAsLong();
    }

    /** Work on some samples has ended; what follows counts from here, unless {@link #start} comes first. */
    public void add(long count) {
        long now = nanoseconds.getAsLong();
        worked += now - started;
        started = now;
        samples += count;
    }

    /** Samples since the last reset. */
    public long samples() {
        return samples;
    }

    /** Seconds of work since the last reset. */
    public double seconds() {
        return worked / 1e9;
    }

    /** Samples for each second of work since the last reset; NaN if there was none. */
    public double rate() {
        return samples / seconds();
    }

    /** Forgets all measurements. */
    public void reset() {
        samples = 0;
        worked = 0;
    }
}
