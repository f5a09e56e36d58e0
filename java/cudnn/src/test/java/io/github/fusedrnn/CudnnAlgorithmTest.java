package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.fake.FakeCuda;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.GoldenCase;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.OracleCases;
import io.github.fusedrnn.testing.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The choice of the algorithm: by request, by rule, by measuring; and what happens when cuDNN refuses it. */
@Tag("gpu")
class CudnnAlgorithmTest {
    private static final int T = 5;
    private static final int N = 4;
    private static final int NOT_SUPPORTED = 3000;
    private static final int BAD_PARAM = 2000;
    /** More calls of CUDA and cuDNN than an inference makes. */
    private static final int MOST_CALLS = 50;

    @TempDir
    Path folder;

    @BeforeEach
    void requireTarget() {
        Target.CUDNN.require();
    }

    private static GoldenCase call(boolean full) {
        RecurrentConfig config =
                RecurrentConfig.lstm(5, 6).bidirectional().layers(2).build();
        return OracleCases.of("lstm", config, T, N, full, 5, 0, 0);
    }

    private static RecurrentLayer layer(GoldenCase c, String algorithm) {
        return RecurrentBuilder.of(c.config())
                .backend(BackendKind.CUDNN)
                .cudnnAlgorithm(algorithm)
                .weights(Target.named(c.config(), c.weights()))
                .build();
    }

    private static void checkTraining(RecurrentLayer layer, GoldenCase c) {
        Map<String, double[]> actual = LayerRun.train(layer, c, 0);
        c.expected().forEach((tensor, expected) -> Comparison.check(tensor, actual.get(tensor), expected, 1e-5));
    }

    private static void infer(RecurrentLayer layer) {
        try (FloatTensor x = layer.newInput(T, N)) {
            layer.infer(x).close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "persist", "smallh"})
    void everyAlgorithmComputesTheSame(String algorithm) {
        for (boolean full : new boolean[] {false, true}) {
            GoldenCase c = call(full);
            try (RecurrentLayer layer = layer(c, algorithm)) {
                checkTraining(layer, c);
                LayerRun.Result result = LayerRun.infer(
                        layer,
                        T,
                        N,
                        LayerRun.floats(c.x()),
                        c.lengths(),
                        LayerRun.floats(c.h0()),
                        LayerRun.floats(c.c0()));
                Comparison.check("y", LayerRun.doubles(result.y()), c.expected().get("output"), 1e-5);
            }
        }
    }

    @Test
    void whatCudnnRefusesInInferenceGivesWayToStandard() {
        Assumptions.assumeTrue(FakeCuda.present(), "skipped: fails calls of the stand-in");
        GoldenCase c = call(false);
        String failed = "";
        for (int n = 1; n <= MOST_CALLS && !failed.equals("cudnnRNNForward"); n++) {
            try (RecurrentLayer layer = layer(c, "smallh");
                    FloatTensor x = layer.newInput(T, N);
                    FloatTensor y = layer.newOutput(T, N);
                    Session session = layer.session(T, N, 1)) {
                x.copyFrom(LayerRun.floats(c.x()));
                FakeCuda.failCall(n, NOT_SUPPORTED);
                try {
                    session.infer(x, null, null, y, null);
                } catch (FusedRnnException e) {
                    continue; // of a call before
                }
                failed = FakeCuda.failedCall();
                FakeCuda.failCall(0);
                Comparison.check(
                        "y", LayerRun.doubles(y.toArray()), c.expected().get("output"), 1e-5);
                if (failed.equals("cudnnRNNForward")) {
                    assertThat(session.explain().toString())
                            .contains("cuDNN standard")
                            .contains("as requested (cudnnAlgorithm); not smallh, which cuDNN refused")
                            .contains("cudnnRNNForward");
                }
            }
        }
        assertThat(failed).isEqualTo("cudnnRNNForward");
    }

