package io.github.fusedrnn;

import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.ErrorTable;
import io.github.fusedrnn.testing.GoldenCase;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.OracleCases;
import io.github.fusedrnn.testing.SmallLayers;
import io.github.fusedrnn.testing.Target;
import io.github.fusedrnn.testing.Variants;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every cell and option in awkward sizes against the reference in float64: outputs, final states, every gradient. */
abstract class OracleContract extends Contract {
    private static final double LIMIT = 2e-5;
    private static final int FEW = 16;
    private static final long DROPOUT_SEED = 11;
    private static final long DROPOUT_CALL = 3;

    /** The reference takes its time for large layers: once for all targets. */
    private static final Map<String, GoldenCase> LARGE = new ConcurrentHashMap<>();

    private final ErrorTable table;

    OracleContract(Target target, ErrorTable table) {
        super(target);
        this.table = table;
    }

    static Collection<String> variants() {
        return Variants.names();
    }

    static Collection<String> sizes() {
        return SmallLayers.names();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void agreesInEveryVariant(String name) {
        RecurrentConfig config = Variants.all().get(name);
        check(name, config, 6, 5, true);
        check(name, config, 1, 1, false);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void agreesInAwkwardSizes(String name) {
        RecurrentConfig config = SmallLayers.get(name);
        check(name, config, 5, 17, true);
        check(name, config, 1, 33, true);
        check(name, config, 7, 1, false);
    }

    static Collection<String> largeLayers() {
        return SmallLayers.large().keySet();
    }

    @ParameterizedTest
    @MethodSource("largeLayers")
    void agreesWhereOneBlockIsNotEnough(String name) {
        RecurrentConfig config = SmallLayers.large().get(name);
        check(
                LARGE.computeIfAbsent(
                        name, key -> OracleCases.of(key, config, 9, 37, true, 1, DROPOUT_SEED, DROPOUT_CALL)),
                3);
    }

    private void check(String name, RecurrentConfig config, int t, int n, boolean full) {
        String what = name + " T" + t + " N" + n + " seed " + name.hashCode();
        check(OracleCases.of(what, config, t, n, full, name.hashCode(), DROPOUT_SEED, DROPOUT_CALL), 1);
    }

    private void check(GoldenCase c, int threads) {
        try (RecurrentLayer layer = target().layer(c.config(), c.weights(), threads, DROPOUT_SEED)) {
            Map<String, double[]> actual = LayerRun.train(layer, c, DROPOUT_CALL);
            c.expected().forEach((tensor, expected) -> {
                String message = target() + " " + c.name() + " " + tensor;
                double error = Comparison.check(message, actual.get(tensor), expected, tolerance(c, tensor));
                table.add(
                        c.name().replaceFirst(" T\\d+ N\\d+ seed.*", ""),
                        column(tensor),
                        error / cancellation(c, tensor));
            });
        }
    }

    /**
     * A gradient carries the rounding errors of forward and those of backward, which are independent: √2 of {@code Tolerances}. A tensor that
     * hangs on a few numbers, its own or the T·N states of width S that gradients flow through, may come from sums whose terms cancel, so
     * that its largest value says nothing about them: its errors are measured by the largest value among all gradients, or all outputs, of
     * the call.
     */
    private static double tolerance(GoldenCase c, String tensor) {
        double roundings = tensor.startsWith("grad.") ? Math.sqrt(2) : 1;
        return Math.min(LIMIT, Tolerances.float32(c.config(), c.t(), c.n()) * roundings) * cancellation(c, tensor);
    }

    /** How much larger than the tensor's largest value that is by which its errors are measured. */
    private static double cancellation(GoldenCase c, String tensor) {
        double[] expected = c.expected().get(tensor);
        double largest = largest(expected);
        int numbers = Math.min(expected.length, c.t() * c.n() * c.config().stateSize());
        if (numbers >= FEW || largest == 0) {
            return 1;
        }
        return c.expected().entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("grad.") == tensor.startsWith("grad."))
                        .mapToDouble(entry -> largest(entry.getValue()))
                        .max()
                        .orElse(largest)
                / largest;
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    /** grad.weight_ih_l0_reverse → grad.w_ih. */
    static String column(String tensor) {
        return tensor.replaceFirst("_l\\d+(_reverse)?$", "")
                .replace("weight", "w")
                .replace("bias", "b")
                .replace("peephole", "peep");
    }
}
