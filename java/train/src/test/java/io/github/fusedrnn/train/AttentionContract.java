package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

abstract class AttentionContract extends BackendContract {
    private static final int ROWS = 3;
    private static final int QUERIES = 4;
    private static final int KEYS = 5;
    private static final int QUERY = 7;
    private static final int KEY = 6;
    private static final int OUT = 3;
    private static final int[] LENGTHS = {5, 1, 3};

    AttentionContract(BackendKind backend) {
        super(backend);
    }

    private final class Run {
        final Attention attention = closing(new Attention(QUERY, KEY, OUT, 3, backend));
        final Parameters parameters;
        final FloatTensor queries = tensor(Numbers.random(1, ROWS * QUERIES * QUERY), ROWS, QUERIES, QUERY);
        final FloatTensor keys = tensor(Numbers.random(2, ROWS * KEYS * KEY), ROWS, KEYS, KEY);
        final FloatTensor y = zeros(ROWS, QUERIES, OUT);
        final FloatTensor dy = tensor(Numbers.random(4, ROWS * QUERIES * OUT), ROWS, QUERIES, OUT);
        final FloatTensor dQueries = zeros(ROWS, QUERIES, QUERY);
        final FloatTensor dKeys = zeros(ROWS, KEYS, KEY);

        Run() {
            Parameters.Builder builder = Parameters.builder();
            attention.addTo(builder, "attention");
            parameters = builder.build();
        }

        /** Weights of one dense layer inside, widened. */
        double[] weights(String block, int entry) {
            ParameterBlock found = parameters.blocks().get("attention_" + block);
            return Numbers.doubles(found.read(found.entries().get(entry)));
        }

        float[] gradient(String block) {
            return parameters.blocks().get("attention_" + block).gradients().toArray();
        }
    }

    /** The formula, in float64. */
    private static double[] formula(
            int[] lengths, double[] queries, double[] keys, double[] score, double[] context, double[] query) {
        double[] y = new double[ROWS * QUERIES * OUT];
        for (int n = 0; n < ROWS; n++) {
            for (int q = 0; q < QUERIES; q++) {
                int atQuery = (n * QUERIES + q) * QUERY;
                double[] a = new double[lengths[n]];
                double sum = 0;
                for (int k = 0; k < a.length; k++) {
                    double s = 0;
                    for (int i = 0; i < QUERY; i++) {
                        for (int j = 0; j < KEY; j++) {
                            s += queries[atQuery + i] * score[i * KEY + j] * keys[(n * KEYS + k) * KEY + j];
                        }
                    }
                    a[k] = Math.exp(s);
                    sum += a[k];
                }
                for (int o = 0; o < OUT; o++) {
                    double z = query[OUT * QUERY + o]; // the bias lies behind the matrix
                    for (int i = 0; i < QUERY; i++) {
                        z += query[o * QUERY + i] * queries[atQuery + i];
                    }
                    for (int j = 0; j < KEY; j++) {
                        for (int k = 0; k < a.length; k++) {
                            z += context[o * KEY + j] * a[k] / sum * keys[(n * KEYS + k) * KEY + j];
                        }
                    }
                    y[(n * QUERIES + q) * OUT + o] = Math.tanh(z);
                }
            }
        }
        return y;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void outputsAndEveryGradientMatchFloat64() {
        Run run = new Run();
        run.attention.forward(run.queries, run.keys, LENGTHS, run.y);
        run.attention.backward(run.dy, run.dQueries, run.dKeys);

        double[] q = Numbers.doubles(run.queries.toArray());
        double[] k = Numbers.doubles(run.keys.toArray());
        double[] score = run.weights("score", 0);
        double[] context = run.weights("context", 0);
        double[] query = Arrays.copyOf(run.weights("query", 0), OUT * QUERY + OUT); // zero bias
        double[] dy = Numbers.doubles(run.dy.toArray());
        // the longest chain of sums: a score (QUERY + KEY terms), a context (KEYS), y (QUERY + KEY), twice for backward
        double tolerance = Numbers.tolerance(2L * (2 * (QUERY + KEY) + KEYS) * ROWS * QUERIES);
        Numbers.assertClose("y", run.y.toArray(), formula(LENGTHS, q, k, score, context, query), tolerance);
        Numbers.assertClose(
                "dQueries",
                run.dQueries.toArray(),
                Numbers.centralDifferences(v -> dot(dy, formula(LENGTHS, v, k, score, context, query)), q),
                tolerance);
        Numbers.assertClose(
                "dKeys",
                run.dKeys.toArray(),
                Numbers.centralDifferences(v -> dot(dy, formula(LENGTHS, q, v, score, context, query)), k),
                tolerance);
        Numbers.assertClose(
                "dScore",
                run.gradient("score"),
                Numbers.centralDifferences(v -> dot(dy, formula(LENGTHS, q, k, v, context, query)), score),
                tolerance);
        Numbers.assertClose(
                "dContext",
                run.gradient("context"),
                Numbers.centralDifferences(v -> dot(dy, formula(LENGTHS, q, k, score, v, query)), context),
                tolerance);
        Numbers.assertClose(
                "dQuery",
                run.gradient("query"),
                Numbers.centralDifferences(v -> dot(dy, formula(LENGTHS, q, k, score, context, v)), query),
                tolerance);
    }

    @Test
    void whatStandsPastALengthHasNoInfluence() {
        Run run = new Run();
        run.attention.forward(run.queries, run.keys, LENGTHS, run.y);
        float[] clean = run.y.toArray();
        for (int n = 0; n < ROWS; n++) {
            for (int i = LENGTHS[n] * KEY; i < KEYS * KEY; i++) {
                run.keys.set((long) n * KEYS * KEY + i, 1e6f);
            }
        }
        run.attention.forward(run.queries, run.keys, LENGTHS, run.y);
        assertThat(run.y.toArray()).isEqualTo(clean);
    }

    @Test
    void weightsAddUpToOneOverTheValidKeys() {
        Run run = new Run();
        run.attention.forward(run.queries, run.keys, LENGTHS, run.y);
        for (int n = 0; n < ROWS; n++) {
            float[][] weights = run.attention.attentionWeights(n);
            assertThat(weights).hasNumberOfRows(QUERIES);
            for (float[] line : weights) {
                assertThat(line).hasSize(LENGTHS[n]);
                float sum = 0;
                for (float share : line) {
                    sum += share;
                }
                // at most KEYS roundings of numbers below 1
                assertThat(sum).isBetween(1 - KEYS * 0x1p-23f, 1 + KEYS * 0x1p-23f);
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        Run run = new Run();
        Attention attention = run.attention;
        assertThatIllegalStateException()
                .isThrownBy(() -> attention.backward(run.dy, run.dQueries, run.dKeys))
                .withMessageContaining("no forward");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attention.forward(run.keys, run.keys, null, run.y))
                .withMessageContaining("queries: [3, 5, 6]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attention.forward(run.queries, run.keys, new int[] {5, 0, 1}, run.y))
                .withMessage("lengths: 0 (expected: 1 to K = 5)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attention.forward(run.queries, run.keys, new int[] {5}, run.y))
                .withMessageContaining("lengths: 1 lengths");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attention.forward(run.queries, run.keys.slice(0, 2), null, run.y))
                .withMessageContaining("N = 3 rows");
    }
}
