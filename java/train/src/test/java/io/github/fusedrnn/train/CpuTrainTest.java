package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import org.junit.jupiter.api.Nested;

/** Every suite on the CPU backend. */
final class CpuTrainTest {
    @Nested
    final class AttentionOnCpu extends AttentionSuite {
        AttentionOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class DenseOnCpu extends DenseSuite {
        DenseOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class EmbeddingOnCpu extends EmbeddingSuite {
        EmbeddingOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class DropoutOnCpu extends DropoutSuite {
        DropoutOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class LossOnCpu extends LossSuite {
        LossOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class OptimizerOnCpu extends OptimizerSuite {
        OptimizerOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class GradientClipOnCpu extends GradientClipSuite {
        GradientClipOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class CheckpointOnCpu extends CheckpointSuite {
        CheckpointOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class TrainingOnCpu extends TrainingSuite {
        TrainingOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class SoftmaxHeadOnCpu extends SoftmaxHeadSuite {
        SoftmaxHeadOnCpu() {
            super(BackendKind.CPU);
        }
    }
}
