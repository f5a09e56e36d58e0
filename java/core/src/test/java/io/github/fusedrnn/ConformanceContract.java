package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.ErrorTable;
import io.github.fusedrnn.testing.GoldenCase;
import io.github.fusedrnn.testing.GoldenFile;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.OnnxRuntimeCases;
import io.github.fusedrnn.testing.PyTorchCases;
import io.github.fusedrnn.testing.SharedFolder;
import io.github.fusedrnn.testing.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What PyTorch and ONNX Runtime computed in float32, through the public layers: outputs, final states, every gradient. */
abstract class ConformanceContract extends Contract {
    /**
     * Both sides are float32, each with 2^-24 · 4 · √terms (see {@code Tolerances}): 2^-24 · 4 · √60 = 1.8e-6 each for the usual case of 5
     * steps of 12 terms, together below 4e-6.
     */
    private static final double SHORT = 4e-6;

    /** The same for 200 steps of 10 terms: 2^-24 · 4 · √2000 = 1.1e-5 at the most; what is aimed at. */
    private static final double LONG = 1e-5;

    private final ErrorTable table;

    ConformanceContract(Target target, ErrorTable table) {
        super(target);
        this.table = table;
    }

    @TestFactory
    Stream<DynamicTest> agreesWithPyTorch() {
        return tests("conformance/pytorch", ".f32.safetensors", PyTorchCases::of, 55);
    }

    @TestFactory
    Stream<DynamicTest> agreesWithOnnxRuntime() {
        return tests("conformance/onnxruntime", ".safetensors", OnnxRuntimeCases::of, 26);
    }

    private Stream<DynamicTest> tests(
            String folder, String ending, Function<GoldenFile, GoldenCase> reader, int atLeast) {
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
                .map(path -> DynamicTest.dynamicTest(
                        path.getFileName().toString(), () -> check(reader.apply(GoldenFile.read(path)))));
    }

    private void check(GoldenCase c) {
        try (RecurrentLayer layer = target().layer(c.config(), c.weights())) {
            Map<String, double[]> actual = LayerRun.train(layer, c, 0);
            c.expected().forEach((tensor, expected) -> {
                double error = Comparison.check(
                        target() + " " + c.name() + " " + tensor,
                        actual.get(tensor),
                        expected,
                        c.t() >= 100 ? LONG : SHORT);
                table.add(c.name().replaceFirst("(\\.f\\d+)?\\.safetensors", ""), OracleContract.column(tensor), error);
            });
        }
    }
}