    /** In the queries before the first step: descriptor, weight space, layout of the weights, workspace. */
    @Test
    void whatCudnnRefusesBeforeTheFirstCallGivesWayToStandard() {
        Assumptions.assumeTrue(FakeCuda.present(), "skipped: fails calls of the stand-in");
        GoldenCase c = call(false);
        Set<String> refused = new TreeSet<>();
        for (int n = 1; n <= MOST_CALLS * MOST_CALLS; n++) {
            try (RecurrentLayer layer = layer(c, "smallh");
                    FloatTensor x = layer.newInput(T, N);
                    FloatTensor y = layer.newOutput(T, N)) {
                x.copyFrom(LayerRun.floats(c.x()));
                FakeCuda.failCall(n, n % 2 == 0 ? NOT_SUPPORTED : BAD_PARAM);
                try (Session session = layer.session(T, N, 1)) {
                    String failed = FakeCuda.failedCall();
                    FakeCuda.failCall(0);
                    if (failed.isEmpty()) {
                        break; // all calls have been failed
                    }
                    session.infer(x, null, null, y, null);
                    Comparison.check(
                            "y", LayerRun.doubles(y.toArray()), c.expected().get("output"), 1e-5);
                    if (session.explain().toString().contains("not smallh, which cuDNN refused (cudnn: " + failed)) {
                        refused.add(failed);
                    }
                } catch (FusedRnnException e) {
                    FakeCuda.failCall(0); // of the standard algorithm, or no refusal
                }
            }
        }
        assertThat(refused)
                .contains(
                        "cudnnSetRNNDescriptor_v8",
                        "cudnnGetRNNWeightSpaceSize",
                        "cudnnGetRNNWeightParams",
                        "cudnnGetRNNTempSpaceSizes");
    }

    @Test
    void whatCudnnRefusesInBackwardIsRunAgainWithStandard() {
        Assumptions.assumeTrue(FakeCuda.present(), "skipped: fails calls of the stand-in");
        // Forward is inside the limits of smallh there, backward is not.
        RecurrentConfig config = RecurrentConfig.gru(3, 140).build();
        GoldenCase c = OracleCases.of("gru", config, 2, 2, false, 5, 0, 0);
        try (RecurrentLayer layer = layer(c, "smallh")) {
            Map<String, double[]> actual = LayerRun.train(layer, c, 0);
            c.expected().forEach((tensor, expected) -> Comparison.check(tensor, actual.get(tensor), expected, 1e-5));
            assertThat(layer.explain().toString()).contains("not smallh, which cuDNN refused");
        }
    }

    @Test
    void measuringKeepsWhatItFindsAndAFileRepeatsIt() throws IOException {
        Tuning tuning = Tuning.measuring();
        GoldenCase c = call(false);
        String chosen;
        try (RecurrentLayer layer = RecurrentBuilder.of(c.config())
                .backend(BackendKind.CUDNN)
                .tuning(tuning)
                .weights(Target.named(c.config(), c.weights()))
                .build()) {
            infer(layer);
            assertThat(tuning.size()).isEqualTo(1);
            checkTraining(layer, c);
            assertThat(tuning.size()).isEqualTo(2);
            PlanExplanation plan = layer.explain().plans().get(0);
            chosen = plan.choice();
            assertThat(chosen).isIn("standard", "persist", "smallh");
            assertThat(plan.source()).contains(" us a call");
        }
        Assumptions.assumeTrue(
                Backends.report().stream().anyMatch(s -> s.kind() == BackendKind.CPU && s.available()),
                "skipped: tuning files name the processor, which the CPU backend tells");
        Path file = folder.resolve("tuning.txt");
        tuning.save(file);
        assertThat(Files.readString(file)).contains("cudnn ");
        try (RecurrentLayer layer = RecurrentBuilder.of(c.config())
                .backend(BackendKind.CUDNN)
                .tuning(Tuning.load(file))
                .build()) {
            infer(layer);
            PlanExplanation plan = layer.explain().plans().get(0);
            assertThat(plan.choice()).isEqualTo(chosen);
            assertThat(plan.source()).contains("loaded from tuning.txt");
        }
    }
}
