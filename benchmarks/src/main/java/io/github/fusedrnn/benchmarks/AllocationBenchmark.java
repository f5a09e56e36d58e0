package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * The allocations of a call: Java heap by JMH's {@code gc} profiler, native memory by the backend's own count. The layers are small, so that the few
 * bytes of the harness are divided by many calls; the allocations of a call do not depend on sizes. {@link AllocationTable} runs this benchmark and
 * prints the table.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class AllocationBenchmark {
    /** The cell. */
    @Param({"LSTM", "GRU", "RNN"})
    public CellKind cell = CellKind.LSTM;

    /** The kind of call. */
    @Param({"step", "sequence", "batch", "lengths", "stacked", "layer", "training"})
    public String path = "";

    /** Threads of the session. */
    @Param({"1", "2"})
    public int threads;

    private AutoCloseable held;
    private Runnable call;
    private long before;

    /** Builds and checks the case. */
    @Setup
    public void build() {
        if (path.equals("training")) {
            TrainingCase training = new TrainingCase(layerCase("T4_N4_C16_H16_L1"));
            held = training;
            call = training::step;
        } else {
            InferenceCase inference =
                    switch (path) {
                        case "step", "layer" -> new InferenceCase(layerCase("T1_N1_C24_H16_L1"), null);
                        case "sequence" -> new InferenceCase(layerCase("T10_N1_C24_H16_L1"), null);
                        case "batch" -> new InferenceCase(layerCase("T4_N8_C24_H16_L1"), null);
                        case "lengths" ->
                            new InferenceCase(layerCase("T4_N8_C24_H16_L1"), VariableLengthBenchmark.half(4, 8));
                        case "stacked" -> new InferenceCase(layerCase("T4_N2_C24_H16_L2_D2"), null);
                        default -> throw new IllegalArgumentException("path: '" + path + "'");
                    };
            held = inference;
            call = path.equals("layer") ? inference::inferByLayer : inference::infer;
        }
        call.run();
        before = Backends.liveBytes(BackendKind.CPU);
    }

    private LayerCase layerCase(String shape) {
        return new LayerCase(cell, Shape.of(shape), "packed", threads);
    }

    /** Native memory after a call. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class NativeMemory {
        /** Bytes that the backend holds. */
        public long liveBytes;

        /** Bytes added since the first call. */
        public long grownBytes;
    }

    /** One call. */
    @Benchmark
    public void call(NativeMemory memory) {
        call.run();
        memory.liveBytes = Backends.liveBytes(BackendKind.CPU);
        memory.grownBytes = memory.liveBytes - before;
    }

    /** Releases everything. */
    @TearDown
    public void close() throws Exception {
        held.close();
    }
}
