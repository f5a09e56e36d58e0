package io.github.fusedrnn.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.ErrorTable;
import io.github.fusedrnn.testing.GoldenCase;
import io.github.fusedrnn.testing.GoldenFile;
import io.github.fusedrnn.testing.OnnxRuntimeCases;
import io.github.fusedrnn.testing.PyTorchCases;
import io.github.fusedrnn.testing.SharedFolder;
import io.github.fusedrnn.weights.ParameterSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The reference against what PyTorch and ONNX Runtime computed: outputs, final states, every gradient. */
class ReferenceConformanceTest {
    /**
     * Two float64 computations of the same formulas in another order of summation: 2^-53 · terms is about 1e-13 for the longest case (200
     * steps of 12 terms); 1e-10 leaves room for gradients that are differences of larger numbers.
     */
    private static final double FLOAT64 = 1e-10;

    private static final List<ErrorTable> TABLES = List.of(
            new ErrorTable(
                    "reference against PyTorch, float64: worst error relative to the tensor's largest value",
                    columns("grad.")),
            new ErrorTable("reference against PyTorch, float32", columns("grad.")),
            new ErrorTable("reference against ONNX Runtime, float32", "output", "h_n", "c_n"));

    private static String[] columns(String prefix) {
        return new String[] {
            "output",
            "h_n",
            "c_n",
            prefix + "input",
            prefix + "h_0",
            prefix + "c_0",
            prefix + "w_ih",
            prefix + "w_hh",
            prefix + "b_ih",
            prefix + "b_hh",
            prefix + "w_hr"
        };
    }

    @AfterAll
    static void printTables() {
        for (ErrorTable table : TABLES) {
            if (table.worst() >= 0) {
                System.out.println(table);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> agreesWithPyTorchInFloat64() {
        return tests("conformance/pytorch", ".f64.safetensors", PyTorchCases::of, c -> FLOAT64, TABLES.get(0), 55);
    }

    @TestFactory
    Stream<DynamicTest> agreesWithPyTorchInFloat32() {
        return tests("conformance/pytorch", ".f32.safetensors", PyTorchCases::of, c -> float32(c), TABLES.get(1), 55);
    }

    @TestFactory
    Stream<DynamicTest> agreesWithOnnxRuntime() {
        return tests(
                "conformance/onnxruntime", ".safetensors", OnnxRuntimeCases::of, c -> float32(c), TABLES.get(2), 26);
    }

    /** The golden side was computed in float32. */
    private static double float32(GoldenCase c) {
        return Tolerances.float32(c.config(), c.t(), c.n());
    }

    private static Stream<DynamicTest> tests(
            String folder,
            String ending,
            Function<GoldenFile, GoldenCase> reader,
            Function<GoldenCase, Double> tolerance,
            ErrorTable table,
            int atLeast) {
        if (!SharedFolder.has(folder)) {
            return Stream.of(DynamicTest.dynamicTest(folder, () -> SharedFolder.require(folder)));
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(SharedFolder.require(folder))) {
            files = all.filter(path -> path.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(folder, e);
        }
        assertThat(files).hasSizeGreaterThanOrEqualTo(atLeast);
        return files.stream()
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
                    GoldenCase golden = reader.apply(GoldenFile.read(path));
                    check(golden, tolerance.apply(golden), table);
                }));
    }

    private static void check(GoldenCase c, double tolerance, ErrorTable table) {
        ReferenceNetwork network = new ReferenceNetwork(c.config());
        ReferenceTape tape = network.forward(c.weights(), c.t(), c.n(), c.lengths(), c.x(), c.h0(), c.c0(), true, 0, 0);
        ReferenceGradients gradients = network.backward(tape, c.dy(), c.dhn(), c.dcn());
        c.expected().forEach((tensor, expected) -> {
            double[] actual = actual(network, tape, gradients, tensor);
            double error = Comparison.check(c.name() + " " + tensor, actual, expected, tolerance);
            table.add(c.name().replaceFirst("(\\.f\\d+)?\\.safetensors", ""), column(tensor), error);
        });
    }

    private static double[] actual(
            ReferenceNetwork network, ReferenceTape tape, ReferenceGradients gradients, String tensor) {
        return switch (tensor) {
            case "output" -> tape.y();
            case "h_n" -> tape.hn();
            case "c_n" -> tape.cn();
            case "grad.input" -> gradients.dx();
            case "grad.h_0" -> gradients.dh0();
            case "grad.c_0" -> gradients.dc0();
            default -> {
                ParameterSpec spec = network.layout().get(tensor.substring("grad.".length()));
                int from = Math.toIntExact(spec.offset());
                yield Arrays.copyOfRange(gradients.dweights(), from, from + Math.toIntExact(spec.size()));
            }
        };
    }

    /** grad.weight_ih_l0_reverse → grad.w_ih. */
    private static String column(String tensor) {
        return tensor.replaceFirst("_l\\d+(_reverse)?$", "")
                .replace("weight", "w")
                .replace("bias", "b");
    }
}
