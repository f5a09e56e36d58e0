package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.testing.ChildJvm;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.Target;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only a process of its own can show: environment variables that are read once. */
class ForwardBitsAcrossProcessesTest {
    @BeforeEach
    void requireCpu() {
        Target.CPU_PLAIN.require();
    }

    /** Prints a digest of forward bits; the child's main. */
    public static void main(String[] args) {
        RecurrentConfig config =
                RecurrentConfig.lstm(65, 70).bidirectional().layers(2).build();
        RandomCalls random = new RandomCalls(1);
        double[] weights = random.weights(config);
        try (Lstm layer = Lstm.builder(65, 70)
                .bidirectional()
                .layers(2)
                .backend(BackendKind.CPU)
                .cpuProducts("packed")
                .weights(Target.named(config, weights))
                .build()) {
            // Opens OpenBLAS, whose choice of kernels the variable changes.
            try (var x = layer.newInput(3, 2);
                    var y = layer.newOutput(3, 2);
                    var gradients = layer.newGradients();
                    Tape tape = layer.forward(x, null, null, y, null)) {
                tape.backward(y, null, null, null, gradients);
            }
            LayerRun.Result result =
                    LayerRun.infer(layer, 6, 37, LayerRun.floats(random.x(config, 6, 37)), null, null, null);
            System.out.println("digest " + Arrays.hashCode(result.y()) + " " + Arrays.hashCode(result.h()));
        } catch (IllegalArgumentException e) {
            System.out.println("refused " + e.getMessage());
        }
    }

    private static String child(Map<String, String> environment) throws IOException, InterruptedException {
        String output = ChildJvm.run(ForwardBitsAcrossProcessesTest.class, environment);
        return output.lines()
                .filter(line -> line.startsWith("digest") || line.startsWith("refused"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no digest in: " + output));
    }

    @Test
    void theKernelsOfOpenBlasChangeNoForwardBit() throws Exception {
        String usual = child(Map.of());
        assertThat(usual).startsWith("digest");
        assertThat(child(Map.of("OPENBLAS_CORETYPE", "Haswell"))).isEqualTo(usual);
        assertThat(child(Map.of("OPENBLAS_NUM_THREADS", "2"))).isEqualTo(usual);
    }

    @Test
    void theEnvironmentChoosesTheInstructionSetOrIsRefused() throws Exception {
        assertThat(child(Map.of("FUSEDRNN_ISA", "plain"))).startsWith("digest");
        assertThat(child(Map.of("FUSEDRNN_ISA", "mmx")))
                .startsWith("refused FUSEDRNN_ISA: 'mmx' (expected: auto or one that runs here, [plain");
    }
}
