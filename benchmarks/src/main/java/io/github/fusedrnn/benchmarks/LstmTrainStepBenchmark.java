package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Forward with a tape and backward of everything, with new weights each time, as in training. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class LstmTrainStepBenchmark {
    /** Typical of language models. */
    @Param({"T35_N20_C200_H200_L2", "T50_N64_C256_H256_L1"})
    public String shape = "";

    /** Who runs it. */
    @Param({"packed", "openblas"})
    public String runner = "";

    /** Threads of a plan. */
    @Param("1")
    public int threads;

    private LstmCase lstm;
    private FloatTensor y;
    private FloatTensor dy;
    private FloatTensor dx;
    private Gradients gradients;

    /** Builds the layer and checks it against the reference. */
    @Setup
    public void build() {
        Shape sizes = Shape.of(shape);
        lstm = new LstmCase(runner, sizes, threads);
        y = lstm.lstm().newOutput(sizes.t(), sizes.n());
        dy = lstm.lstm().newOutput(sizes.t(), sizes.n());
        dx = lstm.lstm().newInput(sizes.t(), sizes.n());
        dy.fill(0.01f);
        gradients = lstm.lstm().newGradients();
    }

    /** One step: new weights version, so that packing is part of it. */
    @Benchmark
    public Gradients step() {
        lstm.lstm().weights().update(view -> {});
        gradients.zero();
        try (Tape tape = lstm.lstm().forward(lstm.x(), null, null, y, null)) {
            tape.backward(dy, null, dx, null, gradients);
        }
        return gradients;
    }

    /** Gives everything back. */
    @TearDown
    public void close() {
        gradients.close();
        dx.close();
        dy.close();
        y.close();
        lstm.close();
    }
}
