package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CacheShare;
import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    @Test
    void theTextHasEveryPart() {
        PlanExplanation plan = new PlanExplanation(
                20,
                4,
                false,
                "avx512: fused steps",
                2,
                4096,
                60_000,
                List.of(new CacheShare("L1", 49_152, 81.92), new CacheShare("L2", 1 << 20, 18.08)),
                "units threads=2 chunk=96",
                "by rule");
        Explanation explanation = new Explanation(
                BackendKind.CPU, "LSTM", 2, List.of(plan), 120_000, 4096, "same bits", List.of("not CUDNN: absent"));
        assertThat(explanation.toString())
                .isEqualTo(
                        """
                backend:      CPU
                kernels:      LSTM
                threads:      2
                bytes held:   120000 packed weights, 4096 in 1 idle plan(s)
                determinism:  same bits
                plan:         T <= 20, N <= 4, inference: avx512: fused steps
                  threads:    2 work on a call of the full size
                  bytes:      4096
                  weights:    60000 bytes for each thread, at most 82% in L1 (48 KiB), 18% in L2 (1024 KiB)
                  choice:     'units threads=2 chunk=96', by rule
                note:         not CUDNN: absent""");
    }

    @Test
    void theCpuSaysWhereTheWeightsHaveRoom() {
        Target.CPU_PLAIN.require();
        try (Lstm layer = Lstm.builder(64, 512)
                        .backend(BackendKind.CPU)
                        .cpuProducts("packed")
                        .threads(2)
                        .build();
                FloatTensor x = layer.newInput(10, 1)) {
            assertThat(layer.explain().plans()).isEmpty();
            layer.infer(x).close();
            Explanation all = layer.explain();
            PlanExplanation plan = all.plans().get(0);
            assertThat(plan.maxT()).isEqualTo(10);
            assertThat(plan.maxN()).isEqualTo(1);
            assertThat(plan.training()).isFalse();
            assertThat(plan.threads()).isBetween(1, 2);
            assertThat(plan.schedule()).contains("T <= 10", "N <= 1");
            assertThat(plan.choice()).isNotBlank();
            assertThat(plan.source()).startsWith("by rule");
            assertThat(plan.weightBytes() * plan.threads()).isBetween(all.packedBytes(), all.packedBytes() + 1);
            assertThat(plan.weightsIn().get(0).level()).isEqualTo("L1");
            assertThat(plan.weightsIn().stream()
                            .mapToDouble(CacheShare::percent)
                            .sum())
                    .isCloseTo(100, within(1e-9));
            // 4.7 MB of weights: no first-level cache has room for them.
            assertThat(plan.weightsIn().size()).isGreaterThan(1);
            assertThat(all.toString()).contains("% in L1 (", "choice:     '");
        }
    }

    @Test
    void theReferenceHasNothingToChoose() {
        try (Lstm layer = Lstm.builder(3, 4).backend(BackendKind.REFERENCE).build();
                Session session = layer.session(2, 1, 1)) {
            assertThat(session.explain().choice()).isEmpty();
            assertThat(session.explain().weightsIn()).isEmpty();
            assertThat(session.explain().toString()).doesNotContain("choice", "weights");
        }
    }
}
