package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.spi.TuningCall;
import io.github.fusedrnn.spi.TuningRounds;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;

/**
 * Finds the fastest algorithm of a plan by measuring with the device's own clock. Each turn creates its plan anew, so that never more than one
 * holds memory. The caller holds the lock of the device's stream.
 */
final class AlgorithmTuner {
    private static final int ROUNDS = 5;
    private static final int MOST_CALLS = 1000;
    /** Of one turn; it bounds the time of all, so there is no budget beside it. */
    private static final double SLICE_NANOS = 15e6;

    private static final double NANOS_PER_MILLI = 1e6;

    private final CudaDevice device;
    private final Function<Algorithm, CudnnPlan> create;
    private final TuningCall call;
    private final CUevent_st start = new CUevent_st();
    private final CUevent_st end = new CUevent_st();

    /**
     * A tuner for one plan.
     *
     * @param create a plan with an algorithm, which this closes
     * @param call what to measure
     */
    AlgorithmTuner(CudaDevice device, Function<Algorithm, CudnnPlan> create, TuningCall call) {
        this.device = device;
        this.create = create;
        this.call = call;
    }

    /** The best of the algorithms, the first of which is the rule's, as {@link TuningRounds} decides. */
    MeasuredChoice tune(List<Algorithm> algorithms) {
        Cleanup cleanup = new Cleanup();
        try {
            create(start, cleanup);
            create(end, cleanup);
            List<String> labels = algorithms.stream().map(Algorithm::label).toList();
            return TuningRounds.measure(labels, "algorithms", ROUNDS, Long.MAX_VALUE, i -> turn(algorithms.get(i)));
        } finally {
            cleanup.run();
        }
    }

    private static void create(CUevent_st event, Cleanup cleanup) {
        CudaStatus.check(cudart.cudaEventCreate(event), "cudaEventCreate");
        cleanup.add(() -> cudart.cudaEventDestroy(event));
    }

    /** Mean nanoseconds of a call; infinite if cuDNN refuses the algorithm. */
    private double turn(Algorithm algorithm) {
        try (CudnnPlan plan = create.apply(algorithm)) {
            // The second call is the first that may run as a graph.
            call.run(plan);
            call.run(plan);
            if (plan.algorithmForEqualLengths() != algorithm) {
                return Double.POSITIVE_INFINITY;
            }
            double one = time(plan, 1);
            int calls = (int) Math.max(1, Math.min(MOST_CALLS, SLICE_NANOS / one));
            return time(plan, calls);
        }
    }

    private double time(CudnnPlan plan, int calls) {
        float[] millis = new float[1];
        CudaStatus.check(cudart.cudaEventRecord(start, device.stream().handle()), "cudaEventRecord");
        for (int i = 0; i < calls; i++) {
            call.run(plan);
        }
        CudaStatus.check(cudart.cudaEventRecord(end, device.stream().handle()), "cudaEventRecord");
        CudaStatus.check(cudart.cudaEventSynchronize(end), "cudaEventSynchronize");
        CudaStatus.check(cudart.cudaEventElapsedTime(millis, start, end), "cudaEventElapsedTime");
        return millis[0] * NANOS_PER_MILLI / calls;
    }
}
