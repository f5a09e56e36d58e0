package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.spi.TuningCall;
import io.github.fusedrnn.spi.TuningRounds;
import java.util.List;
import java.util.function.Function;

/**
 * Finds the fastest schedule of a plan by measuring. Each turn creates its plan anew, so that never more than one is alive: neither the memory
 * nor the threads of a plan exist twice.
 */
final class ScheduleTuner {
    /** For all schedules together. What a call takes bounds it from below: each schedule has one round of two calls at least. */
    private static final long BUDGET_NANOS = 250_000_000;

    private static final int ROUNDS = 7;
    private static final int MOST_CALLS = 10_000;

    private ScheduleTuner() {}

    /**
     * The best of {@code schedules}, as {@link TuningRounds} decides.
     *
     * @param schedules at least one; the rule's first
     * @param create a plan with a schedule, which this closes
     * @param call what to measure
     */
    static MeasuredChoice tune(List<String> schedules, Function<String, CpuPlan> create, TuningCall call) {
        long slice = BUDGET_NANOS / ((long) ROUNDS * schedules.size());
        return TuningRounds.measure(
                schedules, "schedules", ROUNDS, BUDGET_NANOS, i -> turn(schedules.get(i), create, call, slice));
    }

    /** Mean time of a call in one turn, after one that is not counted. */
    private static double turn(String schedule, Function<String, CpuPlan> create, TuningCall call, long sliceNanos) {
        try (CpuPlan plan = create.apply(schedule)) {
            call.run(plan);
            int calls = 0;
            long start = System.nanoTime();
            long now;
            do {
                call.run(plan);
                calls++;
                now = System.nanoTime();
            } while (now - start < sliceNanos && calls < MOST_CALLS);
            return (double) (now - start) / calls;
        }
    }
}
