package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.spi.MeasuredChoice;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;

/**
 * Times algorithms against one another with the device's own clock. They take turns, so that a slow phase hits all of them, and each turn
 * makes its plan anew, so that never more than one holds memory. The caller holds the lock of the device's stream.
 */
final class AlgorithmRace {
    private static final int ROUNDS = 5;
    private static final int MOST_CALLS = 1000;
    /** Of one turn. */
    private static final double SLICE_MILLIS = 15;
    /** An algorithm that is not faster by this is within the noise. */
    private static final double CLEARLY = 0.97;

    private static final double NANOS_OF_A_MILLI = 1e6;

    private final CudaDevice device;
    private final Function<Algorithm, CudnnPlan> make;
    private final RaceCall call;
    private final CUevent_st start = new CUevent_st();
    private final CUevent_st end = new CUevent_st();

    /**
     * A race.
     *
     * @param make a plan with an algorithm, which the race closes
     * @param call one call of the plan
     */
    AlgorithmRace(CudaDevice device, Function<Algorithm, CudnnPlan> make, RaceCall call) {
        this.device = device;
        this.make = make;
        this.call = call;
    }

    /** The best of the algorithms, of which the rule's is the first. */
    MeasuredChoice run(List<Algorithm> algorithms) {
        Holdings holdings = new Holdings();
        try {
            create(start, holdings);
            create(end, holdings);
            double[][] millis = new double[algorithms.size()][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < millis.length; i++) {
                    // Forwards and backwards in turn, or one would always follow the same other.
                    int k = round % 2 == 0 ? i : millis.length - 1 - i;
                    millis[k][round] = turn(algorithms.get(k));
                }
            }
            return best(algorithms, millis);
        } finally {
            holdings.run();
        }
    }

    private static void create(CUevent_st event, Holdings holdings) {
        CudaStatus.check(cudart.cudaEventCreate(event), "cudaEventCreate");
        holdings.add(() -> cudart.cudaEventDestroy(event));
    }

    /** Mean time of a call; infinite if cuDNN refuses the algorithm. */
    private double turn(Algorithm algorithm) {
        try (CudnnPlan plan = make.apply(algorithm)) {
            // The second call is the first that may run as a graph.
            call.run(plan);
            call.run(plan);
            if (plan.algorithmForEqualLengths() != algorithm) {
                return Double.POSITIVE_INFINITY;
            }
            double one = time(plan, 1);
            int calls = (int) Math.max(1, Math.min(MOST_CALLS, SLICE_MILLIS / one));
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
        return millis[0] / calls;
    }

    /** The least median of those that are clearly faster than the rule's. */
    static MeasuredChoice best(List<Algorithm> algorithms, double[][] millis) {
        double byRule = median(millis[0]);
        int best = 0;
        double least = byRule;
        for (int i = 1; i < millis.length; i++) {
            double time = median(millis[i]);
            if (time < least && time < byRule * CLEARLY) {
                best = i;
                least = time;
            }
        }
        String source = best == 0
                ? "by rule: no other of " + millis.length + " algorithms was clearly faster in this process"
                : "measured by this process, best of " + millis.length;
        // Of an algorithm that cuDNN refuses there is no time to tell.
        double told = Double.isInfinite(byRule) ? least : byRule;
        return new MeasuredChoice(
                algorithms.get(best).label(), least * NANOS_OF_A_MILLI, told * NANOS_OF_A_MILLI, source);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
