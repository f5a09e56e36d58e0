package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentStream;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
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

/**
 * One step through each way to run it: a call of the layer, a session, a stream on tensors and on arrays. With one unit the kernel does almost no work, so that row bounds the cost of everything else, including the native call.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class StreamStepBenchmark {
    /** C = H. */
    @Param({"1", "64", "128", "256"})
    public int size;

    private Lstm layer;
    private Session session;
    private RecurrentStream stream;
    private RecurrentState state;
    private FloatTensor x;
    private FloatTensor y;
    private float[] xArray;
    private float[] yArray;

    /** Builds plan, session and stream on one layer. */
    @Setup
    public void build() {
        layer = Lstm.builder(size, size).seed(1).backend(BackendKind.CPU).build();
        session = layer.session(1, 1, 1);
        stream = layer.stream();
        state = layer.newState(1);
        x = layer.newInput(1, 1);
        y = layer.newOutput(1, 1);
        xArray = LayerCase.uniform(size, 1);
        yArray = new float[size];
        x.copyFrom(xArray);
    }

    /** A call of the layer, which takes plan and packed weights and gives them back. */
    @Benchmark
    public FloatTensor layer() {
        layer.infer(x, null, state, y, state);
        return y;
    }

    /** A call of a session, which holds both. */
    @Benchmark
    public FloatTensor session() {
        session.infer(x, null, state, y, state);
        return y;
    }

    /** A step of a stream. */
    @Benchmark
    public FloatTensor stream() {
        stream.step(x, y);
        return y;
    }

    /** A step of a stream on Java arrays: input and output are copied. */
    @Benchmark
    public float[] streamOnArrays() {
        stream.step(xArray, 0, yArray, 0);
        return yArray;
    }

    /** Releases everything. */
    @TearDown
    public void close() {
        y.close();
        x.close();
        state.close();
        stream.close();
        session.close();
        layer.close();
    }
}
