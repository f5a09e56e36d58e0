package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Generates the data of a case, identical in every process, so that none has to be sent. */
final class RandomData {
    private static final long SEED = 20_261_121;

    private RandomData() {}

    static CaseData of(CaseSpec spec) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] x = uniform(random, spec.steps() * spec.rows() * spec.inputSize(), 1);
        float[] dy =
                spec.training() ? uniform(random, spec.steps() * spec.rows() * spec.outputSize(), 1) : new float[0];
        return new CaseData(x, lengths(spec), weights(spec, random), dy);
    }

    /** PyTorch's initialisation: uniform in ±1/√H. */
    private static Map<String, float[]> weights(CaseSpec spec, SplittableRandom random) {
        int h = spec.hiddenSize();
        int gates = spec.cell().gateCount() * h;
        float bound = (float) (1 / Math.sqrt(h));
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (int layer = 0; layer < spec.layers(); layer++) {
            int inputs = layer == 0 ? spec.inputSize() : spec.outputSize();
            for (int direction = 0; direction < spec.directions(); direction++) {
                String suffix = "_l" + layer + (direction == 0 ? "" : "_reverse");
                weights.put("weight_ih" + suffix, uniform(random, gates * inputs, bound));
                weights.put("weight_hh" + suffix, uniform(random, gates * h, bound));
                weights.put("bias_ih" + suffix, uniform(random, gates, bound));
                weights.put("bias_hh" + suffix, uniform(random, gates, bound));
            }
        }
        return weights;
    }

    /** From T down to 1 in even steps: T/2 on average. Sorted, which suits the peers best; for FusedRNN the order makes no difference. */
    private static int @Nullable [] lengths(CaseSpec spec) {
        if (!spec.hasLengths()) {
            return null;
        }
        int[] lengths = new int[spec.rows()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = spec.steps() - Math.round((float) i * (spec.steps() - 1) / Math.max(1, lengths.length - 1));
        }
        return lengths;
    }

    private static float[] uniform(SplittableRandom random, int size, float bound) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (random.nextInt() >> 8) * 0x1p-23f * bound;
        }
        return values;
    }
}
