package io.github.fusedrnn.testing;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.reference.ReferenceGradients;
import io.github.fusedrnn.internal.reference.ReferenceNetwork;
import io.github.fusedrnn.internal.reference.ReferenceTape;
import io.github.fusedrnn.weights.ParameterSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Random calls whose results come from the reference in float64, fed with numbers that float32 can hold. */
public final class OracleCases {
    private OracleCases() {}

    /**
     * A training call.
     *
     * @param full with lengths, initial states and gradients of the final states, or with none of them
     * @param dropoutSeed key of the dropout mask
     * @param dropoutCall call number of the dropout mask
     */
    public static GoldenCase of(
            String name,
            RecurrentConfig config,
            int t,
            int n,
            boolean full,
            long seed,
            long dropoutSeed,
            long dropoutCall) {
        RandomCalls random = new RandomCalls(seed);
        double[] weights = rounded(random.weights(config));
        double[] x = rounded(random.x(config, t, n));
        double[] dy = rounded(random.y(config, t, n));
        int[] lengths = full ? random.lengths(t, n) : null;
        double[] h0 = full ? rounded(random.h(config, n)) : null;
        double[] c0 = full && config.hasCellState() ? rounded(random.c(config, n)) : null;
        double[] dhn = full ? rounded(random.h(config, n)) : null;
        double[] dcn = full && config.hasCellState() ? rounded(random.c(config, n)) : null;
        ReferenceNetwork network = new ReferenceNetwork(config);
        ReferenceTape tape = network.forward(weights, t, n, lengths, x, h0, c0, true, dropoutSeed, dropoutCall);
        ReferenceGradients gradients = network.backward(tape, dy, dhn, dcn);
        Map<String, double[]> expected = new LinkedHashMap<>();
        expected.put("output", tape.y());
        expected.put("h_n", tape.hn());
        expected.put("grad.input", gradients.dx());
        expected.put("grad.h_0", gradients.dh0());
        if (config.hasCellState()) {
            expected.put("c_n", tape.cn());
            expected.put("grad.c_0", gradients.dc0());
        }
        for (ParameterSpec spec : network.layout().parameters()) {
            int from = Math.toIntExact(spec.offset());
            expected.put(
                    "grad." + spec.name(),
                    Arrays.copyOfRange(gradients.dweights(), from, from + Math.toIntExact(spec.size())));
        }
        return new GoldenCase(name, config, t, n, lengths, weights, x, h0, c0, dy, dhn, dcn, expected);
    }

    private static double[] rounded(double[] values) {
        return LayerRun.doubles(LayerRun.floats(values));
    }
}
