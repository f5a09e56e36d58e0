package io.github.fusedrnn.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentOutput;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** In a process of its own, because what another test has opened stays open. */
class OpenBlasOnFirstUseTest {
    @Test
    void isOpenedByItsOwnProductsAndNotByTraining() throws Exception {
        String printed = ChildJvm.run(Child.class, Map.of());
        assertThat(printed)
                .contains("after inference: ours true, OpenBLAS false")
                .contains("after backward: ours true, OpenBLAS false")
                .contains("with its products: ours true, OpenBLAS true");
    }

    static final class Child {
        public static void main(String[] args) throws IOException {
            try (Lstm lstm = Lstm.builder(4, 8)
                            .backend(BackendKind.CPU)
                            .cpuProducts("packed")
                            .build();
                    FloatTensor x = lstm.newInput(3, 2);
                    RecurrentOutput out = lstm.infer(x);
                    FloatTensor y = lstm.newOutput(3, 2);
                    Gradients gradients = lstm.newGradients()) {
                report("after inference");
                try (Tape tape = lstm.forward(x, null, null, y, null)) {
                    tape.backward(out.y(), null, null, null, gradients);
                }
                report("after backward");
            }
            try (Lstm lstm = Lstm.builder(4, 8)
                            .backend(BackendKind.CPU)
                            .cpuProducts("openblas")
                            .build();
                    FloatTensor x = lstm.newInput(3, 2);
                    RecurrentOutput out = lstm.infer(x)) {
                report("with its products");
            }
        }

        private static void report(String when) throws IOException {
            String maps = Files.readString(Path.of("/proc/self/maps"));
            System.out.println(
                    when + ": ours " + maps.contains("libfusedrnn.so") + ", OpenBLAS " + maps.contains("libopenblas"));
        }
    }
}
