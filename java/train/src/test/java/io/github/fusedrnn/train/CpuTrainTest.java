package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import org.junit.jupiter.api.Nested;

/** Every contract on the CPU backend. */
final class CpuTrainTest {
    @Nested
    final class AttentionOnCpu extends AttentionContract {
        AttentionOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class DenseOnCpu extends DenseContract {
        DenseOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class EmbeddingOnCpu extends EmbeddingContract {
        EmbeddingOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class DropoutOnCpu extends DropoutContract {
        DropoutOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class LossOnCpu extends LossContract {
        LossOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class OptimizerOnCpu extends OptimizerContract {
        OptimizerOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class GradientClipOnCpu extends GradientClipContract {
        GradientClipOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class CheckpointOnCpu extends CheckpointContract {
        CheckpointOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class TrainingOnCpu extends TrainingContract {
        TrainingOnCpu() {
            super(BackendKind.CPU);
        }
    }

    @Nested
    final class SoftmaxHeadOnCpu extends SoftmaxHeadContract {
        SoftmaxHeadOnCpu() {
            super(BackendKind.CPU);
        }
    }
}
