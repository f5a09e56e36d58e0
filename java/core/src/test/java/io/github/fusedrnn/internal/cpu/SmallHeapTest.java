package io.github.fusedrnn.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.ChildJvm;
import io.github.fusedrnn.testing.Target;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** Native memory is not bounded by the Java heap, though JavaCPP bounds its own by it. */
class SmallHeapTest {
    @Test
    void trainsWithMoreNativeMemoryThanJavaCppAllows() throws Exception {
        Target.CPU_PLAIN.require();
        assertThat(ChildJvm.run(Child.class, Map.of(), "-Xmx32m")).contains("over the limit: true, trained");
    }

    static final class Child {
        public static void main(String[] args) {
            try (FloatTensor large = FloatTensor.allocate(BackendKind.CPU, 64L << 20)) {
                large.fill(1);
                boolean over = Pointer.physicalBytes() > Pointer.maxPhysicalBytes();
                try (Lstm lstm = Lstm.builder(4, 8).backend(BackendKind.CPU).build();
                        FloatTensor x = lstm.newInput(3, 2);
                        FloatTensor y = lstm.newOutput(3, 2);
                        Gradients gradients = lstm.newGradients();
                        Tape tape = lstm.forward(x, null, null, y, null)) {
                    tape.backward(y, null, null, null, gradients);
                    System.out.println("over the limit: " + over + ", trained");
                }
            }
        }
    }
}
